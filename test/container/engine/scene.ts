import { Container } from '../../../container/container.ts';
import {
  chainNext,
  entryHash,
  newHead,
  newInbound,
  refusedChainNext,
} from '../../../container/engine/issuer-channel.ts';
import { CATALOGUE, type ErrorCode, FerryError } from '../../../container/errors.ts';
import { type ContainerKind, type IssueRight, readStoredCertificate } from '../../../container/files/certificate.ts';
import { sealContextFile } from '../../../container/files/context-file.ts';
import { type CarriedHolding, encodeEntry } from '../../../container/files/entries.ts';
import { signedEnvelope, signParts } from '../../../container/files/envelope.ts';
import type { InboundState } from '../../../container/files/statement.ts';
import { certifyContainer } from '../../../container/files/test-root.ts';
import { type MovedItem, type TransferRecord, transferRecord } from '../../../container/files/transfer-record.ts';
import { sealUpdateFile, type UpdateBody, type UpdateHeader } from '../../../container/files/update-file.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import type { ContainerLimits } from '../../../container/model/limits.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { crypto, load, makeContainer, root, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';

/**
 * The code that some work is refused with; `nothing` when it is not. Anything else than a refusal is thrown on, and so is
 * one that does not say what the words of its code name.
 */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    const missing = namedInWords(error.code).filter((name) => error.details[name] === undefined);
    if (missing.length > 0) throw new TypeError(`${error.code} does not say: ${missing.join(', ')}`);
    return error.code;
  }
  return 'nothing';
}

