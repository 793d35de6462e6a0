import fs from 'node:fs';
import path from 'node:path';
import { replaceFile, syncFolder } from '../../container/store/file-durable.adapter.ts';
import { writeFailed } from '../../container/store/file-failure.ts';

/**
 * Gives the file its new content, durably and all at once: after a power cut it has the old content or the new.
 *
 * Makes the folder where it is missing.
 *
 * @throws STORE_WRITE_FAILED
 */
export function replaceDurably(file: string, bytes: Uint8Array): void {
  try {
    replaceFile(file, bytes, { temporary: temporaryOf(file), folderMode: 0o700 });
  } catch (error) {
    throw writeFailed(file, error);
  }
}

/**
 * Removes the file, if it is there, so that it stays removed after a power cut, and what a power cut left of a new one.
 *
 * @throws STORE_WRITE_FAILED
 */
export function removeDurably(file: string): void {
  try {
    const present = [file, temporaryOf(file)].filter((name) => fs.existsSync(name));
    for (const name of present) fs.rmSync(name);
    syncRemoval(path.dirname(file));
  } catch (error) {
    throw writeFailed(file, error);
  }
}

/** Also where nothing is there any more: a program may have removed it that ended before that was durable. */
function syncRemoval(folder: string): void {
  if (fs.existsSync(folder)) syncFolder(folder);
}

/**
 * Removes the files of a folder whose names are not to stay, and the folder itself when nothing is left in it.
 *
 * @throws STORE_WRITE_FAILED
 */
export function removeOthers(folder: string, stays: (name: string) => boolean): void {
  try {
    if (!fs.existsSync(folder)) return;
    const names = fs.readdirSync(folder);
    const others = names.filter((name) => !stays(name));
    for (const name of others) fs.rmSync(path.join(folder, name));
    const isEmpty = others.length === names.length;
    if (isEmpty) fs.rmdirSync(folder);
    if (isEmpty || others.length > 0) syncFolder(isEmpty ? path.dirname(folder) : folder);
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

function temporaryOf(file: string): string {
  return `${file}.new`;
}
