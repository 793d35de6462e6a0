import * as v from 'valibot';
import { FerryError } from '../../container/errors.ts';
import { type Failure, failureSchema } from '../failure.ts';
import type { RecordStore } from '../runtime/snapshot-store-port.ts';

/** Version of stored notes. A new one whenever an old note would be misread. */
const MOVE_NOTE_VERSION = 1;

/** How a move was begun: what somebody needs who is to finish it without having typed the order. */
export interface MoveBeginning {
  /** The two addresses, such that they lead to the same containers from everywhere on this computer. */
  readonly from: string;
  readonly to: string;
  /** Firm Code, as it was given for a License Central that has several. */
  readonly firm: string | null;
}

/** What is noted beside the snapshot of an unfinished move. */
export interface MoveNote extends MoveBeginning {
  /** Seconds since 2000-01-01. */
  readonly begunAt: number;
  /** How its last run ended, and when; null when no run ended yet: it was cut off. */
  readonly lastFailure: (Failure & { readonly at: number }) | null;
}

/** A note as it is stored. */
export interface MoveNoteRecord {
  readonly version: number;
  readonly note: MoveNote;
}

/** Where notes of unfinished moves are kept, under the same ids as their snapshots. */
export type MoveNotebook = RecordStore<MoveNoteRecord>;

const address = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const noteSchema: v.GenericSchema<unknown, MoveNote> = v.object({
  from: address,
  to: address,
  firm: v.nullable(v.pipe(v.string(), v.regex(/^\d{1,10}$/))),
  begunAt: seconds,
  lastFailure: v.nullable(v.object({ ...failureSchema.entries, at: seconds })),
});

export function noteRecord(note: MoveNote): MoveNoteRecord {
  return { version: MOVE_NOTE_VERSION, note };
}

/** The note of an unfinished move. @throws NOTE_WRONG when there is none that this program can read; FILE_UNREADABLE */
export async function readNote(notebook: MoveNotebook, id: string): Promise<MoveNote> {
  const wrong = (why: string): FerryError => new FerryError('NOTE_WRONG', { id, why });
  const stored = await notebook.load(id);
  if (stored === undefined) throw wrong('none was kept');
  const record = v.safeParse(v.object({ version: v.number(), note: v.unknown() }), stored);
  if (!record.success) throw wrong('it is damaged');
  const { version, note } = record.output;
  if (version !== MOVE_NOTE_VERSION)
    throw wrong(`it has version ${version}; this program reads version ${MOVE_NOTE_VERSION}`);
  const read = v.safeParse(noteSchema, note);
  if (!read.success) throw wrong(`its field ${v.getDotPath(read.issues[0]) ?? 'note'} does not fit`);
  return read.output;
}
