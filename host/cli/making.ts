import { type ErrorCode, FerryError } from '../../container/errors.ts';

/** How it is said that a place takes nothing. */
const UNWRITTEN: ReadonlySet<ErrorCode> = new Set(['STORE_WRITE_FAILED', 'CENTRAL_UNUSABLE', 'CENTRAL_UNWRITTEN']);

/** Makes something in a folder. @param what it is, as an error says it @throws NOT_MADE, and what `make` throws */
export async function making<T>(what: string, folder: string, make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof FerryError) || !UNWRITTEN.has(error.code)) throw error;
    const { where = folder, why = '' } = error.details;
    throw new FerryError('NOT_MADE', { what, where, why }, { cause: error });
  }
}
