import type { ItemId } from '../../container/model/ids.ts';
import { seatsByLog } from './seats-by-log.ts';
import { leaveOutSettled } from './settled-before.ts';
import { type ChannelRow, type Reads, UNSURE, type Writes } from './tables.ts';
import { confirmEntry } from './unsure-grants.ts';

/**
 * Decides by the whole word of a container which withdrawals and write-offs it applied, of which that was lost. One that it cannot
 * decide stays unsure, until a later word can. A replacement is decided by whoever shows the new license. What the write-offs
 * excuse is judged again by every such word.
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
      if (await wasTaken(tx, giver, entry.itemId)) await confirmEntry(tx, entry);
    } else if (!(await hasInTransit(tx, giver))) {
      // What was in transit has left, and is in the log then, or was taken back.
      await confirmEntry(tx, entry);
    }
  }
  // One that was refused looks just so where nothing is in transit: it is to excuse nothing that was given since.
  await leaveOutSettled(tx, giver, await writeOffsDone(tx, giver));
}

async function writeOffsDone(db: Reads, { firmCode, container }: ChannelRow): Promise<ReadonlySet<number>> {
  const done = await db
    .selectFrom('entries')
    .select('sequence')
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('kind', '=', 'writeOff')
    .where('outcome', '=', 0)
    .execute();
  return new Set(done.map(({ sequence }) => sequence));
}

/**
 * Whether all seats of an item were certainly taken from a container that shows none: it has so many fewer than its log leaves
 * it that nothing else explains them.
 *
 * It may have fewer than its log leaves it without that: seats that came back over others, before what they had gone out by was
 * settled, are not given back again when that is written off or refused. But never more than the log once had there beyond
 * all that were granted.
 */
async function wasTaken(db: Reads, giver: ChannelRow, itemId: ItemId): Promise<boolean> {
  const seats = await seatsByLog(db, giver, itemId);
  if (seats === null || seats.told > 0) return false;
  return seats.left > Math.max(0, seats.mostLeft - seats.granted);
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
