import { CATALOGUE, type ErrorCode, FerryError } from '../../container/errors.ts';

/** Damage of what is no file that somebody was given. */
const PLACES: ReadonlySet<ErrorCode> = new Set([
  'STORE_DAMAGED',
  'ANCHOR_DAMAGED',
  'CENTRAL_DAMAGED',
  'FIRM_KEYS_DAMAGED',
  'PAIRING_DAMAGED',
]);

/** Does the work with a file; what is wrong with the file is thrown with its name. */
export async function namingFile<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FerryError ? withFile(error, file) : error;
  }
}

/** The error, with the name of the file that it is about; one that would befall every file stays as it is. */
export function withFile(error: FerryError, file: string): FerryError {
  const { code, details } = error;
  const isAboutFile = CATALOGUE[code].exit === CATALOGUE.FILE_MALFORMED.exit || code.startsWith('UPDATE_');
  if (!isAboutFile || PLACES.has(code) || details.file !== undefined) return error;
  return new FerryError(code, { ...details, file }, { cause: error });
}
