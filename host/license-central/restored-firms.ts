import { FerryError } from '../../container/errors.ts';
import { U32_MAX } from '../../container/files/fields.ts';
import type { FirmRow, Writes } from './tables.ts';

/** Says that the server of a firm was restored from a backup: every channel of it has to begin anew (R13). @throws EXHAUSTED */
export async function restoreFirm(tx: Writes, { firmCode, restores }: FirmRow): Promise<void> {
  if (restores >= U32_MAX) throw new FerryError('EXHAUSTED', { what: 'number of restores' });
  await tx
    .updateTable('firms')
    .set({ restores: restores + 1, rolledBackBy: null })
    .where('firmCode', '=', firmCode)
    .execute();
}
