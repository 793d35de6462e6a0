import fs from 'node:fs';
import { FerryError } from '../errors.ts';
import { readFailed } from './file-failure.ts';

/** No file of ours is longer as text. More is not even read. */
const LONGEST_READ = 4 * 1024 * 1024;

/** A pipe that took a file's place is not waited for; Windows knows neither flag nor danger. */
const NO_WAITING = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK;

/** @param links `followed` where a person has named the file; what lies in a folder may be from anybody */
export interface PlainRead {
  readonly links: 'followed' | 'refused';
}

/**
 * All bytes of a plain file of at most 4 MiB. Devices and pipes are not read: they may have no end, or nothing ever.
 *
 * @throws FILE_UNREADABLE, FILE_TOO_LARGE
 */
export function readPlainFile(file: string, read: PlainRead): Uint8Array {
  try {
    return readPlain(file, read);
  } catch (error) {
    throw readFailed(file, error);
  }
}

/** As `readPlainFile`. @throws what the operating system answers; FILE_UNREADABLE when it is no plain file, FILE_TOO_LARGE */
export function readPlain(file: string, { links }: PlainRead): Uint8Array {
  const handle = fs.openSync(file, links === 'followed' ? NO_WAITING : NO_WAITING | fs.constants.O_NOFOLLOW);
  try {
    const found = fs.fstatSync(handle);
    const why = found.isDirectory() ? 'it is a folder' : 'it is not a plain file';
    if (!found.isFile()) throw new FerryError('FILE_UNREADABLE', { file, why });
    if (found.size > LONGEST_READ) throw new FerryError('FILE_TOO_LARGE', { size: found.size, limit: LONGEST_READ });
    return new Uint8Array(fs.readFileSync(handle));
  } finally {
    fs.closeSync(handle);
  }
}
