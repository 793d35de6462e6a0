import type { ExpressionBuilder } from 'kysely';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { Reads, Tables } from './tables.ts';

/** Seats of an item that left or reached a container, by a transfer that the container itself has not told of. */
export interface UntoldMove {
  readonly firmCode: number;
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly way: 'left' | 'arrived';
  readonly quantity: number;
}

/** The transfers of which only one side has told, as they look from the other; of those items or of all. */
export async function untoldMoves(db: Reads, itemIds?: readonly ItemId[]): Promise<UntoldMove[]> {
  const left = await untold(db, 'sender', itemIds);
  const arrived = await untold(db, 'target', itemIds);
  return [
    ...left.map((move): UntoldMove => ({ ...move, way: 'left' })),
    ...arrived.map((move): UntoldMove => ({ ...move, way: 'arrived' })),
  ];
}

async function untold(
  db: Reads,
  side: 'sender' | 'target',
  itemIds: readonly ItemId[] | undefined,
): Promise<Omit<UntoldMove, 'way'>[]> {
  const all = db
    .selectFrom('transferItems')
    .innerJoin('transfers', 'transfers.hash', 'transferItems.hash')
    .select(({ fn }) => [
      'transfers.firmCode',
      'transferItems.itemId',
      `transfers.${side} as container` as const,
      fn.sum<number>('transferItems.quantity').as('quantity'),
    ])
    .where(({ not, exists, ...it }) => not(exists(toldBy(it, side))))
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
