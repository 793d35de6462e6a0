import type { ApplyReport } from '../../../container/commands/apply.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FILE_FAILURES } from '../../../container/commands/command.ts';
import type { Listing } from '../../../container/commands/list.ts';
import { Container } from '../../../container/container.ts';
import type { Crypto } from '../../../container/crypto/port.ts';
import { type Emitter, emitContext } from '../../../container/engine/emit.ts';
import type { ContainerState, Partner } from '../../../container/engine/state.ts';
import { type ErrorCode, FerryError } from '../../../container/errors.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { updateHeader } from '../../../container/files/update-file.ts';
import { newContainer } from '../../../host/conformance/makers/parties.ts';
import { crypto, seededEnv, type TestContainer } from '../../world/parties.ts';
import { testedContainer, toolsOf } from './tried.ts';

const REFUSALS = [
  ...(['NOT_ADDRESSED', 'CANNOT_OPEN', 'CHAIN_INCONSISTENT', 'UPDATE_GAP', 'UPDATE_FORK', 'UPDATE_EPOCH'] as const),
  ...(['PARTNER_ROLLED_BACK', 'ISSUER_UNKNOWN'] as const),
];

/** A container that is right in everything but what a mutant does wrong. */
export class Faulty {
  readonly tested: TestContainer = testedContainer();
  readonly honest = this.tested.container.client();
  readonly env = seededEnv('faulty');
  #strangers = 0;

  get state(): ContainerState {
    return this.tested.container.state;
  }

  /** The secret that the container signs with: the first that its environment drew. */
  get seed(): Uint8Array {
    return seededEnv('soft-77').random(32);
  }

  list(): Listing {
    return this.tested.container.run('list', {});
  }

  apply(update: Uint8Array): ApplyReport {
    return this.tested.container.run('apply', { update });
  }

  context(certificate: Uint8Array): Uint8Array {
    return this.tested.container.run('context', { certificate, firmCode: null }).context;
  }

  /** A commit that nobody asked for. */
  commits(): void {
    this.#strangers += 1;
    this.context(newContainer(toolsOf(`stranger ${this.#strangers}`)).certificate);
  }

  /** A context for this issuer as the container would sign it in another state of their channel. */
  signs(certificate: Uint8Array, bend: (partner: Partner) => Partner, emitter: Partial<Emitter> = {}): Uint8Array {
    const issuer = readStoredCertificate(certificate);
    const partners = new Map(this.state.partners.entries());
    const partner = partners.get(issuer.key);
    if (partner !== undefined) partners.set(issuer.key, bend(partner));
    const random = (length: number): Uint8Array => this.env.random(length);
    const whole = { crypto, seed: this.seed, random, lock: null, ...emitter };
    return emitContext({ ...this.state, partners }, whole, issuer);
  }

  /** A client that answers these commands otherwise. */
  client(wrong: {
    readonly list?: () => Listing;
    readonly context?: (request: { certificate: Uint8Array | null; firmCode: number | null }) => Uint8Array;
    readonly apply?: (update: Uint8Array) => ApplyReport;
  }): ContainerClient {
    const call = async (name: string, request: Record<string, unknown>): Promise<unknown> => {
      if (name === 'list' && wrong.list !== undefined) return wrong.list();
      if (name === 'apply' && wrong.apply !== undefined) return wrong.apply(request.update as Uint8Array);
      if (name === 'context' && wrong.context !== undefined) return { context: wrong.context(request as never) };
      return this.honest.call(name as 'list', request as never);
    };
    return { call: call as ContainerClient['call'], close: () => this.honest.close() };
  }

  /** A client that takes what it should refuse with one of these codes, and changes nothing then. */
  taking(...codes: readonly ErrorCode[]): ContainerClient {
    return this.client({
      apply: (update) =>
        this.#unless(
          codes,
          () => this.apply(update),
          () => this.#pretended(update),
        ),
      context: (request) =>
        this.#unless(
          codes,
          () => this.tested.container.run('context', request).context,
          () => this.signs(this.tested.certificate, (partner) => partner),
        ),
    });
  }

  #unless<T>(codes: readonly ErrorCode[], work: () => T, instead: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof FerryError && codes.includes(error.code)) return instead();
      throw error;
    }
  }

  /** A client that says yes to every file, every entry and every request for a context. */
  sayingYes(): ContainerClient {
    const takes = this.taking(...FILE_FAILURES, ...REFUSALS);
    const call = async (name: 'list' | 'context' | 'apply', request: never): Promise<unknown> => {
      const answer = await takes.call(name, request);
      if (name !== 'apply') return answer;
      const report = answer as ApplyReport;
      return { ...report, entries: report.entries.map((entry) => ({ ...entry, reason: 0 })) };
    };
    return { call: call as ContainerClient['call'], close: () => takes.close() };
  }

  /** A client that lists, and says no to everything else. */
  sayingNo(): ContainerClient {
    const no = (): never => {
      throw new FerryError('FILE_MALFORMED', { what: 'everything' });
    };
    return this.client({ apply: no, context: no });
  }

  /** A client of the same container whose cryptography finds every signature valid, or every key fit. */
  withCrypto(wrong: Partial<Crypto>): ContainerClient {
    const { parts } = this.tested;
    return Container.open({ ...parts, crypto: { ...parts.crypto, ...wrong } }).client();
  }

  #pretended(update: Uint8Array): ApplyReport {
    const certificate = issuerOf(update) ?? this.tested.certificate;
    const receipt = this.signs(certificate, (partner) => partner);
    return { applied: 1, skipped: 0, entries: [], deferred: null, deferredFor: 0, needed: 0, notices: [], receipt };
  }
}

/** The issuer's certificate in an update file, if it can be read. */
export function issuerOf(update: Uint8Array): Uint8Array | undefined {
  const read = signedEnvelope.decode(update);
  const header = read.ok && read.value.parts[1] !== undefined ? updateHeader.decode(read.value.parts[1]) : undefined;
  if (header === undefined || !header.ok) return undefined;
  const certificate = signedEnvelope.decode(header.value.certificate);
  return certificate.ok ? header.value.certificate : undefined;
}
