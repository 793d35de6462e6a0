import type { ItemId } from '../../container/model/ids.ts';
import type { ChannelRow, Reads } from './tables.ts';

/** A container as the teller of its licenses of one firm. */
export type Giver = Pick<ChannelRow, 'firmCode' | 'container'>;

/** The seats of one item in a container, as its custody log leaves them there and as its own word has them. */
export interface SeatsByLog {
  readonly granted: number;
  /** Held and in transit. */
  readonly told: number;
  /** What came, without what left for good. */
  readonly left: number;
  /** The most that this has been at any position of the log. */
  readonly mostLeft: number;
}

/** Null when the license is over, or not known here. */
export async function seatsByLog(db: Reads, giver: Giver, itemId: ItemId): Promise<SeatsByLog | null> {
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
    .orderBy('custodyLog.position')
    .execute();
  const place = await db
    .selectFrom('places')
    .select(['quantity', 'pending'])
    .where('itemId', '=', itemId)
    .where('container', '=', container)
    .executeTakeFirst();
  let left = grant.container === container ? grant.quantity : 0;
  let mostLeft = left;
  for (const { sender, quantity } of moves) {
    left += sender === container ? -quantity : quantity;
    mostLeft = Math.max(mostLeft, left);
  }
  return { granted: grant.quantity, told: place === undefined ? 0 : place.quantity + place.pending, left, mostLeft };
}

/** The custody log of a container, item by item. */
export function logOf(db: Reads, { firmCode, container }: Giver) {
  return db
    .selectFrom('custodyLog')
    .innerJoin('transfers', 'transfers.hash', 'custodyLog.hash')
    .innerJoin('transferItems', 'transferItems.hash', 'custodyLog.hash')
    .where('custodyLog.firmCode', '=', firmCode)
    .where('custodyLog.container', '=', container);
}
