import { beyondLog, leaveOutSettled } from './settled-before.ts';
import { type ChannelRow, UNSURE, type Writes } from './tables.ts';
import { confirmEntry } from './unsure-grants.ts';

/**
 * Decides by the whole word of a container which withdrawals and write-offs it applied, of which that was lost. One that it cannot
 * decide stays unsure, until a later word can. A replacement is decided by whoever shows the new license.
 *
 * @param giver its channel, which its complete inventory brought up to date
 */
export async function settleUnsure(tx: Writes, giver: ChannelRow): Promise<void> {
  if (giver.logWhole === 0) return;
  const { firmCode, container } = giver;
  const unsure = await tx
    .selectFrom('entries')
    .selectAll()
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('outcome', '=', UNSURE)
    .where('kind', 'in', ['withdraw', 'writeOff'])
    .execute();
  for (const entry of unsure) {
    if (entry.itemId !== null) {
      // Fewer than its log leaves it: the rest was taken, and an entry takes all or nothing.
      const beyond = await beyondLog(tx, giver, entry.itemId);
      if (beyond !== null && beyond < 0) await confirmEntry(tx, entry);
    } else if (!(await hasInTransit(tx, giver))) {
      // What was in transit has left, and is in the log then, or was taken back.
      await confirmEntry(tx, entry);
      await leaveOutSettled(tx, giver, [{ sequence: entry.sequence, reason: null }]);
    }
  }
}

async function hasInTransit(tx: Writes, { firmCode, container }: ChannelRow): Promise<boolean> {
  const place = await tx
    .selectFrom('places')
    .select('itemId')
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('pending', '>', 0)
    .limit(1)
    .executeTakeFirst();
  return place !== undefined;
}
