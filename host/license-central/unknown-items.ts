import type { ItemId } from '../../container/model/ids.ts';
import { rowsOf } from './named-at-once.ts';
import type { Reads } from './tables.ts';
import { type ItemPlace, listPlaces } from './told-seats.ts';

/** A license that a container shows and that this server, as far as it remembers, never granted. */
export interface UnknownItem {
  readonly itemId: ItemId;
  readonly firmCode: number;
  readonly places: readonly ItemPlace[];
}

/** Licenses that were granted and forgotten, as by a server that was restored from a backup; by id. */
export async function listUnknownItems(db: Reads): Promise<UnknownItem[]> {
  const found = await db
    .selectFrom('places')
    .leftJoin('grants', 'grants.itemId', 'places.itemId')
    .select(['places.itemId as itemId', 'places.firmCode as firmCode'])
    .distinct()
    .where('grants.itemId', 'is', null)
    .orderBy('places.itemId')
    .execute();
  const itemIds = found.map(({ itemId }) => itemId);
  const places = await rowsOf(itemIds, (some) => listPlaces(db, some));
  const byItem = new Map(itemIds.map((itemId): [ItemId, ItemPlace[]] => [itemId, []]));
  for (const place of places) byItem.get(place.itemId)?.push(place);
  return found.map((item) => ({ ...item, places: byItem.get(item.itemId) ?? [] }));
}
