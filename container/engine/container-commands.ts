import type { FailureOf, RequestOf, ResponseOf } from '../commands/command.ts';
import { COMMANDS, type CommandName } from '../commands/index.ts';
import { CATALOGUE, type ErrorCode, FerryError, type Refusal } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import { copyBytes } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import type { Change } from './changes.ts';
import { decideApply } from './decide-apply.ts';
import { decideContext } from './decide-context.ts';
import { decideIssue } from './decide-issue.ts';
import { decideCancel, decideSettle } from './decide-settle.ts';
import { decideUse, type Usage } from './decide-use.ts';
import { nameOf, type Rulebook } from './draft.ts';
import { type Emitter, emitContext, emitUpdates, pendingTo } from './emit.ts';
import { historyOf, listingOf } from './listing.ts';
import { certificateOf, partnerName } from './partners.ts';
import type { ContainerState, RememberedOrder } from './state.ts';

/** What the commands need of their container. */
export interface CommandHost {
  readonly state: ContainerState;
  readonly book: Rulebook;
  readonly emitter: Emitter;
  readonly now: () => number;
  /** Makes changes durable and carries them out; nothing happens for an empty list. */
  readonly commit: (changes: readonly Change[]) => void;
}

type Request<N extends CommandName> = RequestOf<(typeof COMMANDS)[N]>;
type Response<N extends CommandName> = ResponseOf<(typeof COMMANDS)[N]>;
type Handlers = { readonly [N in CommandName]: (request: Request<N>) => Response<N> };

/** Every command of a container: decide, commit, then sign and seal what is released. */
export class ContainerCommands {
  readonly #host: CommandHost;
  readonly #handlers: Handlers;

  constructor(host: CommandHost) {
    this.#host = host;
    this.#handlers = {
      list: () => listingOf(host.state, host.book.locked),
      history: () => historyOf(host.state),
      context: (request) => ({ context: this.#receipt(this.#decided(decideContext(host.state, host.book, request))) }),
      apply: ({ update }) => this.#apply(update),
      issue: (request) => this.#issue(request),
      settle: ({ context }) => this.#settle(context),
      cancel: ({ target, sequences }) => {
        this.#decided(decideCancel(host.state, host.book, target, sequences));
        return { updates: this.#updates(target) };
      },
      transit: ({ target }) => this.#transit(target),
      check: (request) => this.#use({ ...request, units: null }),
      use: (request) => {
        COMMANDS.use.request.assert(request);
        return this.#use(request);
      },
      'write-data': (request) => this.#writeData(request),
    };
  }

  run<N extends CommandName>(name: N, request: Request<N>): Response<N> {
    return this.#handlers[name](request);
  }

  /** Commits what was decided and gives the result; a refusal becomes an exception at this edge. */
  #decided<R>(decision: { readonly ok: true; readonly changes: readonly Change[]; readonly result: R } | Refusal): R {
    if (!decision.ok) throw new FerryError(decision.code, decision.details);
    this.#host.commit(decision.changes);
    return decision.result;
  }

  #receipt(issuer: Certificate): Uint8Array {
    return emitContext(this.#host.state, this.#host.emitter, issuer);
  }

  #updates(target: PublicKey, largestRecord: number | null = null): Uint8Array[] {
    return emitUpdates(this.#host.state, this.#host.emitter, target, largestRecord);
  }

  #use(usage: Usage): Response<'use'> {
    const { state, book, now } = this.#host;
    const answer = this.#decided(decideUse(state, book, usage, now()));
    if (!answer.ok) throw new FerryError(answer.code, answer.details);
    return answer.value;
  }

  #apply(update: Uint8Array): Response<'apply'> {
    const { state, book } = this.#host;
    const result = this.#decided(decideApply(state, book, update));
    if (result.refusal !== null) throw new FerryError(result.refusal.code, result.refusal.details);
    const { deferred } = result;
    return {
      applied: result.applied,
      skipped: result.skipped,
      entries: result.entries,
      deferred: deferred?.sequence ?? null,
      deferredFor: deferred === null ? 0 : CATALOGUE[deferred.code].number,
      needed: deferred?.needed ?? 0,
      receipt: this.#receipt(result.issuer),
    };
  }

  #issue(request: Request<'issue'>): Response<'issue'> {
    const { state, book, emitter } = this.#host;
    const result = this.#decided(decideIssue(state, book, request, emitter.random(32)));
    if (result.refusal !== null) throw new FerryError(result.refusal.code, result.refusal.details);
    const { order, target } = result;
    return {
      first: order.first,
      last: order.last,
      repeated: result.repeated,
      entries: this.#outcomes(order, target.certificate.key),
      updates: this.#updates(target.certificate.key, target.header.largestRecord),
    };
  }

  #outcomes(order: RememberedOrder, target: PublicKey): Response<'issue'>['entries'] {
    const settled = this.#host.state.partners.get(target)?.outbound.settled ?? 0;
    const refused = new Map(order.refused.map(({ sequence, reason }) => [sequence, reason]));
    return Array.from({ length: order.last - order.first + 1 }, (_, at) => {
      const sequence = order.first + at;
      return { sequence, settled: sequence <= settled, reason: refused.get(sequence) ?? 0 };
    });
  }

  #settle(context: Uint8Array): Response<'settle'> {
    const { state, book } = this.#host;
    const { target, settled, refusal } = this.#decided(decideSettle(state, book, context));
    if (refusal !== null) throw new FerryError(refusal.code, refusal.details);
    const { key, serial } = target.certificate;
    return {
      target: serial,
      settled: state.partners.get(key)?.outbound.settled ?? 0,
      pending: pendingTo(state, key).length,
      late: settled.late,
      entries: settled.outcomes.map(({ sequence, reason }) => ({ sequence, reason: reason ?? 0 })),
    };
  }

  #transit(target: PublicKey): Response<'transit'> {
    const { state, book } = this.#host;
    const here = nameOf(state);
    if (state.identity.certified === null) fail('transit', 'NOT_ENROLLED', { where: here });
    if (book.locked) fail('transit', 'CONTAINER_LOCKED', { here });
    if (!state.partners.has(target) || certificateOf(state, target)?.party !== 'container')
      fail('transit', 'TARGET_UNKNOWN', { here, target: partnerName(state, target) });
    return { updates: this.#updates(target) };
  }

  #writeData(request: Request<'write-data'>): Response<'write-data'> {
    COMMANDS['write-data'].request.assert(request);
    const { holding: id, userData, customerInfo } = request;
    const { state, book, commit } = this.#host;
    const here = nameOf(state);
    if (book.locked) fail('write-data', 'CONTAINER_LOCKED', { here });
    const holding = state.holdings.get(id);
    if (holding === undefined) return fail('write-data', 'NOT_HELD', { here, item: `holding ${id}` });
    const after = {
      ...holding,
      userData: copyBytes(userData ?? holding.userData),
      customerInfo: copyBytes(customerInfo ?? holding.customerInfo),
    };
    const grown =
      after.userData.length + after.customerInfo.length - holding.userData.length - holding.customerInfo.length;
    const free = state.limits.capacity - (state.counters.get('usedBytes') ?? 0);
    if (grown > Math.max(0, free)) fail('write-data', 'MEMORY_FULL', { here, needed: grown, free: Math.max(0, free) });
    commit([{ change: 'holdingPut', ...after }]);
    return {};
  }
}

/** Fails a command with a code that it declares; any other does not compile. */
function fail<N extends CommandName>(
  _command: N,
  code: FailureOf<(typeof COMMANDS)[N]> & ErrorCode,
  details: Record<string, string | number>,
): never {
  throw new FerryError(code, details);
}
