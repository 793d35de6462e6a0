import type { ItemId } from '../../container/model/ids.ts';
import { type EntryRow, UNSURE, type Writes } from './tables.ts';

/**
 * Grants of which it was lost whether they were applied, and which somebody shows now: they were. An entry is applied as a
 * whole, so all that it granted is active, and what it replaced is gone.
 */
export async function confirmShown(tx: Writes, firmCode: number, shown: ReadonlySet<ItemId>): Promise<void> {
  const unsure = await tx
    .selectFrom('grants')
    .select(['itemId', 'container', 'sequence'])
    .where('firmCode', '=', firmCode)
    .where('status', '=', 'unsure')
    .execute();
  for (const { itemId, container, sequence } of unsure)
    if (shown.has(itemId)) await confirmEntry(tx, { firmCode, container, sequence });
}

/** An entry of which it was lost whether it was applied was: its grants are active, and what it took is gone. */
export async function confirmEntry(
  tx: Writes,
  { firmCode, container, sequence }: Pick<EntryRow, 'firmCode' | 'container' | 'sequence'>,
): Promise<void> {
  await tx
    .updateTable('grants')
    .set({ status: 'active' })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .execute();
  const entries = await tx
    .updateTable('entries')
    .set({ outcome: 0 })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .where('outcome', '=', UNSURE)
    .returning(['itemId', 'kind'])
    .execute();
  for (const { itemId, kind } of entries) {
    if (itemId === null) continue;
    const status = kind === 'withdraw' ? 'withdrawn' : 'replaced';
    await tx.updateTable('grants').set({ status }).where('itemId', '=', itemId).execute();
    await tx.deleteFrom('places').where('itemId', '=', itemId).where('container', '=', container).execute();
  }
}
