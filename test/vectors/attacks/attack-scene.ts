import type { RequestTo } from '../../../container/commands/codecs-of.ts';
import { codecsOf } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import type { Container } from '../../../container/container.ts';
import { hpkeSeal } from '../../../container/crypto/hpke.ts';
import type { Crypto } from '../../../container/crypto/port.ts';
import { newInbound } from '../../../container/engine/issuer-channel.ts';
import type { ErrorCode } from '../../../container/errors.ts';
import type { ContainerKind } from '../../../container/files/certificate.ts';
import { type ContextHeader, sealContextFile } from '../../../container/files/context-file.ts';
import { sealEnvelope } from '../../../container/files/envelope.ts';
import { type InboundState, type Statement, statement } from '../../../container/files/statement.ts';
import { certifyContainer, testRoot } from '../../../container/files/test-root.ts';
import { updateBody, updateHeader } from '../../../container/files/update-file.ts';
import { concatBytes, fromHex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import {
  newContainer,
  newFirm,
  type Party,
  type Target,
  type Tools,
} from '../../../host/conformance/makers/parties.ts';
import { TestDongle } from '../../../host/conformance/makers/test-dongle.ts';
import { TestFirm } from '../../../host/conformance/makers/test-firm.ts';
import type { Bends, TestIssuer } from '../../../host/conformance/makers/test-issuer.ts';
import type { Call, Event, Expectation, Start, Step } from './attack.ts';
import { Receiver } from './receiver.ts';

export const FIRM = 6000010;
export const OTHER_FIRM = 6000011;

/** Everything random follows from a name. */
export function toolsNamed(crypto: Crypto, name: string): Tools {
  let draws = 0;
  const block = (): Uint8Array => {
    draws += 1;
    return crypto.sha256(utf8(`license-ferry attacks: ${name}/${draws}`));
  };
  const random = (length: number): Uint8Array => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, block);
    return concatBytes(...blocks)
      .subarray(0, length)
      .slice();
  };
  return { crypto, env: { now: () => 800_000_000, random }, root: testRoot(crypto) };
}

/** Makes once for each implementation of the cryptography what hundreds of scenes begin with. */
function once<T>(make: (crypto: Crypto) => T): (crypto: Crypto) => T {
  const made = new WeakMap<Crypto, T>();
  return (crypto) => {
    const value = made.get(crypto) ?? make(crypto);
    made.set(crypto, value);
    return value;
  };
}

const starts = once((crypto) => ({ dongle: makeStart(crypto, 'dongle'), soft: makeStart(crypto, 'soft') }));

/** The container that is attacked: its secrets follow from its kind. */
export function startOf(crypto: Crypto, kind: 'dongle' | 'soft'): Start & { readonly target: Target } {
  return starts(crypto)[kind];
}

function makeStart(crypto: Crypto, kind: 'dongle' | 'soft'): Start & { readonly target: Target } {
  const { env, root } = toolsNamed(crypto, `receiving ${kind}`);
  const [seed, sealingSecret, challenge] = [env.random(32), env.random(32), env.random(16)];
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const serial = kind === 'dongle' ? serialFromParts(3, 1234567) : serialFromParts(130, 2459324738);
  const sealingKey = crypto.x25519PublicKey(sealingSecret);
  const issues = kind === 'dongle' ? 'move' : 'return';
  const certificate = certifyContainer(crypto, root, { serial, kind, key, sealingKey, issues });
  const target = { key, serial, kind, sealingKey, certificate };
  return { kind, serial, seed, sealingSecret, certificate, challenge, target };
}

/** The issuers of every attack: their secrets follow from their names. */
const partiesOf = once((crypto) => ({
  firm: newFirm(toolsNamed(crypto, 'keys of the firm'), FIRM),
  otherFirm: newFirm(toolsNamed(crypto, 'keys of the other firm'), OTHER_FIRM),
  dongle: newContainer(toolsNamed(crypto, 'keys of the dongle')),
  earlier: newContainer(toolsNamed(crypto, 'keys of the earlier holder')),
}));

/** What a hand-made context of another container says beside what an honest one would. */
export interface ContextBends {
  readonly inbound?: Partial<InboundState>;
  readonly statement?: Partial<Statement>;
  readonly header?: Partial<ContextHeader>;
  readonly seed?: Uint8Array;
}

/**
 * The parties of one attack: the container, and issuers whose secrets are at hand. Whatever is prepared is carried out by a
 * real container, and written down as a step.
 */
export class AttackScene {
  readonly crypto: Crypto;
  readonly start: ReturnType<typeof startOf>;
  readonly tools: Tools;
  readonly firm: TestFirm;
  readonly otherFirm: TestFirm;
  readonly dongle: TestDongle;
  /** A dongle that never meets the container. */
  readonly earlier: Party;
  readonly steps: Step[] = [];
  #seats: Expectation['seats'];
  readonly #receiver: Receiver;

