import { FerryError } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { isExplained } from '../failure.ts';
import { runDurably } from '../runtime/run-durably.ts';
import { loadSnapshot, type StoredSnapshot } from '../runtime/stored-snapshot.ts';
import {
  entriesOfOrder,
  filesNeeded,
  type LicenseMoveContext,
  licenseMoveContextSchema,
  outcomesAlong,
} from './license-move-context.ts';
import { LICENSE_MOVE_VERSION, type PlanInput } from './license-move-machine.ts';
import { licenseMoveBetween, type MoveParties } from './move-actors.ts';
import type { MoveOrder } from './move-order.ts';
import type { IssuerListing } from './move-ports.ts';
import type { MoveProgress, MoveRequest, MoveResult, MoveState } from './move-run.ts';
import { noteFailure, notingStore } from './noting-store.ts';
import { type StillInTransit, stillInTransit } from './still-in-transit.ts';

/** Under what an unfinished move between the two is kept. */
export function moveId(issuer: PublicKey, target: PublicKey): string {
  return `move-${nameInId(issuer)}-${nameInId(target)}`;
}

/** So much of a key that no two parties have it in common, by chance or by trying: 128 bits. */
function nameInId(key: PublicKey): string {
  return key.slice(0, 32);
}

/** The run with the stores of its own move. */
export function placed<R extends Run>(run: R, id: string): R {
  const store = run.notes === undefined ? run.store : notingStore(run.store, run.notes);
  return { ...run, store, blobs: run.blobs.part(id) };
}

export type Tell = (progress: MoveProgress) => void;

/** A run between two sides that were asked who they are. */
export type Run = Omit<MoveRequest, 'order'>;

interface Unfinished {
  readonly stored: StoredSnapshot;
  readonly order: MoveOrder;
  /** The files that it needs to go on. */
  readonly files: readonly string[];
}

export async function findUnfinished(request: Run, id: string, tell: Tell): Promise<Unfinished | undefined> {
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
  { blobs }: Run,
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

/** @param before what the issuer showed before anything was done */
export async function runFrom(
  request: Run,
  id: string,
  from: { readonly input: PlanInput } | StoredSnapshot,
  before: IssuerListing,
  tell: Tell,
): Promise<MoveResult> {
  const { state, output, unremoved } = await runDurably({
    durable: durableMove(request),
    store: request.store,
    id,
    from,
    onState: (entered) => tell({ kind: 'entered', state: entered }),
  });
  if (state === 'interrupted' && output.failure !== null && request.notes !== undefined)
    await noteFailure(request.store, request.notes, id, output.failure);
  // Interrupted before its first checkpoint, nothing of it is stored either.
  if (state !== 'interrupted' || output.planned === null) await forgetOthers(request, []);
  const isNothing = state === 'moved' || isAnothers(output);
  const still = isNothing ? NOTHING_IN_TRANSIT : await stillInTransit(request.issuer, output, before);
  return {
    state: state as MoveState,
    order: output.order,
    plan: output.planned?.plan ?? null,
    entries: entriesOfOrder(output),
    along: outcomesAlong(output),
    inTransit: still.sequences,
    unheard: still.isUnheard,
    deferral: output.deferral,
    failure: output.failure ?? unremoved,
    resumed: 'snapshot' in from,
    earlier: null,
  };
}

const NOTHING_IN_TRANSIT: StillInTransit = { sequences: [], isUnheard: false };

/** Whether what was issued at the first sequence of the plan is certainly the order of somebody else. */
function isAnothers({ failure, issued }: LicenseMoveContext): boolean {
  return issued === null && failure?.code === 'ISSUED_OTHERWISE';
}

/** As far as it works: a file of the move that stays is never read again, and the next move clears it away. */
export async function forgetOthers({ blobs }: Pick<Run, 'blobs'>, files: readonly string[]): Promise<void> {
  await blobs.keepOnly(files).catch((error: unknown) => {
    if (!isExplained(error)) throw error;
  });
}
