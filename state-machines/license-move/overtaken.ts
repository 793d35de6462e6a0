import { type ErrorCode, explain } from '../../container/errors.ts';
import type { MoveResult } from './move-run.ts';

/** Why an issuer refuses a plan that it never carried out: its sequence or its seats were used for something else. */
const OVERTAKEN: ReadonlySet<ErrorCode> = new Set([
  'ISSUED_OTHERWISE',
  'NOT_HELD',
  'QUANTITY_NOT_HELD',
  'MOVES_WHOLE',
  'ITEM_DISABLED',
]);

/** Whether nothing of a planned order was ever issued, because what it was planned from had been used for another one. */
export function wasOvertaken({ state, plan, entries, failure }: MoveResult): boolean {
  return (
    state === 'refused' && plan !== null && entries.length === 0 && failure !== null && OVERTAKEN.has(failure.code)
  );
}

/** The result of such an order when it is not planned anew. */
export function endedOvertaken(result: MoveResult): MoveResult {
  const { failure } = result;
  if (failure === null) return result;
  const why = explain(failure.code, failure.details).happened;
  return { ...result, failure: { code: 'ORDER_OVERTAKEN', details: { why } } };
}
