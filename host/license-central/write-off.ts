import { FerryError } from '../../container/errors.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { type Foundation, issueEntries, openChannel, requireTrust, requireUnlocked } from './channels.ts';
import { containerByName } from './parties.ts';
import { changeList, type FirmKeeper, hasRoomOnList } from './revocations.ts';
import { type ContainerRow, type Reads, UNSURE, type Writes } from './tables.ts';

/** What is in transit from one container to another that is lost. */
export interface WriteOffOrder {
  readonly firmCode: number;
  /** Serial number or key of the container that gave. */
  readonly from: string;
  /** Serial number of the lost container, or its key when it is not known here. */
  readonly target: string;
  /** Last sequence of `from` to it that is given up. */
  readonly through: number;
}

/** What a write-off concerns, before anything is done. */
export interface WriteOffPlan {
  readonly from: SerialNumber;
  readonly target: PublicKey;
  /** Null when nothing is known of the target but its key. */
  readonly targetSerial: SerialNumber | null;
  /** Sequences up to here were settled, as `from` told, and stay so. */
  readonly after: number;
  readonly through: number;
}

/** A write-off that was carried out: the entry with it is in transit to `from`. */
export interface WrittenOff extends WriteOffPlan {
  readonly sequence: number;
  /** Whether the target is on the list of the firm: it is not where that list was full. `from` refuses it all the same. */
  readonly isListed: boolean;
}

/** What a write-off would concern. @throws TARGET_UNKNOWN, USAGE_WRONG when nothing of it can be in transit */
export async function planWriteOff(db: Reads, { firmCode, through, ...order }: WriteOffOrder): Promise<WriteOffPlan> {
  const giver = await containerByName(db, order.from);
  const target = await lostContainer(db, order.target);
  if (target.key === giver.key) throw new FerryError('USAGE_WRONG', { what: `${giver.serial} is on both sides` });
  const after = await settledThrough(db, firmCode, giver.key, target.key);
  if (through <= after)
    throw new FerryError('USAGE_WRONG', {
      what: `What ${giver.serial} gave to ${order.target} up to ${through} is settled, and not in transit`,
    });
  return { from: giver.serial, target: target.key, targetSerial: target.serial, after, through };
}

/**
 * Gives a target up (R14): `from` is told to hold again what is in transit to it, and the target comes on the list of the firm
 * where that has room.
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
  const plan = await planWriteOff(tx, order);
  const giver = await containerByName(tx, plan.from);
  const channel = await openChannel(tx, base, firm, giver.key);
  requireTrust(firm, channel, giver);
  requireUnlocked(giver);
  const { target, after, through } = plan;
  const content = { kind: 'writeOff', target, through } as const;
  const { first: sequence } = await issueEntries(tx, base, channel, [{ content, itemId: null }], giver);
  const isListed = await hasRoomOnList(tx, firm.firmCode, target);
  if (isListed) await changeList(tx, base, keeper, target, true);
  const row = { firmCode: firm.firmCode, container: giver.key, sequence, target, after, through };
  await tx.insertInto('writeOffs').values(row).execute();
  return { ...plan, sequence, isListed };
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

async function lostContainer(
  db: Reads,
  name: string,
): Promise<Pick<ContainerRow, 'key'> & { readonly serial: SerialNumber | null }> {
  if (!/^[0-9a-f]{64}$/.test(name)) return containerByName(db, name);
  const key = name as PublicKey;
  const known = await db.selectFrom('containers').select('serial').where('key', '=', key).executeTakeFirst();
  return { key, serial: known?.serial ?? null };
}

/** The last sequence from one container to another that the giver's own log shows as settled. */
async function settledThrough(db: Reads, firmCode: number, sender: PublicKey, target: PublicKey): Promise<number> {
  const found = await db
    .selectFrom('transfers')
    .innerJoin('custodyLog', 'custodyLog.hash', 'transfers.hash')
    .select(({ fn }) => fn.max('transfers.sequence').as('sequence'))
    .where('transfers.firmCode', '=', firmCode)
    .where('transfers.sender', '=', sender)
    .where('transfers.target', '=', target)
    .where('custodyLog.container', '=', sender)
    .executeTakeFirst();
  return found?.sequence ?? 0;
}
