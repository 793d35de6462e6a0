import type { Outcome } from '../../container/engine/issuer-channel.ts';
import type { ItemId } from '../../container/model/ids.ts';
import type { ChannelRow, Reads, WriteOffRow, Writes } from './tables.ts';

type Giver = Pick<ChannelRow, 'firmCode' | 'container'>;

/**
 * Leaves out of the write-offs that a giver has just carried out what it had settled before that, though nobody had told of it
 * when they were ordered: the target has that once, and nothing of it is a duplicate.
 *
 * @param giver its channel, which its word of the same context brought up to date
 */
export async function leaveOutSettled(tx: Writes, giver: ChannelRow, outcomes: readonly Outcome[]): Promise<void> {
  if (giver.logWhole === 0) return;
  const { firmCode, container } = giver;
  for (const { sequence, reason } of outcomes) {
    if (reason !== null) continue;
    const order = await tx
      .selectFrom('writeOffs')
      .selectAll()
      .where('firmCode', '=', firmCode)
      .where('container', '=', container)
      .where('sequence', '=', sequence)
      .executeTakeFirst();
    if (order === undefined) continue;
    await tx
      .updateTable('writeOffs')
      .set({ after: await certainlySettled(tx, order) })
      .where('firmCode', '=', firmCode)
      .where('container', '=', container)
      .where('sequence', '=', sequence)
      .execute();
  }
}

/**
 * The last sequence of a write-off that left the giver for good. Its log alone does not say so: a receipt that came after the
 * write-off enters it, too, though the seats are held again. Then the giver has more seats than its log leaves it.
 */
async function certainlySettled(db: Reads, order: WriteOffRow): Promise<number> {
  const { after, through, target, container } = order;
  const given = await logOf(db, order)
    .select(['transfers.sequence', 'transferItems.itemId', 'transferItems.quantity'])
    .where('transfers.sender', '=', container)
    .where('transfers.target', '=', target)
    .where('transfers.sequence', '>', after)
    .where('transfers.sequence', '<=', through)
    .orderBy('transfers.sequence', 'desc')
    .execute();
  const extra = new Map<ItemId, number | null>();
  for (const { sequence, itemId, quantity } of given) {
    if (!extra.has(itemId)) extra.set(itemId, await beyondLog(db, order, itemId));
    const seats = extra.get(itemId) ?? null;
    if (seats !== null && seats < quantity) return sequence;
  }
  return after;
}

/**
 * Seats of an item that a giver has beyond what its log leaves it; below 0 when some were taken from it. Null when the license is
 * over, or not known here.
 */
export async function beyondLog(db: Reads, giver: Giver, itemId: ItemId): Promise<number | null> {
  const { container } = giver;
  const grant = await db
    .selectFrom('grants')
    .select(['quantity', 'container'])
    .where('itemId', '=', itemId)
    .where('status', '=', 'active')
    .executeTakeFirst();
  if (grant === undefined) return null;
  const moves = await logOf(db, giver)
    .select(['transfers.sender', 'transferItems.quantity'])
    .where('transferItems.itemId', '=', itemId)
    .execute();
  const place = await db
    .selectFrom('places')
    .select(['quantity', 'pending'])
    .where('itemId', '=', itemId)
    .where('container', '=', container)
    .executeTakeFirst();
  const told = place === undefined ? 0 : place.quantity + place.pending;
  const granted = grant.container === container ? grant.quantity : 0;
  return moves.reduce(
    (sum, { sender, quantity }) => sum + (sender === container ? quantity : -quantity),
    told - granted,
  );
}

/** The custody log of the giver, item by item. */
function logOf(db: Reads, { firmCode, container }: Giver) {
  return db
    .selectFrom('custodyLog')
    .innerJoin('transfers', 'transfers.hash', 'custodyLog.hash')
    .innerJoin('transferItems', 'transferItems.hash', 'custodyLog.hash')
    .where('custodyLog.firmCode', '=', firmCode)
    .where('custodyLog.container', '=', container);
}
