import { FerryError } from '../../container/errors.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import { findChannel } from './channels.ts';
import { rowsOf } from './named-at-once.ts';
import type { ContainerRow, GrantRow, PlaceRow, Reads } from './tables.ts';
import { listPlaces } from './told-seats.ts';

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

/** @param beginning at least one hexadecimal digit of the id @throws LICENSE_UNKNOWN when no item is called so, or several are */
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
  if (item === undefined) throw new FerryError('LICENSE_UNKNOWN', { id: text, found: 'no license' });
  if (found.length > 1) throw new FerryError('LICENSE_UNKNOWN', { id: text, found: 'several licenses' });
  return item;
}

const NOT_THERE = {
  issued: 'its first holder has not confirmed it yet',
  unsure: 'it is not known whether its first holder got it',
  refused: 'its first holder refused it',
  withdrawn: 'it was withdrawn',
  replaced: 'it was replaced',
} as const;

/**
 * The container that has the whole of an item, with nothing of it in transit, as far as signed words tell: that
 * container's newest inventory says so, nobody else is known to have any of it, no transfer out of that container is
 * known that it did not tell of itself, and no change of it is on its way. What a container that was set back has of it beyond
 * that, as its vendor accepted, is out of reach for good.
 *
 * @throws LICENSE_UNKNOWN when the firm never granted it, PLACE_UNKNOWN, SEATS_RETIRED
 */
export async function certainPlace(db: Reads, firmCode: number, itemId: ItemId): Promise<CertainItem> {
  const grant = await db
    .selectFrom('grants')
    .selectAll()
    .where('itemId', '=', itemId)
    .where('firmCode', '=', firmCode)
    .executeTakeFirst();
  if (grant === undefined)
    throw new FerryError('LICENSE_UNKNOWN', { id: itemId, found: `no license of firm ${firmCode}` });
  const shown = await db
    .selectFrom('places')
    .innerJoin('channels', (it) =>
      it.onRef('channels.firmCode', '=', 'places.firmCode').onRef('channels.container', '=', 'places.container'),
    )
    .selectAll('places')
    .select('channels.acceptance')
    .where('itemId', '=', itemId)
    .execute();
  const kept = shown.filter(({ acceptance }) => acceptance !== 'none');
  const places = shown.filter(({ acceptance }) => acceptance === 'none');
  const [place = { container: grant.container, quantity: 0, pending: 0, generation: 0 }] = places;
  const container = await db
    .selectFrom('containers')
    .selectAll()
    .where('key', '=', place.container)
    .executeTakeFirstOrThrow();
  const unknown = async (why: string, ask: readonly PublicKey[] = []): Promise<FerryError> =>
    new FerryError('PLACE_UNKNOWN', {
      item: `the license ${itemId}`,
      why,
      where: await namesOf(db, ask.length === 0 ? [container.key] : ask),
    });
  if (grant.status !== 'active') throw await unknown(NOT_THERE[grant.status]);
  if (sum(places) < grant.quantity && sum(kept) > 0)
    throw new FerryError('SEATS_RETIRED', {
      item: `the license ${itemId}`,
      seats: sum(kept),
      where: await namesOf(
        db,
        kept.map((it) => it.container),
      ),
    });
  if (places.length > 1)
    throw await unknown('several containers show it', await behindOf(db, firmCode, itemId, places));
  if (places.length === 0) throw await unknown('no container shows it', await takersOf(db, itemId, places));
  if (place.pending > 0) throw await unknown('a part of it is in transit');
  if (place.quantity !== grant.quantity)
    throw await unknown(
      `${place.quantity} of ${grant.quantity} are known to be there`,
      await takersOf(db, itemId, places),
    );
  if (await isChanging(db, firmCode, itemId)) throw await unknown('a change of it is on its way');
  if (!(await isNewest(db, firmCode, place))) throw await unknown('the container did not tell all of its licenses');
  if (await leftUnseen(db, firmCode, itemId, place.container)) throw await unknown('it has left the container since');
  return { grant, container };
}

function sum(places: readonly Pick<PlaceRow, 'quantity' | 'pending'>[]): number {
  return places.reduce((seats, { quantity, pending }) => seats + quantity + pending, 0);
}

/** Those of several containers that show an item whose word is known to be overtaken; all of them when of none it is known. */
async function behindOf(
  db: Reads,
  firmCode: number,
  itemId: ItemId,
  places: readonly ContainerPlace[],
): Promise<readonly PublicKey[]> {
  const behind: PublicKey[] = [];
  for (const { container } of places) if (await leftUnseen(db, firmCode, itemId, container)) behind.push(container);
  return behind.length === 0 ? places.map(({ container }) => container) : behind;
}

/** The containers to which an item is known to have gone and that show none of it, as those who gave it tell. */
async function takersOf(db: Reads, itemId: ItemId, places: readonly ContainerPlace[]): Promise<readonly PublicKey[]> {
  const rows = await db
    .selectFrom('transferItems')
    .innerJoin('transfers', 'transfers.hash', 'transferItems.hash')
    .select('transfers.target')
    .where('transferItems.itemId', '=', itemId)
    .distinct()
    .execute();
  const shown = new Set(places.map(({ container }) => container));
  return rows.map(({ target }) => target).filter((target) => !shown.has(target));
}

/** Their serial numbers, or the beginning of the key of one that was never here. */
async function namesOf(db: Reads, keys: readonly PublicKey[]): Promise<string> {
  const rows = await rowsOf(keys, (some) =>
    db.selectFrom('containers').select(['key', 'serial']).where('key', 'in', some).execute(),
  );
  const serials = new Map(rows.map(({ key, serial }) => [key, serial]));
  return keys.map((key) => serials.get(key) ?? `the container with key ${key.slice(0, 16)}`).join(' and ');
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

/**
 * Whether somebody else told of a transfer of the item out of the container, which it did not tell of itself. Where a part of its
 * log is lost it can never tell of some: then only seats count that are elsewhere by the words of all.
 */
async function leftUnseen(
  db: Reads,
  firmCode: number,
  itemId: ItemId,
  container: ContainerRow['key'],
): Promise<boolean> {
  const channel = await findChannel(db, firmCode, container);
  if (channel?.logLost === 1)
    return (await listPlaces(db, [itemId])).some((place) => place.container === container && place.leftSince > 0);
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
