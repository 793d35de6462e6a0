import type { ItemId } from '../../container/model/ids.ts';
import { type Foundation, issueEntries, openChannel } from './channels.ts';
import { containerByName } from './parties.ts';
import { changeList, type FirmKeeper } from './revocations.ts';
import { type Reads, UNSURE, type Writes } from './tables.ts';
import { planWriteOff, type WriteOffOrder, type WriteOffPlan } from './write-off-plan.ts';

/** A write-off that was carried out: the entry with it is in transit to `from`. */
export interface WrittenOff extends WriteOffPlan {
  readonly sequence: number;
}

/**
 * Gives a target up (R14): `from` is told to hold again what is in transit to it, and the target comes on the list of the firm.
 *
 * @throws as `planWriteOff`, and what issuing and the list throw
 */
export async function writeOff(
  tx: Writes,
  base: Foundation,
  keeper: FirmKeeper,
  order: WriteOffOrder,
): Promise<WrittenOff> {
  const { firm } = keeper;
  const plan = await planWriteOff(tx, firm, order);
  const giver = await containerByName(tx, plan.from);
  const channel = await openChannel(tx, base, firm, giver.key);
  const { target, after, through } = plan;
  const content = { kind: 'writeOff', target, through } as const;
  const { first: sequence } = await issueEntries(tx, base, channel, [{ content, itemId: null }], giver);
  await changeList(tx, base, keeper, target, true);
  const row = { firmCode: firm.firmCode, container: giver.key, sequence, target, after, through };
  await tx.insertInto('writeOffs').values(row).execute();
  return { ...plan, sequence };
}

/**
 * Seats by item that were written off and that the target, as is known by now, had applied: they are there twice, which the
 * vendor accepted.
 */
export async function appliedThoughWrittenOff(
  db: Reads,
  itemIds: readonly ItemId[] | undefined,
): Promise<ReadonlyMap<ItemId, number>> {
  const all = writtenOffTransfers(db)
    .innerJoin('transferItems', 'transferItems.hash', 'transfers.hash')
    .select(['transfers.hash', 'transferItems.itemId', 'transferItems.quantity'])
    .where('entries.outcome', 'in', [0, UNSURE])
    .distinct();
  const rows = await (itemIds === undefined ? all : all.where('transferItems.itemId', 'in', itemIds)).execute();
  const seats = new Map<ItemId, number>();
  for (const { itemId, quantity } of rows) seats.set(itemId, (seats.get(itemId) ?? 0) + quantity);
  return seats;
}

/** Transfers that somebody told of and that were written off, whether or not the giver has heard of it. */
function writtenOffTransfers(db: Reads) {
  return db
    .selectFrom('writeOffs')
    .innerJoin('entries', (join) =>
      join
        .onRef('entries.firmCode', '=', 'writeOffs.firmCode')
        .onRef('entries.container', '=', 'writeOffs.container')
        .onRef('entries.sequence', '=', 'writeOffs.sequence'),
    )
    .innerJoin('transfers', (join) =>
      join
        .onRef('transfers.firmCode', '=', 'writeOffs.firmCode')
        .onRef('transfers.sender', '=', 'writeOffs.container')
        .onRef('transfers.target', '=', 'writeOffs.target')
        .onRef('transfers.sequence', '>', 'writeOffs.after')
        .onRef('transfers.sequence', '<=', 'writeOffs.through'),
    );
}
