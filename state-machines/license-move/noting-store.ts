import { type Failure, isExplained } from '../failure.ts';
import type { SnapshotStore } from '../runtime/snapshot-store-port.ts';
import { type MoveBeginning, type MoveNote, type MoveNotebook, noteRecord, readNote } from './move-note.ts';

/** Where a move notes how it was begun. */
export interface MoveNotes {
  readonly notebook: MoveNotebook;
  readonly beginning: MoveBeginning;
  /** Seconds since 2000-01-01. */
  readonly now: () => number;
}

/**
 * The store, with a note beside every snapshot: durable before the first snapshot is, and removed after it. So there is no
 * snapshot without its note; a note without a snapshot, which a power cut may leave, means nothing.
 */
export function notingStore(store: SnapshotStore, { notebook, beginning, now }: MoveNotes): SnapshotStore {
  let isNoted = false;
  return {
    load: (id) => store.load(id),
    save: async (id, record) => {
      if (!isNoted) await notebook.save(id, noteRecord(await newNote(id)));
      isNoted = true;
      await store.save(id, record);
    },
    delete: async (id) => {
      await store.delete(id);
      await notebook.delete(id);
      isNoted = false;
    },
  };

  /** The addresses that lead there now; when it began and how it failed stay, if they are known. */
  async function newNote(id: string): Promise<MoveNote> {
    const known = (await store.load(id)) === undefined ? undefined : await noteIfReadable(notebook, id);
    return { begunAt: now(), lastFailure: null, ...known, ...beginning };
  }
}

/** Notes why a run ended, for people who ask later. As far as it works: the move can be resumed without. */
export async function noteFailure(
  store: SnapshotStore,
  { notebook, now }: MoveNotes,
  id: string,
  failure: Failure,
): Promise<void> {
  try {
    if ((await store.load(id)) === undefined) return await notebook.delete(id);
    const note = await noteIfReadable(notebook, id);
    if (note !== undefined) await notebook.save(id, noteRecord({ ...note, lastFailure: { ...failure, at: now() } }));
  } catch (error) {
    if (!isExplained(error)) throw error;
  }
}

async function noteIfReadable(notebook: MoveNotebook, id: string): Promise<MoveNote | undefined> {
  return readNote(notebook, id).catch((error: unknown) => {
    if (!isExplained(error)) throw error;
    return undefined;
  });
}
