import type { Hash, ItemId } from '../../container/model/ids.ts';
import { type Giver, logOf, seatsByLog } from './seats-by-log.ts';
import { type ChannelRow, type Reads, UNSURE, type WriteOffRow, type Writes } from './tables.ts';

/** A transfer in a giver's log, of a target that was written off. */
interface LoggedTransfer {
  readonly hash: Hash;
  readonly sequence: number;
  readonly position: number;
  readonly items: Map<ItemId, number>;
}

/** A write-off, and what of it is in the giver's log. */
interface LoggedOrder {
  readonly order: WriteOffRow;
  readonly transfers: readonly LoggedTransfer[];
}

/**
 * Leaves out of write-offs that a giver has carried out what it had settled before that, though nobody had told of it when they
 * were ordered: the target has that once, and nothing of it is a duplicate.
 *
 * The log alone does not say what that was: a receipt that came after the write-off enters it, too, though the seats are held
 * again. Then the giver has more seats than its log leaves it, as many as are there twice. What was settled first is first in
 * the log; so of every item the end of the log is taken for doubled, until that many seats are reached. Fewer were given back
 * than came from transit where some had come another way before; so many need not be excused either.
 *
 * What was doubled is never left out, whatever the way: all that stays excused is at least as much as the giver has too many.
 *
 * @param giver its channel, which its word of the same context brought up to date
 * @param sequences of the write-offs among other entries
 */
export async function leaveOutSettled(tx: Writes, giver: ChannelRow, sequences: ReadonlySet<number>): Promise<void> {
  if (giver.logWhole === 0) return;
  const done = await carriedOut(tx, giver);
  const orders = done.filter(({ order }) => sequences.has(order.sequence));
  if (orders.every(({ transfers }) => transfers.length === 0)) return;
  const verdict = await judgeTransfers(tx, giver, orders, done);
  for (const { order, transfers } of orders) {
    const after = settledThrough(order, transfers, verdict);
    await tx
      .updateTable('writeOffs')
      .set({ after })
      .where('firmCode', '=', order.firmCode)
      .where('container', '=', order.container)
      .where('sequence', '=', order.sequence)
      .execute();
  }
}

/** The last sequence of a write-off that was settled before: what is behind one that was doubled was not. */
function settledThrough(order: WriteOffRow, transfers: readonly LoggedTransfer[], { doubled, once }: Verdict): number {
  const sequencesOf = (some: ReadonlySet<Hash>): number[] =>
    transfers.filter(({ hash }) => some.has(hash)).map(({ sequence }) => sequence);
  const firstDoubled = Math.min(...sequencesOf(doubled));
  return Math.max(order.after, ...sequencesOf(once).filter((sequence) => sequence < firstDoubled));
}

/** What a log says of transfers of written-off targets; of a license that is over it says neither. */
interface Verdict {
  readonly doubled: ReadonlySet<Hash>;
  readonly once: ReadonlySet<Hash>;
}

/** @param done what the giver carried out, or may have; `orders` among it */
async function judgeTransfers(
  db: Reads,
  giver: Giver,
  orders: readonly LoggedOrder[],
  done: readonly LoggedOrder[],
): Promise<Verdict> {
  const beyond = await beyondLog(db, giver, done);
  const doubled = new Set<Hash>();
  const once = new Set<Hash>();
  const take = ({ hash, items }: LoggedTransfer): void => {
    doubled.add(hash);
    for (const [itemId, quantity] of items) {
      const seats = beyond.get(itemId);
      if (seats !== undefined) beyond.set(itemId, seats - quantity);
    }
  };
  // What other write-offs excuse stays excused.
  for (const transfer of distinct(done.filter((one) => !orders.includes(one)))) take(transfer);
  for (const transfer of distinct(orders).filter(({ hash }) => !doubled.has(hash))) {
    const known = [...transfer.items.keys()].flatMap((itemId) => beyond.get(itemId) ?? []);
    if (known.some((seats) => seats > 0)) take(transfer);
    else if (known.length > 0) once.add(transfer.hash);
  }
  return { doubled, once };
}

/** The transfers of some orders, each once, from the end of the log. */
function distinct(orders: readonly LoggedOrder[]): LoggedTransfer[] {
  const transfers = new Map(orders.flatMap((one) => one.transfers).map((transfer) => [transfer.hash, transfer]));
  return [...transfers.values()].sort((a, b) => b.position - a.position);
}

/** The write-offs that a giver has carried out, or may have. */
async function carriedOut(db: Reads, giver: Giver): Promise<LoggedOrder[]> {
  const orders = await db
    .selectFrom('writeOffs')
    .innerJoin('entries', (join) =>
      join
        .onRef('entries.firmCode', '=', 'writeOffs.firmCode')
        .onRef('entries.container', '=', 'writeOffs.container')
        .onRef('entries.sequence', '=', 'writeOffs.sequence'),
    )
    .selectAll('writeOffs')
    .where('writeOffs.firmCode', '=', giver.firmCode)
    .where('writeOffs.container', '=', giver.container)
    .where('entries.outcome', 'in', [0, UNSURE])
    .execute();
  return Promise.all(orders.map(async (order) => ({ order, transfers: await loggedTransfers(db, order) })));
}

async function loggedTransfers(db: Reads, order: WriteOffRow): Promise<LoggedTransfer[]> {
  const rows = await logOf(db, order)
    .select(['transfers.hash', 'transfers.sequence', 'position', 'transferItems.itemId', 'transferItems.quantity'])
    .where('transfers.sender', '=', order.container)
    .where('transfers.target', '=', order.target)
    .where('transfers.sequence', '>', order.after)
    .where('transfers.sequence', '<=', order.through)
    .execute();
  const transfers = new Map<Hash, LoggedTransfer>();
  for (const { hash, sequence, position, itemId, quantity } of rows) {
    const transfer = transfers.get(hash) ?? { hash, sequence, position, items: new Map() };
    transfers.set(hash, transfer);
    transfer.items.set(itemId, quantity);
  }
  return [...transfers.values()];
}

/** Seats that a giver has beyond what its log leaves it, of those items that are licenses here and not over. */
async function beyondLog(db: Reads, giver: Giver, orders: readonly LoggedOrder[]): Promise<Map<ItemId, number>> {
  const items = new Set(orders.flatMap(({ transfers }) => transfers).flatMap((transfer) => [...transfer.items.keys()]));
  const beyond = new Map<ItemId, number>();
  for (const itemId of items) {
    const seats = await seatsByLog(db, giver, itemId);
    if (seats !== null) beyond.set(itemId, seats.told - seats.left);
  }
  return beyond;
}
