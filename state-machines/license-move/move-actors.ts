import { fromPromise } from 'xstate';
import { FerryError } from '../../container/errors.ts';
import { applyTransactionMachine } from '../apply-transaction/apply-transaction-machine.ts';
import { applyUpdate } from '../apply-transaction/apply-update.ts';
import { contextTransactionMachine } from '../context-transaction/context-transaction-machine.ts';
import { requestContext } from '../context-transaction/request-context.ts';
import type { EntryOutcome } from '../entry-outcome.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { unlessForgetful } from './forgetful-target.ts';
import { licenseMoveMachine, type SettleInput } from './license-move-machine.ts';
import type { MoveOrder, MovePlan } from './move-order.ts';
import type { MoveIssuer, MoveTarget } from './move-ports.ts';
import { planMove } from './plan-move.ts';

/** The two sides of a move, and where their files are kept on the way. */
export interface MoveParties {
  readonly issuer: MoveIssuer;
  readonly target: MoveTarget;
  readonly blobs: BlobStore;
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
      applyTransaction: applyTransactionMachine.provide({ actors: { applyUpdate: applyUpdate(target, blobs) } }),
      settle: settling(parties),
    },
  });
}

function planning({ issuer, target, blobs }: MoveParties) {
  return fromPromise<{ plan: MovePlan; certificate: string }, { order: MoveOrder }>(async ({ input }) => {
    const { key } = await target.list();
    const planned = planMove(await issuer.list(), key, input.order);
    if (!planned.ok) throw new FerryError(planned.code, planned.details);
    return { plan: planned.plan, certificate: await blobs.put(await issuer.certificate()) };
  });
}

function issuing({ issuer, blobs }: MoveParties) {
  return fromPromise<{ first: number; last: number; updates: readonly string[] }, { plan: MovePlan; context: string }>(
    async ({ input: { plan, context } }) => {
      const answer = await issuer.issue({ context: await blobs.get(context), plan });
      if (answer.updates.length === 0)
        throw new FerryError('ORDER_EMPTY', { why: 'nothing is in transit to the target' });
      const updates: string[] = [];
      for (const update of answer.updates) updates.push(await blobs.put(update));
      if (plan.last !== null) return { first: plan.first, last: plan.last, updates };
      return { first: answer.first, last: answer.last, updates };
    },
  );
}

function settling({ issuer, blobs }: MoveParties) {
  return fromPromise<{ entries: readonly EntryOutcome[] }, SettleInput>(
    async ({ input: { plan, receipt, unknown } }) => {
      const bytes = await blobs.get(receipt);
      const { entries } = await issuer.settle(bytes);
      const told = new Set(entries.map(({ sequence }) => sequence));
      if (unknown.every((sequence) => told.has(sequence))) return { entries };
      // Applied and settled by runs that were cut off before they could note how: the issuer remembers its orders.
      const again = await issuer.issue({ context: bytes, plan });
      const settled = (again.entries ?? []).filter((entry) => entry.settled);
      return { entries: [...entries, ...settled].map(({ sequence, reason }) => ({ sequence, reason })) };
    },
  );
}
