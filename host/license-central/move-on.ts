import { sql } from 'kysely';
import type { EntryRow, Writes } from './tables.ts';

/**
 * Gives entries at the end of a channel their chain values, and sequences that are higher by so many; whatever refers to them
 * follows. Nobody may have applied one that gets another sequence.
 */
export async function moveOn(tx: Writes, entries: readonly EntryRow[], by: number): Promise<void> {
  // From the last one on, each finds its new place empty.
  for (const entry of entries.toReversed())
    if (by > 0) await moveEntry(tx, entry, entry.sequence + by);
    else await chainEntry(tx, entry);
  const [first] = entries;
  if (first === undefined) return;
  await tx
    .updateTable('orders')
    .set({ first: sql`first + ${by}`, last: sql`last + ${by}` })
    .where('firmCode', '=', first.firmCode)
    .where('container', '=', first.container)
    .where('first', '>=', first.sequence)
    .execute();
}

async function chainEntry(tx: Writes, { firmCode, container, sequence, chain }: EntryRow): Promise<void> {
  await tx
    .updateTable('entries')
    .set({ chain })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .execute();
}

async function moveEntry(tx: Writes, entry: EntryRow, sequence: number): Promise<void> {
  const { firmCode, container, sequence: before } = entry;
  await tx
    .insertInto('entries')
    .values({ ...entry, sequence })
    .execute();
  for (const table of ['grants', 'writeOffs'] as const)
    await tx
      .updateTable(table)
      .set({ sequence })
      .where('firmCode', '=', firmCode)
      .where('container', '=', container)
      .where('sequence', '=', before)
      .execute();
  await tx
    .deleteFrom('entries')
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', before)
    .execute();
}
