import { CATALOGUE, type ErrorCode, FerryError } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { Deferral } from '../entry-outcome.ts';
import { type Failure, isExplained } from '../failure.ts';
import { runDurably } from '../runtime/run-durably.ts';
import type { SnapshotStore } from '../runtime/snapshot-store-port.ts';
import { loadSnapshot, type StoredSnapshot } from '../runtime/stored-snapshot.ts';
import {
  entriesOfOrder,
  filesNeeded,
  type LicenseMoveContext,
  licenseMoveContextSchema,
  type MovedEntry,
} from './license-move-context.ts';
import { LICENSE_MOVE_VERSION } from './license-move-machine.ts';
import { licenseMoveBetween, type MoveParties } from './move-actors.ts';
import { type MoveOrder, type MovePlan, normalOrder, sameOrder } from './move-order.ts';
import { stillInTransit } from './still-in-transit.ts';

export type MoveState = 'moved' | 'movedInPart' | 'refused' | 'interrupted';

/** What a run tells while it works. */
export type MoveProgress =
  /** An unfinished move of the same order was found and goes on from there. */
  | { readonly kind: 'resumed'; readonly order: MoveOrder; readonly from: string }
  /** An unfinished move of another order between the two was found; it is finished first. */
  | { readonly kind: 'finishingEarlier'; readonly order: MoveOrder; readonly from: string }
  /** The unfinished move of the same order was ended by hand meanwhile, with nothing moved; the order starts afresh. */
  | { readonly kind: 'endedByHand'; readonly order: MoveOrder; readonly failure: Failure | null }
  /** What was stored of an unfinished move cannot be used; the order starts afresh, as the caller wished. */
  | { readonly kind: 'startingOver'; readonly failure: Failure }
  /** The machine entered that state. */
  | { readonly kind: 'entered'; readonly state: string };

export interface MoveRequest extends MoveParties {
  readonly order: MoveOrder;
  readonly store: SnapshotStore;
  readonly onProgress?: (progress: MoveProgress) => void;
  /**
   * What to do when an unfinished move is stored but cannot be used. `refuse` unless said otherwise.
   *
   * `startOver` forgets what is stored and plans from what the two containers show: whatever is in transit is delivered and
   * settled, and nothing is lost or doubled. An order of which everything was settled is no longer seen, and made again.
   */
  readonly badSnapshot?: 'refuse' | 'startOver';
}

export interface MoveResult {
  readonly state: MoveState;
  readonly order: MoveOrder;
  /** Null when nothing could be planned. */
  readonly plan: MovePlan | null;
  /** Every entry of the order and where it stands. */
  readonly entries: readonly MovedEntry[];
  /**
   * Sequences that the order has put in transit and that are not settled, ascending, however the run ended: nothing of
   * them is lost, and they can be delivered or cancelled. When the issuer cannot be asked any more, those that the target
   * is not known to have. Empty once the order has moved.
   */
  readonly inTransit: readonly number[];
  readonly deferral: Deferral | null;
  /** Why it was refused or interrupted, or why its last step was not done. */
  readonly failure: Failure | null;
  readonly resumed: boolean;
  /** The unfinished move that was ended first: of another order, or of this one when it had been ended by hand. */
  readonly earlier: MoveResult | null;
}

/**
 * Moves what is ordered from the issuer to the target, surviving an interruption at any moment: running the same order
 * again goes on where the last run was cut off and moves nothing twice.
 *
 * An unfinished move of another order between the two is finished first; when that one is interrupted, the new order is
 * not begun. An unfinished move of the same order that can move nothing any more, since it was cancelled and settled by
 * hand or the seats it was to take are gone, is ended, and the order is made afresh. One run at a time between the same
 * two; once a move has ended, nothing of it is stored any more.
 *
 * @throws SNAPSHOT_WRONG unless `badSnapshot` is `startOver`; STORE_WRITE_FAILED, FILE_UNREADABLE, or what the two sides
 *   answer to `list`, before anything was begun. Later failures are in the result.
 */
export async function runLicenseMove(asked: MoveRequest): Promise<MoveResult> {
  const order = normalOrder(asked.order);
  const issuer = await asked.issuer.list();
  const target = await asked.target.list();
  const id = `move-${nameInId(issuer.key)}-${nameInId(target.key)}`;
  const request = { ...asked, blobs: asked.blobs.part(id) };
  const tell = asked.onProgress ?? (() => {});
  const afresh = () => runFrom(request, id, { input: { order } }, tell);

  const found = await findUnfinished(request, id, tell);
  await forgetOthers(request, found?.files ?? []);
  if (found === undefined) return afresh();
  const isSame = sameOrder(found.order, order);
  tell({ kind: isSame ? 'resumed' : 'finishingEarlier', order: found.order, from: found.stored.state });
  const earlier = await runFrom(request, id, found.stored, tell);
  if (isSame) {
    if (!wasEndedByHand(earlier)) return earlier;
    tell({ kind: 'endedByHand', order, failure: earlier.failure });
  } else if (earlier.state === 'interrupted') return notBegun(order, earlier);
  return { ...(await afresh()), earlier };
}

