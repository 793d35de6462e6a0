import { type ExpressionBuilder, sql } from 'kysely';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { Reads, Tables } from './tables.ts';

/** Seats of an item that left or reached a container, by a transfer that the container itself has not told of. */
export interface UntoldMove {
  readonly firmCode: number;
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly way: 'left' | 'arrived';
  readonly quantity: number;
  /** Of those that left, how many certainly did before its word, in which it has settled what was issued to it later; of arrivals it says nothing. */
  readonly before: number;
}

/**
 * The transfers of which only one side has told, as they look from the other; of those items or of all. What was written off
 * and is held again by its sender has not left it, whatever the target tells.
 */
export async function untoldMoves(db: Reads, itemIds?: readonly ItemId[]): Promise<UntoldMove[]> {
  const left = await untold(db, 'sender', itemIds);
  const arrived = await untold(db, 'target', itemIds);
  return [
    ...left.map((move): UntoldMove => ({ ...move, way: 'left' })),
    ...arrived.map((move): UntoldMove => ({ ...move, way: 'arrived' })),
  ];
}

/** A transfer of which its sender has not told yet, with the seats of one item. */
export interface UntoldTransfer {
  readonly target: PublicKey;
  readonly sequence: number;
  readonly itemId: ItemId;
  readonly quantity: number;
}

/** What others told to have from a container, of one firm, and what its own log does not show; not what was written off. */
export async function untoldTransfers(db: Reads, firmCode: number, sender: PublicKey): Promise<UntoldTransfer[]> {
  return db
    .selectFrom('transferItems')
    .innerJoin('transfers', 'transfers.hash', 'transferItems.hash')
    .select(['transfers.target', 'transfers.sequence', 'transferItems.itemId', 'transferItems.quantity'])
    .where('transfers.firmCode', '=', firmCode)
    .where('transfers.sender', '=', sender)
    .where(({ not, exists, ...it }) => not(exists(toldBy(it, 'sender'))))
    .where(({ not, exists, ...it }) => not(exists(takenBack(it))))
    .execute();
}

async function untold(
  db: Reads,
  side: 'sender' | 'target',
  itemIds: readonly ItemId[] | undefined,
): Promise<Omit<UntoldMove, 'way'>[]> {
  const all = db
    .selectFrom('transferItems')
    .innerJoin('transfers', 'transfers.hash', 'transferItems.hash')
    .leftJoin('channels', (join) =>
      join.onRef('channels.firmCode', '=', 'transfers.firmCode').onRef('channels.container', '=', 'transfers.sender'),
    )
    .select(({ fn }) => [
      'transfers.firmCode',
      'transferItems.itemId',
      `transfers.${side} as container` as const,
      fn.sum<number>('transferItems.quantity').as('quantity'),
      sql<number>`sum(iif(${sql.ref('transfers.issuedBefore')} < ifnull(${sql.ref('channels.toldSettled')}, 0),
        ${sql.ref('transferItems.quantity')}, 0))`.as('before'),
    ])
    .where(({ not, exists, ...it }) => not(exists(toldBy(it, side))))
    .where(({ not, exists, ...it }) => (side === 'target' ? sql.lit(true) : not(exists(takenBack(it)))))
    .groupBy(['transfers.firmCode', 'transferItems.itemId', `transfers.${side}`]);
  return (itemIds === undefined ? all : all.where('transferItems.itemId', 'in', itemIds)).execute();
}

/** The lines of a custody log in which a side of a transfer tells of it. */
function toldBy(it: Pick<ExpressionBuilder<Tables, 'transfers'>, 'selectFrom'>, side: 'sender' | 'target') {
  return it
    .selectFrom('custodyLog')
    .select('custodyLog.position')
    .whereRef('custodyLog.hash', '=', 'transfers.hash')
    .whereRef('custodyLog.firmCode', '=', 'transfers.firmCode')
    .whereRef('custodyLog.container', '=', `transfers.${side}`);
}

/** Write-offs of a transfer that its sender has carried out. */
function takenBack(it: Pick<ExpressionBuilder<Tables, 'transfers'>, 'selectFrom'>) {
  return it
    .selectFrom('writeOffs')
    .innerJoin('entries', (join) =>
      join
        .onRef('entries.firmCode', '=', 'writeOffs.firmCode')
        .onRef('entries.container', '=', 'writeOffs.container')
        .onRef('entries.sequence', '=', 'writeOffs.sequence'),
    )
    .select('writeOffs.sequence')
    .where('entries.outcome', '=', 0)
    .whereRef('writeOffs.firmCode', '=', 'transfers.firmCode')
    .whereRef('writeOffs.container', '=', 'transfers.sender')
    .whereRef('writeOffs.target', '=', 'transfers.target')
    .whereRef('writeOffs.after', '<', 'transfers.sequence')
    .whereRef('writeOffs.through', '>=', 'transfers.sequence');
}
