import * as v from 'valibot';
import type { OrderId } from '../../container/model/ids.ts';
import { type Deferral, deferralSchema, type EntryOutcome, entryOutcomeSchema } from '../entry-outcome.ts';
import { type Failure, failureSchema } from '../failure.ts';
import { type MoveOrder, type MovePlan, moveOrderSchema, movePlanSchema } from './move-order.ts';

/** An order that was planned: under its id, it and no other is repeated. */
export interface PlannedOrder {
  readonly plan: MovePlan;
  readonly orderId: OrderId;
  /** The issuer's certificate. */
  readonly certificate: string;
}

/** All that a move has to remember. JSON; files are named by their hash in the blob store. */
export interface LicenseMoveContext {
  readonly order: MoveOrder;
  /** Whether it is known not to be among what is in transit, though that may look just like it. */
  readonly isNew: boolean;
  /** What `planning` found. */
  readonly planned: PlannedOrder | null;
  /** The target's context file. */
  readonly context: string | null;
  /** What `issuing` gave: the sequences of the order, and the update files of all that is in transit to the target. */
  readonly issued: { readonly first: number; readonly last: number; readonly updates: readonly string[] } | null;
  /** What `applying` gave. */
  readonly answered: { readonly applied: number; readonly receipt: string } | null;
  /** Outcomes known so far, of the order and of whatever else was in transit to the target. */
  readonly entries: readonly EntryOutcome[];
  readonly deferral: Deferral | null;
  readonly failure: Failure | null;
}

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const orderId = v.custom<OrderId>((id) => typeof id === 'string' && /^[0-9a-f]{32}$/.test(id));

export const licenseMoveContextSchema: v.GenericSchema<unknown, LicenseMoveContext> = v.object({
  order: moveOrderSchema,
  isNew: v.boolean(),
  planned: v.nullable(v.object({ plan: movePlanSchema, orderId, certificate: hash })),
  context: v.nullable(hash),
  issued: v.nullable(v.object({ first: v.number(), last: v.number(), updates: v.array(hash) })),
  answered: v.nullable(v.object({ applied: v.number(), receipt: hash })),
  entries: v.array(entryOutcomeSchema),
  deferral: v.nullable(deferralSchema),
  failure: v.nullable(failureSchema),
});

/** The files that the move needs from a checkpoint on; undefined when the context is not one of that checkpoint. */
export function filesNeeded(checkpoint: string, context: LicenseMoveContext): readonly string[] | undefined {
  const { planned, issued, answered } = context;
  if (planned === null) return undefined;
  if (checkpoint === 'planned') return [planned.certificate];
  if (checkpoint === 'issued')
    return issued === null || context.context === null ? undefined : [context.context, ...issued.updates];
  return issued === null || answered === null ? undefined : [answered.receipt];
}

/** Where one entry of the order stands at the end of a run. */
export interface MovedEntry {
  readonly sequence: number;
  /**
   * `applied`: the target has it. `refused`: it goes, or went, back to the issuer. `waiting`: it is in transit. `unknown`:
   * it is settled, but nobody present remembers how.
   */
  readonly state: 'applied' | 'refused' | 'waiting' | 'unknown';
  /** Number of the error for which it was refused or waits; 0: none. */
  readonly reason: number;
}

/** Every entry of the order, by what is known of it. Empty before anything was issued. */
export function entriesOfOrder({ issued, answered, entries, deferral }: LicenseMoveContext): readonly MovedEntry[] {
  if (issued === null) return [];
  const outcomes = new Map(entries.map(({ sequence, reason }) => [sequence, reason]));
  const { first, last } = issued;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at): MovedEntry => {
    const sequence = first + at;
    const reason = outcomes.get(sequence);
    if (reason !== undefined) return { sequence, state: reason === 0 ? 'applied' : 'refused', reason };
    if (answered !== null && sequence <= answered.applied) return { sequence, state: 'unknown', reason: 0 };
    const waits = deferral !== null && sequence >= deferral.sequence;
    return { sequence, state: 'waiting', reason: waits ? deferral.reason : 0 };
  });
}

/** What became, with the order, of whatever else was in transit to the target; ascending. */
export function outcomesAlong({ issued, entries }: LicenseMoveContext): readonly EntryOutcome[] {
  if (issued === null) return [];
  return entries.filter(({ sequence }) => sequence < issued.first || sequence > issued.last);
}

/** Entries that the target has dealt with, though it did not say how: it was asked a second time. */
export function sequencesUnknown(context: LicenseMoveContext): readonly number[] {
  return entriesOfOrder(context)
    .filter(({ state }) => state === 'unknown')
    .map(({ sequence }) => sequence);
}