/** So much of a key that no two parties have it in common, by chance or by trying: 128 bits. */
function nameInId(key: PublicKey): string {
  return key.slice(0, 32);
}

/** Why an issuer refuses a plan that it never carried out: its sequence or its seats were used for something else. */
const OVERTAKEN: ReadonlySet<ErrorCode> = new Set([
  'ISSUED_OTHERWISE',
  'NOT_HELD',
  'QUANTITY_NOT_HELD',
  'MOVES_WHOLE',
  'ITEM_DISABLED',
]);

/** Whether a resumed move certainly moved nothing, in this run or before, because somebody came in between. */
function wasEndedByHand({ state, entries, failure }: MoveResult): boolean {
  if (state !== 'refused') return false;
  if (entries.length === 0) return failure !== null && OVERTAKEN.has(failure.code);
  return entries.every(({ reason }) => reason === CATALOGUE.CANCELLED.number);
}

type Tell = (progress: MoveProgress) => void;

interface Unfinished {
  readonly stored: StoredSnapshot;
  readonly order: MoveOrder;
  /** The files that it needs to go on. */
  readonly files: readonly string[];
}

async function findUnfinished(request: MoveRequest, id: string, tell: Tell): Promise<Unfinished | undefined> {
  try {
    const stored = await loadSnapshot(durableMove(request), request.store, id);
    if (stored === undefined) return undefined;
    const context = stored.context as LicenseMoveContext;
    return { stored, order: context.order, files: await requireFiles(request, id, stored.state, context) };
  } catch (error) {
    if (!isExplained(error) || error.code !== 'SNAPSHOT_WRONG' || request.badSnapshot !== 'startOver') throw error;
    tell({ kind: 'startingOver', failure: { code: error.code, details: error.details } });
    await request.store.delete(id);
    return undefined;
  }
}

/** A snapshot whose files or parts are gone could never be finished. @throws SNAPSHOT_WRONG */
async function requireFiles(
  { blobs }: MoveRequest,
  id: string,
  state: string,
  context: LicenseMoveContext,
): Promise<readonly string[]> {
  const needed = filesNeeded(state, context);
  if (needed === undefined) throw new FerryError('SNAPSHOT_WRONG', { id, why: `it is not complete for "${state}"` });
  for (const hash of needed) {
    await blobs.get(hash).catch((cause: unknown) => {
      throw new FerryError('SNAPSHOT_WRONG', { id, why: `a file that it needs cannot be read, ${hash}` }, { cause });
    });
  }
  return needed;
}

function durableMove(parties: MoveParties) {
  return {
    machine: licenseMoveBetween(parties),
    version: LICENSE_MOVE_VERSION,
    context: licenseMoveContextSchema,
  };
}

async function runFrom(
  request: MoveRequest,
  id: string,
  from: { readonly input: { readonly order: MoveOrder } } | StoredSnapshot,
  tell: Tell,
): Promise<MoveResult> {
  const { state, output } = await runDurably({
    durable: durableMove(request),
    store: request.store,
    id,
    from,
    onState: (entered) => tell({ kind: 'entered', state: entered }),
  });
  // Interrupted before its first checkpoint, nothing of it is stored either.
  if (state !== 'interrupted' || output.planned === null) await forgetOthers(request, []);
  return {
    state: state as MoveState,
    order: output.order,
    plan: output.planned?.plan ?? null,
    entries: entriesOfOrder(output),
    inTransit: state === 'moved' ? [] : await stillInTransit(request.issuer, output),
    deferral: output.deferral,
    failure: output.failure,
    resumed: 'snapshot' in from,
    earlier: null,
  };
}

/** As far as it works: a file of the move that stays is never read again, and the next move clears it away. */
async function forgetOthers({ blobs }: MoveRequest, files: readonly string[]): Promise<void> {
  await blobs.keepOnly(files).catch((error: unknown) => {
    if (!isExplained(error)) throw error;
  });
}

function notBegun(order: MoveOrder, earlier: MoveResult): MoveResult {
  const { state, failure } = earlier;
  return { state, order, plan: null, entries: [], inTransit: [], deferral: null, failure, resumed: false, earlier };
}
