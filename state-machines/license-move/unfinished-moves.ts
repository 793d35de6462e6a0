import { type Failure, failureOf } from '../failure.ts';
import type { RecordIndex, SnapshotStore } from '../runtime/snapshot-store-port.ts';
import { loadSnapshot } from '../runtime/stored-snapshot.ts';
import { type LicenseMoveContext, licenseMoveContextSchema } from './license-move-context.ts';
import { LICENSE_MOVE_VERSION, licenseMoveMachine } from './license-move-machine.ts';
import { type MoveNote, type MoveNotebook, readNote } from './move-note.ts';

/** An unfinished move, as far as what is kept of it can be read. */
export interface UnfinishedMove {
  readonly id: string;
  /** The checkpoint from which it goes on, and what it remembers there; null when the snapshot cannot be used. */
  readonly work: { readonly step: string; readonly context: LicenseMoveContext } | null;
  /** Null when it cannot be read. */
  readonly note: MoveNote | null;
  /** Why something of it cannot be read: SNAPSHOT_WRONG, NOTE_WRONG or FILE_UNREADABLE. */
  readonly failure: Failure | null;
}

/** All unfinished moves, in ascending order of their ids. Whatever is damaged hides none of the others. @throws FILE_UNREADABLE */
export async function unfinishedMoves(
  store: SnapshotStore & RecordIndex,
  notebook: MoveNotebook,
): Promise<readonly UnfinishedMove[]> {
  const found: UnfinishedMove[] = [];
  for (const id of await store.ids()) {
    const move = await unfinishedMove(store, notebook, id);
    if (move !== undefined) found.push(move);
  }
  return found;
}

/** One of them; undefined when nothing is unfinished under that id, or no longer. @throws FILE_UNREADABLE */
export async function unfinishedMove(
  store: SnapshotStore,
  notebook: MoveNotebook,
  id: string,
): Promise<UnfinishedMove | undefined> {
  const durable = { machine: licenseMoveMachine, version: LICENSE_MOVE_VERSION, context: licenseMoveContextSchema };
  const snapshot = await readOr(async () => (await loadSnapshot(durable, store, id)) ?? null);
  if (snapshot.value === null && snapshot.failure === null) return undefined;
  const note = await readOr(() => readNote(notebook, id));
  const failure = snapshot.failure ?? note.failure;
  // Removed between the two looks at it: the note goes after the snapshot.
  if (snapshot.failure === null && note.failure !== null && (await store.load(id)) === undefined) return undefined;
  const work =
    snapshot.value === null
      ? null
      : { step: snapshot.value.state, context: snapshot.value.context as LicenseMoveContext };
  return { id, work, note: note.value, failure };
}

async function readOr<T>(
  read: () => Promise<T>,
): Promise<{ readonly value: T | null; readonly failure: Failure | null }> {
  try {
    return { value: await read(), failure: null };
  } catch (error) {
    return { value: null, failure: failureOf(error) };
  }
}