function namedInWords(code: ErrorCode): string[] {
  const { happened, effect, remedy } = CATALOGUE[code];
  return [...`${happened} ${effect} ${remedy}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** Gives an open container other bounds, so that a test meets them quickly; a capacity is one for everybody. */
export function bound(it: TestContainer, limits: Partial<ContainerLimits>): void {
  const whole = limits.capacity === undefined ? {} : { ownerRoom: 0 };
  Object.assign(it.container.state, { limits: { ...it.container.state.limits, ...whole, ...limits } });
}

/** Everything durable of a container, at this moment. */
export interface Backup {
  readonly image: Uint8Array;
  readonly anchor: ReturnType<MemoryAnchor['read']>;
}

export function backup(it: TestContainer): Backup {
  return { image: it.parts.flash.image(), anchor: it.parts.anchor.read() };
}

/** The container as a backup brings it back: its memory, and with `anchor` also what is remembered outside it. */
export function restored(it: TestContainer, from: Backup, what: 'memory' | 'memory and anchor'): TestContainer {
  const parts = {
    ...it.parts,
    flash: new MemoryFlash(it.parts.flash.geometry, from.image),
    anchor: what === 'memory' ? it.parts.anchor : new MemoryAnchor(from.anchor),
  };
  return { ...it, parts, container: Container.open(parts) };
}

export function world() {
  return { firm: new TestFirm(), dongle: makeContainer('dongle', 1), device: makeContainer('soft', 2) };
}

export function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new TypeError(`${list.length} values instead of one`);
  return first;
}

export function apply(it: TestContainer, update: Uint8Array) {
  return it.container.run('apply', { update });
}

/** Commits something that has nothing to do with anybody else here: a file of a firm, which brings nothing. */
export function goOn(it: TestContainer, firmCode: number): void {
  apply(it, new TestFirm(firmCode).update(it));
}

export function settle(it: TestContainer, context: Uint8Array) {
  return it.container.run('settle', { context });
}

export function contextFor(target: TestContainer, issuer: { readonly certificate: Uint8Array }): Uint8Array {
  return target.container.run('context', { certificate: issuer.certificate, firmCode: null }).context;
}

export function hashOf(it: TestContainer): string {
  return it.container.run('list', {}).stateHash;
}

export function holdingId(it: TestContainer, at = 0): number {
  return it.container.run('list', {}).holdings[at]?.id ?? 0;
}

export interface HandEntry {
  readonly entry: Uint8Array;
  readonly signature: Uint8Array | null;
}

/** A certified container whose key the test has: it can say what no honest container would. */
export class HandContainer {
  readonly seed: Uint8Array;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly entries: HandEntry[] = [];
  readonly #env: ReturnType<typeof seededEnv>;

  constructor(number: number, issues: IssueRight = 'move', kind: ContainerKind = 'dongle') {
    this.#env = seededEnv(`hand-${number}`);
    this.seed = this.#env.random(32);
    this.key = toHex(crypto.ed25519PublicKey(this.seed)) as PublicKey;
    const sealingKey = crypto.x25519PublicKey(this.#env.random(32));
    const serial = serialFromParts(3, number);
    this.certificate = certifyContainer(crypto, root, { serial, kind, key: this.key, sealingKey, issues });
  }

  /** A signed transfer record of this container. */
  record(content: Omit<TransferRecord, 'from'>): { readonly part: Uint8Array; readonly raw: Uint8Array } {
    const part = transferRecord.encode({ from: this.key, ...content });
    const signature = signParts(crypto, this.seed, 'transferRecord', [part]);
    return { part, raw: signedEnvelope.encode({ kind: 'transferRecord', version: 1, parts: [part], signature }) };
  }

  /** Adds a transfer of items to a target; `change` bends what an honest container would write. */
  transfer(
    target: TestContainer,
    items: readonly { readonly moved: MovedItem; readonly grant: Uint8Array; readonly custody?: readonly number[] }[],
    change: {
      readonly record?: Partial<TransferRecord>;
      readonly part?: Uint8Array;
      readonly records?: readonly Uint8Array[];
      readonly signature?: Uint8Array | null;
      readonly carried?: Partial<CarriedHolding>;
      readonly firmCode?: number;
    } = {},
  ): void {
    const part =
      change.part ??
      transferRecord.encode({
        from: this.key,
        to: target.key,
        sequence: this.entries.length + 1,
        firmCode: change.firmCode ?? 6000010,
        items: items.map(({ moved }) => moved),
        ...change.record,
      });
    const holdings = items.map(({ moved, grant, custody }) => ({
      grant,
      units: moved.units,
      usageStart: moved.usageStart,
      userData: NO_BYTES,
      customerInfo: NO_BYTES,
      custody: custody ?? [],
      ...change.carried,
    }));
    const content = { kind: 'transferIn', record: part, records: change.records ?? [], holdings } as const;
    const signature = signParts(crypto, this.seed, 'transferRecord', [part]);
    this.entries.push({
      entry: encodeEntry(content, this.#env.random(16)),
      signature: change.signature === undefined ? signature : change.signature,
    });
  }

  /** The chain value at the last entry, if that before the first were another than it is. */
  chainAfter(before: Hash): Hash {
    return this.entries.reduce<Hash>((chain, { entry }) => chainNext(crypto, chain, entryHash(crypto, entry)), before);
  }

  /** A context file, made for an issuer, that says so of the channel from it. */
  context(issuer: TestContainer, inbound: Partial<InboundState>, generation: number): Uint8Array {
    const hash = newHead(crypto, this.key, issuer.key).issuedChain;
    const statement = {
      signer: this.key,
      partner: issuer.key,
      generation,
      stateHash: hash,
      outbound: { epoch: 0, issued: 0, hash },
      inbound: inboundSaying(issuer.key, this.key, inbound),
    };
    const header = {
      certificate: this.certificate,
      issuer: issuer.key,
      locked: false,
      lockedFirms: [],
      freeMemory: 1_000_000,
      freeChannels: 8,
      largestRecord: 256 * 1024,
      challenge: null,
    };
    return sealContextFile(crypto, this.seed, { statement, header });
  }

  /** An update file with all entries so far. */
  update(
    target: TestContainer,
    certificates: readonly Uint8Array[],
    change: {
      readonly header?: Partial<UpdateHeader>;
      readonly body?: Partial<UpdateBody>;
      readonly generation?: number;
      readonly issued?: number;
      readonly inbound?: Partial<InboundState>;
    } = {},
  ): Uint8Array {
    const certificate = readStoredCertificate(target.certificate);
    if (certificate.party !== 'container') throw new TypeError('a container is needed');
    const start = newHead(crypto, this.key, target.key).issuedChain;
    const last = this.chainAfter(start);
    const header = {
      certificate: this.certificate,
      container: target.key,
      serial: certificate.serial,
      epoch: 0,
      first: 1,
      last: this.entries.length,
      chainBefore: start,
      chainLast: last,
      settledThrough: 0,
      custodyKnownThrough: 0,
      cancelled: [],
      ...change.header,
    };
    const body = {
      entries: this.entries.map(({ entry }) => entry),
      signatures: this.entries.map(({ signature }) => signature),
      certificates: [...certificates],
      notices: [],
      ...change.body,
    };
    const statement = {
      signer: this.key,
      partner: target.key,
      generation: change.generation ?? this.entries.length,
      stateHash: last,
      outbound: { epoch: header.epoch, issued: change.issued ?? this.entries.length, hash: last },
      inbound: inboundSaying(target.key, this.key, change.inbound),
    };
    return sealUpdateFile(crypto, this.seed, { statement, header, body }, certificate.sealingKey, this.#env.random(32));
  }
}

/** What a container may say of a channel to it; the chain of its refusals follows from those that it lists. */
function inboundSaying(issuer: PublicKey, container: PublicKey, said: Partial<InboundState> = {}): InboundState {
  const start = newInbound(crypto, issuer, container);
  const refused = (said.refused ?? []).filter(({ sequence }) => sequence <= (said.applied ?? 0));
  const refusedChain = refused.reduce((chain, one) => refusedChainNext(crypto, chain, one), start.refusedChain);
  return { ...start, refusedChain, ...said };
}

/** How the entries of a file ended, as numbers of the catalogue. */
export function reasons(report: { readonly entries: readonly { readonly reason: number }[] }): number[] {
  return report.entries.map(({ reason }) => reason);
}

/** A world whose dongle holds some seats of one item. */
export function loaded(quantity = 5) {
  const { firm, dongle, device } = world();
  const { itemId } = only(load(firm, dongle, { quantity }));
  return { firm, dongle, device, itemId };
}

/** What the kept evidence proves. */
export function evidenceOf(it: TestContainer): string[] {
  return it.container.run('history', {}).evidence.map(({ reason }) => reason);
}
