import { isDeepStrictEqual } from 'node:util';
import { CATALOGUE } from '../../container/errors.ts';
import { findUnfinished, forgetOthers, moveId, placed, runFrom, type Tell } from './carry-out-move.ts';
import type { LicenseMoveContext } from './license-move-context.ts';
import type { PlanInput } from './license-move-machine.ts';
import { type MoveOrder, normalOrder, sameOrder } from './move-order.ts';
import type { IssuerListing } from './move-ports.ts';
import type { MoveRequest, MoveResult } from './move-run.ts';
import { endedOvertaken, wasOvertaken } from './overtaken.ts';
import { inTransitOf, isUnissued } from './still-in-transit.ts';

/**
 * Moves what is ordered from the issuer to the target, surviving an interruption at any moment: running the same order
 * again goes on where the last run was cut off and moves nothing twice.
 *
 * An unfinished move of another order between the two is finished first; when that one is interrupted, the new order
 * is not begun. One that has issued nothing, as the issuer shows it, is no order yet: the new one takes its place. One
 * of the same order that was cancelled is brought home, and is over then. When it was over before, since it was
 * cancelled and settled by hand or the seats it was to take are gone, it is ended, and the order is made afresh. When
 * another order takes what this one was planned from, before anything of it is issued, it is planned anew: eight
 * times, then ORDER_OVERTAKEN. One run at a time between the same two; once a move has ended, nothing of it is stored
 * any more.
 *
 * @throws MOVE_UNDER_WAY; SNAPSHOT_WRONG unless `badSnapshot` is `startOver`; STORE_WRITE_FAILED, FILE_UNREADABLE, or
 *   what the two sides answer to `list`, before anything was begun. Later failures are in the result.
 */
export async function runLicenseMove(asked: MoveRequest): Promise<MoveResult> {
  const order = normalOrder(asked.order);
  const issuer = await asked.issuer.list();
  const target = await asked.target.list();
  const id = moveId(issuer.key, target.key);
  const claim = asked.claim?.(id);
  try {
    return await carryOut(placed(asked, id), id, order, issuer);
  } finally {
    claim?.release();
  }
}

/** @param before what the issuer showed before anything was done */
async function carryOut(
  request: MoveRequest,
  id: string,
  order: MoveOrder,
  before: IssuerListing,
): Promise<MoveResult> {
  const tell = request.onProgress ?? (() => {});
  const afresh = (isNew: boolean) => makeAfresh(request, id, { order, isNew }, before, tell);

  const found = await findUnfinished(request, id, tell);
  await forgetOthers(request, found?.files ?? []);
  if (found === undefined) return afresh(false);
  const isSame = sameOrder(found.order, order);
  if (!isSame && (await hasIssuedNothing(request, found.stored.context as LicenseMoveContext))) {
    tell({ kind: 'replacing', order: found.order });
    await request.store.delete(id);
    return afresh(false);
  }
  tell({ kind: isSame ? 'resumed' : 'finishingEarlier', order: found.order, from: found.stored.state });
  const earlier = await runFrom(request, id, found.stored, before, tell);
  if (isSame) {
    const wasInTransit = inTransitOf(before, found.stored.context as LicenseMoveContext).length > 0;
    if (!wasEndedByHand(earlier, wasInTransit)) return earlier;
    tell({ kind: 'endedByHand', order, failure: earlier.failure });
  } else if (earlier.state === 'interrupted') return notBegun(order, earlier);
  // What became of this very order is known: whatever is in transit is another one, even where it looks the same.
  return { ...(await afresh(isSame)), earlier };
}

/** The issuer is asked once more only where it matters: what it showed before may be older than the claim to this move. */
async function hasIssuedNothing({ issuer }: MoveRequest, context: LicenseMoveContext): Promise<boolean> {
  return context.issued === null && isUnissued(await issuer.list(), context);
}

/** How often one run plans an order that others overtake. */
const MOST_PLANS = 8;

/** Makes the order, and plans it anew as often as another one takes what it was planned from. */
async function makeAfresh(
  request: MoveRequest,
  id: string,
  input: PlanInput,
  before: IssuerListing,
  tell: Tell,
): Promise<MoveResult> {
  let result = await runFrom(request, id, { input }, before, tell);
  for (let plans = 1; wasOvertaken(result); plans++) {
    if (plans === MOST_PLANS) return endedOvertaken(result);
    tell({ kind: 'overtaken', failure: result.failure });
    const next = await runFrom(request, id, { input: { ...input, isNew: true } }, before, tell);
    // Refused though nothing came in between: no plan will do.
    if (isDeepStrictEqual(next.plan, result.plan)) return next;
    result = next;
  }
  return result;
}

/**
 * Whether a resumed move certainly moved nothing, in this run or before, because somebody came in between.
 *
 * @param wasInTransit then this run has brought home what was cancelled: that ends the move, and is no reason to order anew
 */
function wasEndedByHand(result: MoveResult, wasInTransit: boolean): boolean {
  const { state, entries } = result;
  if (entries.length === 0) return wasOvertaken(result);
  if (wasInTransit) return false;
  return state === 'refused' && entries.every(({ reason }) => reason === CATALOGUE.CANCELLED.number);
}

function notBegun(order: MoveOrder, earlier: MoveResult): MoveResult {
  const { state, failure } = earlier;
  return {
    state,
    order,
    plan: null,
    entries: [],
    along: [],
    inTransit: [],
    unheard: false,
    deferral: null,
    failure,
    resumed: false,
    earlier,
  };
}