  constructor(crypto: Crypto, kind: Extract<ContainerKind, 'dongle' | 'soft'>) {
    this.crypto = crypto;
    this.start = startOf(crypto, kind);
    this.tools = toolsNamed(crypto, `scene with a ${kind}`);
    const { target } = this.start;
    const { firm, otherFirm, dongle, earlier } = partiesOf(crypto);
    this.firm = new TestFirm(toolsNamed(crypto, 'firm'), target, FIRM, firm);
    this.otherFirm = new TestFirm(toolsNamed(crypto, 'other firm'), target, OTHER_FIRM, otherFirm);
    this.dongle = new TestDongle(toolsNamed(crypto, 'dongle'), target, dongle);
    this.earlier = earlier;
    this.#receiver = new Receiver(crypto, this.start);
  }

  /** What there is after the attack, where it is not what was there before. */
  get seats(): Expectation['seats'] {
    return this.#seats;
  }

  leaves(seats: NonNullable<Expectation['seats']>): void {
    this.#seats = seats;
  }

  /** The attack brings seats of an item. */
  gains(itemId: string, held: number): void {
    this.leaves({ ...this.#receiver.standing.seats, [itemId]: [held, 0] });
  }

  /** The container as what was done so far has left it. */
  get container(): Container {
    return this.#receiver.container;
  }

  get target(): Target {
    return this.start.target;
  }

  /** A party with keys of that name. */
  tool(name: string): Tools {
    return toolsNamed(this.crypto, name);
  }

  call<N extends CommandName>(command: N, request: RequestTo<N>): Call {
    return { command, message: codecsOf(command).request.encode(request) };
  }

  apply(update: Uint8Array): Call {
    return this.call('apply', { update });
  }

  /** The file of an issuer as a call, bent. */
  file(issuer: TestIssuer, bends: Bends = {}): Call {
    return this.apply(issuer.file(bends));
  }

  /** Carries a step out, and writes it down. `error`: what it has to end with. */
  async does(call: Call, error?: ErrorCode): Promise<void> {
    await this.#step(error === undefined ? call : { ...call, error });
  }

  async happens(event: Event): Promise<void> {
    await this.#step({ event });
  }

  async #step(step: Step): Promise<void> {
    this.steps.push(step);
    await this.#receiver.take(step);
  }

  /** The container takes all that an issuer has in transit, and the issuer hears of it. */
  async takes(issuer: TestIssuer, bends: Bends = {}): Promise<void> {
    await this.does(this.file(issuer, bends));
    this.settles(issuer);
  }

  settles(issuer: TestIssuer): void {
    const partner = this.#receiver.container.state.partners.get(issuer.party.key);
    if (partner !== undefined) issuer.settle(partner.inbound);
  }

  /** An update file whose parts are given as bytes; sealed and signed by its issuer all the same. */
  raw(
    issuer: TestIssuer,
    parts: { readonly statement?: Uint8Array; readonly header?: Uint8Array; readonly body?: Uint8Array },
    bends: Bends = {},
  ): Uint8Array {
    const { crypto } = this;
    const honest = issuer.content(bends);
    const said = parts.statement ?? statement.encode(honest.statement);
    const header = parts.header ?? updateHeader.encode(honest.header);
    const info = concatBytes(utf8('license-ferry update body 1'), fromHex(issuer.party.key), fromHex(this.target.key));
    const associated = concatBytes(crypto.sha256(said), crypto.sha256(header));
    const entropy = issuer.tools.env.random(32);
    const body = parts.body ?? updateBody.encode(honest.body);
    const box = hpkeSeal(crypto, this.target.sealingKey, info, associated, body, entropy);
    const sealed = concatBytes(box.encapsulated, box.sealed);
    return sealEnvelope(crypto, issuer.party.seed, 'updateFile', [said, header, sealed]);
  }

  /** The context of another container, made for the one that is attacked. */
  contextOf(party: Party, { inbound, statement: said, header, seed }: ContextBends = {}): Uint8Array {
    const { crypto, target } = this;
    const outbound = newInbound(crypto, party.key, target.key).hash;
    const content = {
      statement: {
        signer: party.key,
        partner: target.key,
        generation: 5,
        stateHash: toHex(crypto.sha256(party.seed)) as Hash,
        outbound: { epoch: 0, issued: 0, hash: outbound },
        inbound: { ...newInbound(crypto, target.key, party.key), ...inbound },
        ...said,
      },
      header: {
        certificate: party.certificate,
        issuer: target.key,
        locked: false,
        lockedFirms: [],
        freeMemory: 1_000_000,
        freeChannels: 8,
        largestRecord: 256 * 1024,
        challenge: null,
        ...header,
      },
    };
    return sealContextFile(crypto, seed ?? party.seed, content);
  }
}
