import fs from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../../container/store/file-durable.adapter.ts';
import { writeFailed } from '../../container/store/file-failure.ts';

/**
 * Gives the file its new content, durably and all at once: after a power cut it has the old content or the new.
 *
 * Makes the folder where it is missing.
 *
 * @throws STORE_WRITE_FAILED
 */
export function replaceDurably(file: string, bytes: Uint8Array): void {
  const folder = path.dirname(file);
  const temporary = `${file}.new`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const handle = fs.openSync(temporary, 'w', 0o600);
    try {
      fs.writeFileSync(handle, bytes);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
    syncFolder(folder);
  } catch (error) {
    throw writeFailed(file, error);
  }
}

/** Removes the file, if it is there, so that it stays removed after a power cut. @throws STORE_WRITE_FAILED */
export function removeDurably(file: string): void {
  try {
    if (!fs.existsSync(file)) return;
    fs.rmSync(file);
    syncFolder(path.dirname(file));
  } catch (error) {
    throw writeFailed(file, error);
  }
}
