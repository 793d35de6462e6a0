import fs from 'node:fs';
import path from 'node:path';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../container/errors.ts';
import { makeFolder } from '../../container/store/file-durable.adapter.ts';
import { readFailed } from '../../container/store/file-failure.ts';
import { acquireLock } from '../../container/store/file-lock.adapter.ts';
import type { MoveNoteRecord } from '../../state-machines/license-move/move-note.ts';
import type { MoveClaim } from '../../state-machines/license-move/move-run.ts';
import type { BlobStore } from '../../state-machines/runtime/blob-store-port.ts';
import { FileBlobStore } from '../../state-machines/runtime/file-blob-store.adapter.ts';
import { FileRecordStore } from '../../state-machines/runtime/file-record-store.adapter.ts';
import { FileSnapshotStore } from '../../state-machines/runtime/file-snapshot-store.adapter.ts';
import type { RecordIndex, RecordStore, SnapshotStore } from '../../state-machines/runtime/snapshot-store-port.ts';

/** The folder in which unfinished moves are kept: FERRY_STATE, else the place that the system has for such things. */
export function stateFolder(variable: (name: string) => string | undefined): string {
  const given = variable('FERRY_STATE');
  if (given !== undefined && given !== '') return given;
  const base = variable('XDG_STATE_HOME') ?? variable('LOCALAPPDATA');
  if (base !== undefined && base !== '') return path.join(base, 'license-ferry');
  return path.join(variable('HOME') ?? '.', '.local', 'state', 'license-ferry');
}

/**
 * Makes a move this program's alone, until it lets go or ends. The empty lock file of a move stays: were it removed, numbers
 * would begin anew, and a program that had looked before, and links the next number only now, would take the lock from whoever
 * has it under a lower one. There is one of them for each two containers, not for each move.
 *
 * @throws MOVE_UNDER_WAY, STATE_UNUSABLE: nothing is begun before it
 */
function claimIn(state: string): (id: string) => MoveClaim {
  return (id) => {
    const folder = path.join(state, 'locks', id);
    try {
      makeFolder(folder, 0o700);
      return acquireLock(folder, 0o600);
    } catch (error) {
      throw claimFailed(state, error);
    }
  };
}

function claimFailed(state: string, error: unknown): unknown {
  if (!(error instanceof FerryError) || error.code !== 'CONTAINER_IN_USE')
    return inStateFolder('STATE_UNUSABLE', state, error);
  return new FerryError('MOVE_UNDER_WAY', { process: error.details.process ?? 0 }, { cause: error });
}

/** A write that failed, as people are told of it who know nothing of the files in that folder. */
function inStateFolder(code: 'STATE_UNUSABLE' | 'STATE_UNKEPT', where: string, error: unknown): unknown {
  if (!(error instanceof FerryError) || error.code !== 'STORE_WRITE_FAILED') return error;
  return new FerryError(code, { where, why: String(error.details.why) }, { cause: error });
}

/** @throws STATE_UNKEPT instead of STORE_WRITE_FAILED */
async function noting<T>(state: string, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw inStateFolder('STATE_UNKEPT', state, error);
  }
}

/** @throws STATE_UNUSABLE instead of FILE_UNREADABLE */
async function listing<T>(where: string, names: Promise<T>): Promise<T> {
  try {
    return await names;
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'FILE_UNREADABLE') throw error;
    throw new FerryError('STATE_UNUSABLE', { where, why: String(error.details.why) }, { cause: error });
  }
}

function recordsIn<R extends object>(state: string, records: FileRecordStore<R>): RecordStore<R> & RecordIndex {
  return {
    ids: () => listing(state, records.ids()),
    load: (id) => records.load(id),
    save: (id, record) => noting(state, records.save(id, record)),
    delete: (id) => noting(state, records.delete(id)),
  };
}

function blobsIn(state: string, blobs: BlobStore): BlobStore {
  return {
    put: (bytes) => noting(state, blobs.put(bytes)),
    get: (hash) => blobs.get(hash),
    keepOnly: (hashes) => noting(state, blobs.keepOnly(hashes)),
    part: (id) => blobsIn(state, blobs.part(id)),
  };
}

/** Where unfinished moves are kept: their snapshots, their files, and how they were begun. */
export interface MoveStores {
  readonly store: SnapshotStore & RecordIndex;
  readonly blobs: BlobStore;
  readonly notebook: RecordStore<MoveNoteRecord>;
  readonly claim: (id: string) => MoveClaim;
  /** Whether the note of a move may be relied on to name a program to start. @throws NOTE_EXPOSED, FILE_UNREADABLE */
  readonly checkProgram: (id: string) => void;
}

/** How the names of notes end. */
const NOTE = '.note';
const BY_OTHERS = 0o022;

/** Refuses a place that somebody else than its user, or the system's administrator, may write to. Windows keeps no such rights. */
function checkOwn(place: string, isFile: boolean): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const { mode, uid, isPlain } = rightsOf(place, isFile);
  const isOwned = uid === user || uid === 0;
  if (!isPlain || !isOwned || (mode & BY_OTHERS) !== 0) throw new FerryError('NOTE_EXPOSED', { file: place });
}

/** A folder may be reached by a link, a note may not. */
function rightsOf(place: string, isFile: boolean) {
  try {
    const found = isFile ? fs.lstatSync(place) : fs.statSync(place);
    return { mode: found.mode, uid: found.uid, isPlain: !found.isSymbolicLink() };
  } catch (error) {
    throw readFailed(place, error);
  }
}

export function moveStores(folder: string): MoveStores {
  const moves = path.join(folder, 'moves');
  return {
    store: recordsIn(folder, new FileSnapshotStore(moves)),
    blobs: blobsIn(folder, new FileBlobStore(path.join(moves, 'files'), nativeCrypto())),
    notebook: recordsIn(folder, new FileRecordStore<MoveNoteRecord>(moves, NOTE)),
    claim: claimIn(folder),
    checkProgram: (id) => {
      const note = path.join(moves, `${id}${NOTE}`);
      for (const place of [note, moves, folder]) checkOwn(place, place === note);
    },
  };
}
