import type { RequestTo, ResponseTo } from '../commands/codecs-of.ts';
import { COMMANDS, type CommandName } from '../commands/index.ts';
import { CATALOGUE, FerryError, type Refusal } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import { copyBytes, toHex } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { type Asked, type CommandHost, carryOut, fail, type Handlers } from './command-host.ts';
import { decideApply } from './decide-apply.ts';
import { decideContext } from './decide-context.ts';
import { decideIssue } from './decide-issue.ts';
import { decideCancel, decideSettle } from './decide-settle.ts';
import { decideUse, type Usage } from './decide-use.ts';
import { type Decided, nameOf } from './draft.ts';
import { emitContext, emitUpdates, pendingTo } from './emit.ts';
import { historyOf, listingOf } from './listing.ts';
import { firmLocked } from './lock.ts';
import { ownerHandlers } from './owner-handlers.ts';
import { certificateOf, partnerName } from './partners.ts';
import { type Authority, authorityFor, type Session } from './session.ts';
import type { RememberedOrder } from './state.ts';
import { grantOf } from './stored.ts';
import { isServed, ownerNeeded } from './work-orders.ts';

/** Every command of a container: decide, commit, then sign and seal what is released. */
export class ContainerCommands {
  readonly #host: CommandHost;
  readonly #handlers: Handlers;

  constructor(host: CommandHost) {
    this.#host = host;
    this.#handlers = {
      list: () => listingOf(host.state, host.book.lock),
      history: () => historyOf(host.state),
      context: (request) => {
        const random = toHex(host.emitter.random(16));
        return { context: this.#receipt(this.#decided(decideContext(host.state, host.book, request, random))) };
      },
      apply: ({ update }) => this.#apply(update, null),
      refuse: ({ update, through }) => this.#apply(update, through),
      issue: (request, { authority }) => this.#issue(request, authority),
      settle: ({ context }, { authority }) => this.#settle(context, authority),
      cancel: ({ target, sequences }) => {
        this.#decided(decideCancel(host.state, host.book, target, sequences));
        return { updates: this.#updates(target) };
      },
      transit: ({ target }, { authority }) => this.#transit(target, authority),
      check: (request) => this.#use({ ...request, units: null }),
      use: (request) => {
        COMMANDS.use.request.assert(request);
        return this.#use(request);
      },
      'write-data': (request) => this.#writeData(request),
      ...ownerHandlers(host),
    };
  }

  /** Carries out a command of a session. @throws OWNER_NEEDED where it is not for whoever asks, and what it declares */
  run<N extends CommandName>(name: N, request: RequestTo<N>, session: Session): ResponseTo<N> {
    const authority = authorityFor(COMMANDS[name], this.#host.state, session);
    if (authority === undefined) return this.#decided(ownerNeeded(this.#host.state, name, whyNeeded(name)));
    const asked: Asked = { session, authority };
    return this.#handlers[name](request, asked);
  }

  #decided<R>(decision: Decided<R> | Refusal): R {
    return carryOut(this.#host, decision);
  }

  #receipt(issuer: Certificate): Uint8Array {
    return emitContext(this.#host.state, this.#host.emitter, issuer);
  }

  #updates(target: PublicKey, largestRecord: number | null = null): Uint8Array[] {
    return emitUpdates(this.#host.state, this.#host.emitter, target, largestRecord);
  }

  #use(usage: Usage): ResponseTo<'use'> {
    const { state, book, now } = this.#host;
    const answer = this.#decided(decideUse(state, book, usage, now()));
    if (!answer.ok) throw new FerryError(answer.code, answer.details);
    return answer.value;
  }

  #apply(update: Uint8Array, refuseThrough: number | null): ResponseTo<'apply'> {
    const { state, book, emitter } = this.#host;
    const random = toHex(emitter.random(16));
    const result = this.#decided(decideApply(state, book, update, refuseThrough, random));
    if (result.refusal !== null) throw new FerryError(result.refusal.code, result.refusal.details);
    const { deferred } = result;
    return {
      applied: result.applied,
      skipped: result.skipped,
      entries: result.entries,
      deferred: deferred?.sequence ?? null,
      deferredFor: deferred === null ? 0 : CATALOGUE[deferred.code].number,
      needed: deferred?.needed ?? 0,
      notices: result.notices,
      receipt: this.#receipt(result.issuer),
    };
  }

  #issue(request: RequestTo<'issue'>, authority: Authority): ResponseTo<'issue'> {
    const { state, book, emitter } = this.#host;
    const result = this.#decided(decideIssue(state, book, request, emitter.random(32), authority));
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

  #outcomes(order: RememberedOrder, target: PublicKey): ResponseTo<'issue'>['entries'] {
    const settled = this.#host.state.partners.get(target)?.outbound.settled ?? 0;
    const refused = new Map(order.refused.map(({ sequence, reason }) => [sequence, reason]));
    return Array.from({ length: order.last - order.first + 1 }, (_, at) => {
      const sequence = order.first + at;
      return { sequence, settled: sequence <= settled, reason: refused.get(sequence) ?? 0 };
    });
  }

  #settle(context: Uint8Array, authority: Authority): ResponseTo<'settle'> {
    const { state, book } = this.#host;
    const { target, settled, refusal } = this.#decided(decideSettle(state, book, context, authority));
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

  #transit(target: PublicKey, authority: Authority): ResponseTo<'transit'> {
    const { state, book } = this.#host;
    const here = nameOf(state);
    if (authority === 'order' && !isServed(state, target)) return this.#decided(ownerNeeded(state, 'transit'));
    if (state.identity.certified === null) fail<'transit'>('NOT_ENROLLED', { where: here });
    if (book.lock !== null) fail<'transit'>('CONTAINER_LOCKED', { here });
    if (!state.partners.has(target) || certificateOf(state, target)?.party !== 'container')
      fail<'transit'>('TARGET_UNKNOWN', { here, target: partnerName(state, target) });
    return { updates: this.#updates(target) };
  }

  #writeData(request: RequestTo<'write-data'>): ResponseTo<'write-data'> {
    COMMANDS['write-data'].request.assert(request);
    const { holding: id, userData, customerInfo } = request;
    const { state, book, commit } = this.#host;
    const here = nameOf(state);
    if (book.lock !== null) fail<'write-data'>('CONTAINER_LOCKED', { here });
    const holding = state.holdings.get(id);
    if (holding === undefined) return fail<'write-data'>('NOT_HELD', { here, item: `holding ${id}` });
    const barred = firmLocked(state, grantOf(state, holding.itemId).firmCode, here);
    if (barred !== undefined) return this.#decided(barred);
    const after = {
      ...holding,
      userData: copyBytes(userData ?? holding.userData),
      customerInfo: copyBytes(customerInfo ?? holding.customerInfo),
    };
    const grown =
      after.userData.length + after.customerInfo.length - holding.userData.length - holding.customerInfo.length;
    const free = state.limits.capacity - (state.counters.get('usedBytes') ?? 0);
    if (grown > Math.max(0, free)) fail<'write-data'>('MEMORY_FULL', { here, needed: grown, free: Math.max(0, free) });
    commit([{ change: 'holdingPut', ...after }]);
    return {};
  }
}

/** Undefined where a work order could have allowed it. */
function whyNeeded(name: CommandName): string | undefined {
  return COMMANDS[name].orderSuffices === true ? undefined : 'it needs the PIN';
}
