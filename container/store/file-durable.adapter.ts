import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../errors.ts';
import { readFailed, systemCode, writeFailed } from './file-failure.ts';

/** The writing half of the file system, so that a test can let any part of it fail. */
export type FileWrites = Pick<typeof fs, 'writeSync' | 'fdatasyncSync'>;

/** How a file is replaced. */
export interface Replacement {
  /** What is written first, in the same folder as the file; what lies there is removed. Default: the file's name and `.new`. */
  readonly temporary?: string;
  /** Who may do what with the file. Default: the owner alone. */
  readonly mode?: number;
  /** Makes the folders that are missing, for whom this says. Unless given, the folder has to be there. */
  readonly folderMode?: number;
  /** Whether the folder may be on a stick. FAT keeps size and place of a file beside its name, and a new name has them only once the file is flushed again. */
  readonly maybeFat?: boolean;
}

/**
 * Gives a file its new content, durably and all at once: after a power cut it has the old content or the new. Content is
 * the bytes, or what `content` writes to the handle. A link in the file's place is replaced and not followed.
 *
 * @throws what the operating system answers; nothing half written is left then
 */
export function replaceFile(
  file: string,
  content: Uint8Array | string | ((handle: number) => void),
  { temporary = `${file}.new`, mode = 0o600, folderMode, maybeFat = false }: Replacement = {},
): void {
  const folder = path.dirname(file);
  if (folderMode !== undefined) makeFolders(folder, folderMode);
  const fill = typeof content === 'function' ? content : (handle: number) => fs.writeFileSync(handle, content);
  try {
    fs.rmSync(temporary, { force: true });
    writeDurably(temporary, fill, 'wx', mode);
    fs.renameSync(temporary, file);
    if (maybeFat) syncPlace(file, 'r+');
    syncFolder(folder);
  } catch (error) {
    discard(temporary);
    throw error;
  }
}

function discard(temporary: string): void {
  try {
    fs.rmSync(temporary, { force: true });
  } catch {
    // What counts is why the file could not be written; when the disk is gone, this fails as well.
  }
}

/**
 * Makes a file appear at `file` with its whole content, durably, or not at all. Content is what `fill` writes.
 *
 * @throws CONTAINER_EXISTS when there is something at `file` already
 * @throws STORE_WRITE_FAILED
 */
export function createDurably(file: string, fill: (handle: number) => void): void {
  if (fs.existsSync(file)) throw new FerryError('CONTAINER_EXISTS', { where: file });
  try {
    replaceFile(file, fill);
  } catch (error) {
    throw writeFailed(file, error);
  }
}

/** Writes a file in place and returns when the disk has its content; its name only after `syncFolder`. */
export function writeDurably(file: string, fill: (handle: number) => void, flags = 'w', mode = 0o600): void {
  const handle = fs.openSync(file, flags, mode);
  try {
    fill(handle);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Makes a folder, and those above it that are missing, durably. @param mode for whom @throws STORE_WRITE_FAILED */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    makeFolders(folder, mode);
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

/** As `makeFolder`. @throws what the operating system answers */
function makeFolders(folder: string, mode: number): void {
  const wanted = path.resolve(folder);
  const missing = missingFolders(wanted);
  // The lowest one that is there may be from a program that ended before its name was durable.
  syncName(missing[0] === undefined ? wanted : path.dirname(missing[0]));
  for (const one of missing) {
    makeOneFolder(one, mode);
    syncFolder(path.dirname(one));
  }
}

function syncName(folder: string): void {
  try {
    syncFolder(path.dirname(folder));
  } catch (error) {
    // Where no folder above may be opened, none of ours was made just now.
    if (systemCode(error) !== 'EACCES') throw error;
  }
}

/** The folders that have to be made for this one to be there, from the top. */
function missingFolders(folder: string): readonly string[] {
  if (fs.existsSync(folder)) return [];
  const above = path.dirname(folder);
  return above === folder ? [folder] : [...missingFolders(above), folder];
}

/**
 * Not with `recursive`: that never ends where a file system answers that a folder is missing which is there, as /proc does.
 */
function makeOneFolder(folder: string, mode: number): void {
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    // Another program may have made it meanwhile.
    if (systemCode(error) === 'EEXIST' && isFolder(folder)) return;
    if (systemCode(error) !== 'ENOENT' || !isFolder(path.dirname(folder))) throw error;
    throw Object.assign(new Error(`no folder can be made: ${folder}`, { cause: error }), { code: 'ENOTSUP' });
  }
}

function isFolder(place: string): boolean {
  return fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whether both are one folder, by whatever names. Both are there. */
export function isSameFolder(one: string, other: string): boolean {
  return fs.realpathSync(one) === fs.realpathSync(other);
}

/** Makes the names in a folder durable. Windows needs no such call, and some network file systems have none. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') syncPlace(folder, 'r');
}

/** @param flags a file is opened for writing: some systems flush no other */
function syncPlace(place: string, flags: 'r' | 'r+'): void {
  const handle = fs.openSync(place, flags);
  try {
    fs.fsyncSync(handle);
  } catch (error) {
    // What a file system that cannot flush folders answers, such as older CIFS; a failing one answers EIO.
    if (systemCode(error) !== 'EINVAL') throw error;
  } finally {
    fs.closeSync(handle);
  }
}

/** Writes all of `bytes` at a position; the system may take them in several goes. */
export function writeAll(writes: FileWrites, handle: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writes.writeSync(handle, bytes, done, bytes.length - done, position + done);
  }
}

/** Fills `bytes` from a position of the file; false when the file ends before. */
export function readAll(handle: number, bytes: Uint8Array, position: number): boolean {
  for (let done = 0; done < bytes.length; ) {
    const read = fs.readSync(handle, bytes, done, bytes.length - done, position + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}

/**
 * Opens a plain file for reading and writing and hands it to `use`, which keeps the handle; when `use` throws it is closed.
 *
 * @throws `missing` when there is no file, or no plain one
 * @throws FILE_UNREADABLE when it exists and the system refuses, STORE_WRITE_FAILED when it refuses only that it is written to
 */
export function usePlainFile<T>(file: string, missing: FerryError, use: (handle: number) => T): T {
  let handle: number | undefined;
  try {
    // A link may lead to the file of another container, whose folder has a lock of its own.
    handle = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NOFOLLOW);
    if (!fs.fstatSync(handle).isFile()) throw missing;
    return use(handle);
  } catch (error) {
    if (handle !== undefined) fs.closeSync(handle);
    if (systemCode(error) === 'ENOENT') throw missing;
    throw isWriteRefused(file, error) ? writeFailed(file, error) : readFailed(file, error);
  }
}

/** What the system answers to who may not do what was asked for. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Whether a file may be read that could not be opened for reading and writing. */
function isWriteRefused(file: string, error: unknown): boolean {
  if (!REFUSALS.has(systemCode(error))) return false;
  try {
    fs.closeSync(fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW));
    return true;
  } catch {
    return false;
  }
}
