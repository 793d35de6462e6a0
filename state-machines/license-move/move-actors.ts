import { fromPromise } from 'xstate';
import { FerryError } from '../../container/errors.ts';
import { applyTransactionMachine } from '../apply-transaction/apply-transaction-machine.ts';
import { applyUpdate } from '../apply-transaction/apply-update.ts';
import { contextTransactionMachine } from '../context-transaction/context-transaction-machine.ts';
import { requestContext } from '../context-transaction/request-context.ts';
import type { EntryOutcome } from '../entry-outcome.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { unlessForgetful } from './forgetful-target.ts';
import type { PlannedOrder } from './license-move-context.ts';
import {
  type Given,
  type IssueInput,
  licenseMoveMachine,
  type PlanInput,
  type RenewInput,
  type SettleInput,
} from './license-move-machine.ts';
import { newOrderId } from './move-order.ts';
import type { IssueAnswer, MoveIssuer, MoveTarget } from './move-ports.ts';
import { planMove } from './plan-move.ts';

/** The two sides of a move, and where their files are kept on the way. */
export interface MoveParties {
  readonly issuer: MoveIssuer;
  readonly target: MoveTarget;
  readonly blobs: BlobStore;
  /** `length` unpredictable bytes, for the id of an order. */
  readonly random: (length: number) => Uint8Array;
}

/** The machine with everything that it does; only `checkpoint` is left to the runner. */
export function licenseMoveBetween(parties: MoveParties) {
  const { issuer, target, blobs } = parties;
  return licenseMoveMachine.provide({
    actors: {
      plan: planning(parties),
      contextTransaction: contextTransactionMachine.provide({
        actors: { requestContext: requestContext(unlessForgetful(issuer, target), blobs) },
      }),
      issue: issuing(parties),
      renew: renewing(parties),
      applyTransaction: applyTransactionMachine.provide({ actors: { applyUpdate: applyUpdate(target, blobs) } }),
      settle: settling(parties),
    },
  });
}

function planning({ issuer, target, blobs, random }: MoveParties) {
  return fromPromise<PlannedOrder, PlanInput>(async ({ input }) => {
    const shown = await target.list();
    const planned = planMove(await issuer.list(), shown, input.order, input.isNew);
    if (!planned.ok) throw new FerryError(planned.code, planned.details);
    const certificate = await blobs.put(await issuer.certificate());
    return { plan: planned.plan, orderId: newOrderId(random), certificate };
  });
}

function issuing({ issuer, blobs }: MoveParties) {
  return fromPromise<Given, IssueInput>(async ({ input: { plan, orderId, context } }) => {
    const answer = await issuer.issue({ context: await blobs.get(context), plan, orderId });
    const settled = settledIn(answer);
    const { first, last } = plan.last === null ? answer : { first: plan.first, last: plan.last };
    // The context itself may have settled all of it.
    if (answer.updates.length === 0 && !settled.some(({ sequence }) => sequence === last))
      throw new FerryError('ORDER_EMPTY', { why: 'nothing is in transit to the target' });
    return { issued: { first, last, updates: await putAll(blobs, answer.updates) }, settled };
  });
}

/** Only a cancellation makes the issuer say something else than it did: without one nothing is fetched again. */
function renewing({ issuer, blobs }: MoveParties) {
  return fromPromise<Given, RenewInput>(async ({ input: { plan, orderId, context, issued } }) => {
    const { transit } = await issuer.list();
    if (!transit.some(({ target, cancelled }) => target === plan.targetKey && cancelled))
      return { issued, settled: [] };
    const answer = await issuer.issue({ context: await blobs.get(context), plan, orderId });
    // Settled between the two looks at it: the target has dealt with all of it, and skips what is kept.
    const updates = answer.updates.length === 0 ? issued.updates : await putAll(blobs, answer.updates);
    return { issued: { ...issued, updates }, settled: settledIn(answer) };
  });
}

function settledIn({ entries = [] }: IssueAnswer): readonly EntryOutcome[] {
  return entries.flatMap(({ sequence, settled, reason }) => (settled ? [{ sequence, reason }] : []));
}

async function putAll(blobs: BlobStore, files: readonly Uint8Array[]): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const file of files) hashes.push(await blobs.put(file));
  return hashes;
}

function settling({ issuer, blobs }: MoveParties) {
  return fromPromise<{ entries: readonly EntryOutcome[] }, SettleInput>(
    async ({ input: { plan, orderId, receipt, unknown } }) => {
      const bytes = await blobs.get(receipt);
      const { entries } = await issuer.settle(bytes);
      const told = new Set(entries.map(({ sequence }) => sequence));
      if (unknown.every((sequence) => told.has(sequence))) return { entries };
      // Applied and settled by runs that were cut off before they could note how: the issuer remembers its orders.
      const again = await issuer.issue({ context: bytes, plan, orderId });
      return { entries: [...entries, ...settledIn(again)].map(({ sequence, reason }) => ({ sequence, reason })) };
    },
  );
}
