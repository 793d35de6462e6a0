import { FerryError } from '../../container/errors.ts';
import type { Deferral } from '../entry-outcome.ts';
import { type Failure, isExplained } from '../failure.ts';
import { runDurably } from '../runtime/run-durably.ts';
import type { SnapshotStore } from '../runtime/snapshot-store-port.ts';
import { loadSnapshot, type StoredSnapshot } from '../runtime/stored-snapshot.ts';
import {
  entriesOfOrder,
  filesLeftOver,
  filesNeeded,
  type LicenseMoveContext,
  licenseMoveContextSchema,
  type MovedEntry,
} from './license-move-context.ts';
import { LICENSE_MOVE_VERSION } from './license-move-machine.ts';
import { licenseMoveBetween, type MoveParties } from './move-actors.ts';
import { type MoveOrder, type MovePlan, normalOrder, sameOrder } from './move-order.ts';

export type MoveState = 'moved' | 'movedInPart' | 'refused' | 'interrupted';

/** What a run tells while it works. */
export type MoveProgress =
  /** An unfinished move of the same order was found and goes on from there. */
  | { readonly kind: 'resumed'; readonly order: MoveOrder; readonly from: string }
  /** An unfinished move of another order between the two was found; it is finished first. */
  | { readonly kind: 'finishingEarlier'; readonly order: MoveOrder; readonly from: string }
  /** What was stored of an unfinished move cannot be used; the order starts afresh, as the caller wished. */
  | { readonly kind: 'startingOver'; readonly failure: Failure }
  /** The machine entered that state. */
  | { readonly kind: 'entered'; readonly state: string };

export interface MoveRequest extends MoveParties {
  readonly order: MoveOrder;
  readonly store: SnapshotStore;
  readonly onProgress?: (progress: MoveProgress) => void;
  /** What to do when an unfinished move is stored but cannot be used. `refuse` unless said otherwise. */
  readonly badSnapshot?: 'refuse' | 'startOver';
}

export interface MoveResult {
  readonly state: MoveState;
  readonly order: MoveOrder;
  /** Null when nothing could be planned. */
  readonly plan: MovePlan | null;
  /** Every entry of the order and where it stands. */
  readonly entries: readonly MovedEntry[];
  readonly deferral: Deferral | null;
  /** Why it was refused or interrupted, or why its last step was not done. */
  readonly failure: Failure | null;
  readonly resumed: boolean;
  /** The unfinished move of another order that was finished first. */
  readonly earlier: MoveResult | null;
}

/**
 * Moves what is ordered from the issuer to the target, surviving an interruption at any moment: running the same order
 * again goes on where the last run was cut off and moves nothing twice.
 *
 * An unfinished move of another order between the two is finished first; when that one is interrupted, the new order is
 * not begun. One run at a time between the same two.
 *
 * @throws SNAPSHOT_WRONG unless `badSnapshot` is `startOver`; STORE_WRITE_FAILED, FILE_UNREADABLE, or what the two sides
 *   answer to `list`, before anything was begun. Later failures are in the result.
 */
export async function runLicenseMove(request: MoveRequest): Promise<MoveResult> {
  const order = normalOrder(request.order);
  const issuer = await request.issuer.list();
  const target = await request.target.list();
  const id = `move-${issuer.key.slice(0, 8)}-${target.key.slice(0, 8)}`;
  const tell = request.onProgress ?? (() => {});

  const found = await findUnfinished(request, id, tell);
  if (found === undefined) return runFrom(request, id, { input: { order } }, tell);
  if (sameOrder(found.order, order)) {
    tell({ kind: 'resumed', order, from: found.stored.state });
    return runFrom(request, id, found.stored, tell);
  }
  tell({ kind: 'finishingEarlier', order: found.order, from: found.stored.state });
  const earlier = await runFrom(request, id, found.stored, tell);
  if (earlier.state === 'interrupted') return notBegun(order, earlier);
  return { ...(await runFrom(request, id, { input: { order } }, tell)), earlier };
}

type Tell = (progress: MoveProgress) => void;

interface Unfinished {
  readonly stored: StoredSnapshot;
  readonly order: MoveOrder;
}

async function findUnfinished(request: MoveRequest, id: string, tell: Tell): Promise<Unfinished | undefined> {
  try {
    const stored = await loadSnapshot(durableMove(request), request.store, id);
    if (stored === undefined) return undefined;
    const context = stored.context as LicenseMoveContext;
    await requireFiles(request, id, stored.state, context);
    return { stored, order: context.order };
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
): Promise<void> {
  const needed = filesNeeded(state, context);
  if (needed === undefined) throw new FerryError('SNAPSHOT_WRONG', { id, why: `it is not complete for "${state}"` });
  for (const hash of needed) {
    await blobs.get(hash).catch((cause: unknown) => {
      throw new FerryError('SNAPSHOT_WRONG', { id, why: `a file that it needs cannot be read, ${hash}` }, { cause });
    });
  }
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
  if (state !== 'interrupted') await removeLeftOvers(request, output);
  return {
    state: state as MoveState,
    order: output.order,
    plan: output.planned?.plan ?? null,
    entries: entriesOfOrder(output),
    deferral: output.deferral,
    failure: output.failure,
    resumed: 'snapshot' in from,
    earlier: null,
  };
}

/** As far as it works: the move has ended, and a file that stays is never read again. */
async function removeLeftOvers({ blobs }: MoveRequest, ended: LicenseMoveContext): Promise<void> {
  for (const hash of filesLeftOver(ended)) {
    await blobs.delete(hash).catch((error: unknown) => {
      if (!isExplained(error)) throw error;
    });
  }
}

function notBegun(order: MoveOrder, earlier: MoveResult): MoveResult {
  const { state, failure } = earlier;
  return { state, order, plan: null, entries: [], deferral: null, failure, resumed: false, earlier };
}
