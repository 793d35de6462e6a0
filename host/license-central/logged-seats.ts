import { sql } from 'kysely';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import { rowsOf } from './named-at-once.ts';
import type { Reads } from './tables.ts';

/** Seats of an item that came to a container by its custody log, less those that went. */
export interface LoggedSeats {
  readonly firmCode: number;
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly seats: number;
}

/** What the custody logs of some containers say of some items, or of all that are in them, as far as they are known. */
export async function loggedSeats(
  db: Reads,
  containers: ReadonlySet<PublicKey>,
  itemIds?: readonly ItemId[],
): Promise<LoggedSeats[]> {
  return rowsOf(containers, (some) => {
    const all = db
      .selectFrom('custodyLog')
      .innerJoin('transfers', 'transfers.hash', 'custodyLog.hash')
      .innerJoin('transferItems', 'transferItems.hash', 'custodyLog.hash')
      .select([
        'custodyLog.firmCode',
        'custodyLog.container',
        'transferItems.itemId',
        sql<number>`sum(iif(${sql.ref('transfers.target')} = ${sql.ref('custodyLog.container')},
          ${sql.ref('transferItems.quantity')}, -${sql.ref('transferItems.quantity')}))`.as('seats'),
      ])
      .where('custodyLog.container', 'in', some)
      .groupBy(['custodyLog.firmCode', 'custodyLog.container', 'transferItems.itemId']);
    return (itemIds === undefined ? all : all.where('transferItems.itemId', 'in', itemIds)).execute();
  });
}
