import { FerryError } from '../../container/errors.ts';
import type { ItemId } from '../../container/model/ids.ts';
import type { ContainerRow, GrantRow, Reads } from './tables.ts';

/** An item that is, for certain, wholly in one container. */
export interface CertainItem {
  readonly grant: GrantRow;
  readonly container: ContainerRow;
}

/** An item by its id, and the firm that granted it. */
export interface ItemName {
  readonly itemId: ItemId;
  readonly firmCode: number;
}

/** @param beginning at least one hexadecimal digit of the id @throws USAGE_WRONG when no item is called so, or several are */
export async function itemByName(db: Reads, beginning: string): Promise<ItemName> {
  const text = beginning.toLowerCase();
  const found = /^[0-9a-f]{1,32}$/.test(text)
    ? await db
        .selectFrom('grants')
        .select(['itemId', 'firmCode'])
        .where('itemId', '>=', text as ItemId)
        .where('itemId', '<', `${text}g` as ItemId)
        .limit(2)
        .execute()
    : [];
  const [item] = found;
  if (item === undefined)
    throw new FerryError('USAGE_WRONG', { what: `No license here has an id beginning "${text}"` });
  if (found.length > 1)
    throw new FerryError('USAGE_WRONG', { what: `Several licenses have an id beginning "${text}"` });
  return item;
}

const NOT_THERE = {
  issued: 'its first holder has not confirmed it yet',
  refused: 'its first holder refused it',
  withdrawn: 'it was withdrawn',
  replaced: 'it was replaced',
} as const;

/**
 * The container that has the whole of an item, with nothing of it in transit, as far as signed words tell: that
 * container's newest inventory says so, nobody else is known to have any of it, no transfer out of that container is
 * known that it did not tell of itself, and no change of it is on its way.
 *
 * @throws USAGE_WRONG when the firm never granted it, PLACE_UNKNOWN
 */
export async function certainPlace(db: Reads, firmCode: number, itemId: ItemId): Promise<CertainItem> {
  const grant = await db
    .selectFrom('grants')
    .selectAll()
    .where('itemId', '=', itemId)
    .where('firmCode', '=', firmCode)
    .executeTakeFirst();
  if (grant === undefined)
    throw new FerryError('USAGE_WRONG', { what: `Firm ${firmCode} granted no license ${itemId}` });
  const places = await db.selectFrom('places').selectAll().where('itemId', '=', itemId).execute();
  const [place = { container: grant.container, quantity: 0, pending: 0, generation: 0 }] = places;
  const container = await db
    .selectFrom('containers')
    .selectAll()
    .where('key', '=', place.container)
    .executeTakeFirstOrThrow();
  const unknown = (why: string): FerryError =>
    new FerryError('PLACE_UNKNOWN', { item: `the license ${itemId}`, why, where: container.serial });
  if (grant.status !== 'active') throw unknown(NOT_THERE[grant.status]);
  if (places.length !== 1) throw unknown(places.length === 0 ? 'no container shows it' : 'several containers show it');
  if (place.pending > 0) throw unknown('a part of it is in transit');
  if (place.quantity !== grant.quantity) throw unknown(`${place.quantity} of ${grant.quantity} are known to be there`);
  if (await isChanging(db, firmCode, itemId)) throw unknown('a change of it is on its way');
  if (!(await isNewest(db, firmCode, place))) throw unknown('the container did not tell all of its licenses');
  if (await leftUnseen(db, firmCode, itemId, place.container)) throw unknown('it has left the container since');
  return { grant, container };
}

/** Whether an entry is in transit after which the item would no longer be there. */
async function isChanging(db: Reads, firmCode: number, itemId: ItemId): Promise<boolean> {
  const entry = await db
    .selectFrom('entries')
    .select('sequence')
    .where('firmCode', '=', firmCode)
    .where('itemId', '=', itemId)
    .where('outcome', 'is', null)
    .where('kind', 'in', ['replace', 'withdraw'])
    .executeTakeFirst();
  return entry !== undefined;
}

async function isNewest(
  db: Reads,
  firmCode: number,
  place: Pick<ContainerPlace, 'container' | 'generation'>,
): Promise<boolean> {
  const newest = await db
    .selectFrom('contexts')
    .select(({ fn }) => fn.max('generation').as('generation'))
    .where('firmCode', '=', firmCode)
    .where('container', '=', place.container)
    .executeTakeFirst();
  return newest !== undefined && (newest.generation ?? 0) <= place.generation;
}

type ContainerPlace = { readonly container: ContainerRow['key']; readonly generation: number };

/** Whether somebody else told of a transfer of the item out of the container, which it did not tell of itself. */
async function leftUnseen(
  db: Reads,
  firmCode: number,
  itemId: ItemId,
  container: ContainerRow['key'],
): Promise<boolean> {
  const found = await db
    .selectFrom('transferItems')
    .innerJoin('transfers', 'transfers.hash', 'transferItems.hash')
    .leftJoin('custodyLog', (join) =>
      join
        .onRef('custodyLog.hash', '=', 'transfers.hash')
        .on('custodyLog.firmCode', '=', firmCode)
        .on('custodyLog.container', '=', container),
    )
    .select('transfers.hash')
    .where('transferItems.itemId', '=', itemId)
    .where('transfers.sender', '=', container)
    .where('custodyLog.position', 'is', null)
    .executeTakeFirst();
  return found !== undefined;
}
