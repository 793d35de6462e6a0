import fs from 'node:fs';
import { FerryError } from '../errors.ts';
import { U32_MAX } from '../files/fields.ts';
import { FIELD_EPOCH } from '../model/time.ts';
import { readFailed } from './file-failure.ts';

/**
 * A clock that a test bench sets: a file with a time such as 2031-05-01T12:00:00Z, read whenever the time is needed.
 *
 * @returns seconds since 2000-01-01
 * @throws FILE_UNREADABLE, USAGE_WRONG for what is no time of the field's calendar
 */
export function fileClock(file: string): () => number {
  return () => {
    const text = readText(file).trim();
    const seconds = Date.parse(text) / 1000 - FIELD_EPOCH;
    if (!/^\d{4}-\d\d-\d\dT/.test(text) || !(seconds >= 0 && seconds <= U32_MAX))
      throw new FerryError('USAGE_WRONG', { what: `The clock in ${file} shows no time such as 2031-05-01T12:00:00Z` });
    return Math.floor(seconds);
  };
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw readFailed(file, error);
  }
}
