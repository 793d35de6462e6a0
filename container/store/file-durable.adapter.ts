import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../errors.ts';
import { readFailed, systemCode, writeFailed } from './file-failure.ts';

/** The writing half of the file system, so that a test can let any part of it fail. */
export type FileWrites = Pick<typeof fs, 'writeSync' | 'fdatasyncSync'>;

/**
 * Makes a file appear at `file` with its whole content, durably, or not at all. Content is what `fill` writes.
 *
 * @throws CONTAINER_EXISTS when there is something at `file` already
 * @throws STORE_WRITE_FAILED
 */
export function createDurably(file: string, fill: (handle: number) => void): void {
  const temporary = `${file}.new`;
  if (fs.existsSync(file)) throw new FerryError('CONTAINER_EXISTS', { where: file });
  try {
    writeDurably(temporary, fill);
    fs.renameSync(temporary, file);
    syncFolder(path.dirname(file));
  } catch (error) {
    if (fs.existsSync(temporary)) fs.rmSync(temporary);
    throw writeFailed(file, error);
  }
}

/** Writes a file in place and returns when the disk has its content; its name only after `syncFolder`. */
export function writeDurably(file: string, fill: (handle: number) => void): void {
  const handle = fs.openSync(file, 'w', 0o600);
  try {
    fill(handle);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Makes a folder, and those above it that are missing, durably. @throws STORE_WRITE_FAILED */
export function makeFolder(folder: string): void {
  try {
    const first = fs.mkdirSync(folder, { recursive: true });
    if (first === undefined) return;
    const shortest = path.resolve(first).length;
    for (let at = path.resolve(folder); at.length >= shortest; at = path.dirname(at)) syncFolder(path.dirname(at));
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

/** Whether both are one folder, by whatever names. Both are there. */
export function isSameFolder(one: string, other: string): boolean {
  return fs.realpathSync(one) === fs.realpathSync(other);
}

/** Makes the names in a folder durable. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
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
 * @throws FILE_UNREADABLE when it exists and the system refuses
 */
export function usePlainFile<T>(file: string, missing: FerryError, use: (handle: number) => T): T {
  let handle: number | undefined;
  try {
    handle = fs.openSync(file, 'r+');
    if (!fs.fstatSync(handle).isFile()) throw missing;
    return use(handle);
  } catch (error) {
    if (handle !== undefined) fs.closeSync(handle);
    throw systemCode(error) === 'ENOENT' ? missing : readFailed(file, error);
  }
}
