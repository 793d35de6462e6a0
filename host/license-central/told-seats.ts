import { readGrant } from '../../container/engine/stored.ts';
import { type Certificate, readStoredCertificate } from '../../container/files/certificate.ts';
import type { Grant } from '../../container/files/grant.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { loggedSeats } from './logged-seats.ts';
import { rowsOf } from './named-at-once.ts';
import { type Balanced, cameSince, seatsLeft, type ToldSeats } from './seat-balance.ts';
import type { ChannelRow, GrantRow, Reads } from './tables.ts';
import { takenItems } from './taken-items.ts';
import { untoldMoves } from './untold-moves.ts';

/** How much of an item a container said that it has. */
export interface ItemPlace {
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly serial: SerialNumber;
  readonly quantity: number;
  /** Seats in transit from there to other containers. */
  readonly pending: number;
  /** Seats of both that have left it since, as others told. */
  readonly leftSince: number;
  readonly enabled: boolean;
  /** When this server heard it; seconds since 2000-01-01. */
  readonly toldAt: number;
}

/** What was told of the seats of one item that a container had any of, and what it said itself. */
export interface ToldContainer extends ToldSeats {
  readonly place: PlaceWord | undefined;
  /** Null for a container that is not known here. */
  readonly serial: SerialNumber | null;
}

/** Seats of an item that went to a container, as whoever gave them told, and of which it has not told itself. */
export interface Arrival {
  readonly container: PublicKey;
  /** Null for a container that is not known here. */
  readonly serial: SerialNumber | null;
  readonly quantity: number;
}

/** What was told of every item of every firm, or of some items, by the containers that had any of it. */
export async function toldItems(
  db: Reads,
  itemIds?: readonly ItemId[],
): Promise<Map<ItemId, readonly ToldContainer[]>> {
  const items = new Map<ItemId, Map<PublicKey, Seats>>();
  for (const { itemId, container, firmCode, ...place } of await placesOf(db, itemIds))
    seatsAt(items, { itemId, container, firmCode }).place = place;
  for (const { way, quantity, before, ...where } of await untoldMoves(db, itemIds)) {
    const seats = seatsAt(items, where);
    seats[way] += quantity;
    if (way === 'left') seats.leftBefore += before;
  }
  for (const { quantity, forGood, ...where } of await takenItems(db, itemIds))
    Object.assign(seatsAt(items, where), { taken: quantity, takenForGood: forGood });
  for (const { seats, ...where } of await loggedSeats(db, await partlyKnown(db, itemIds), itemIds))
    seatsAt(items, where).logged = seats;
  const tellers = await tellersOf(db, new Set([...items.values()].flatMap((containers) => [...containers.keys()])));
  return new Map([...items].map(([itemId, containers]) => [itemId, toldItem(containers, tellers)]));
}

/** Where some items are, or all, by item and serial number. */
export async function listPlaces(db: Reads, itemIds?: readonly ItemId[]): Promise<ItemPlace[]> {
  const told = await toldItems(db, itemIds);
  const grants = await rowsOf(told.keys(), (some) =>
    db.selectFrom('grants').select(['itemId', 'raw', 'status']).where('itemId', 'in', some).execute(),
  );
  const balanced = new Map(grants.map(({ itemId, ...grant }) => [itemId, balancedGrant(grant)]));
  return [...told]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([itemId, containers]) => placesIn(itemId, containers, balanced.get(itemId) ?? null));
}

/** The places of one item, by serial number. @param grant null when it is not known here */
export function placesIn(itemId: ItemId, containers: readonly ToldContainer[], grant: Balanced | null): ItemPlace[] {
  const left = seatsLeft(containers, grant);
  return containers.flatMap(({ container, place }, at) => {
    if (place === undefined) return [];
    const { generation: _, enabled, ...word } = place;
    return [{ itemId, container, ...word, leftSince: left[at] ?? 0, enabled: enabled === 1 }];
  });
}

/** The seats of one item that came to containers since their own words, without those that are known to have left again. */
export function arrivalsIn(containers: readonly ToldContainer[]): Arrival[] {
  return containers
    .map((it) => ({ container: it.container, serial: it.serial, quantity: cameSince(it) }))
    .filter(({ quantity }) => quantity > 0);
}

/** A grant as its seats are balanced. */
export function balancedGrant({ raw, status }: Pick<GrantRow, 'raw' | 'status'>): Grant & Balanced {
  return { ...readGrant(raw), over: status === 'refused' || status === 'withdrawn' || status === 'replaced' };
}

type PlaceWord = Omit<Awaited<ReturnType<typeof placesOf>>[number], 'itemId' | 'container' | 'firmCode'>;

interface Seats {
  readonly firmCode: number;
  taken: number;
  takenForGood: boolean;
  left: number;
  /** Those of them that had certainly left before its word. */
  leftBefore: number;
  arrived: number;
  logged: number;
  place: PlaceWord | undefined;
}

const NO_SEATS = {
  left: 0,
  leftBefore: 0,
  arrived: 0,
  logged: 0,
  taken: 0,
  takenForGood: false,
  place: undefined,
} as const;

function seatsAt(
  items: Map<ItemId, Map<PublicKey, Seats>>,
  { itemId, container, firmCode }: { itemId: ItemId; container: PublicKey; firmCode: number },
): Seats {
  const containers = items.get(itemId) ?? new Map<PublicKey, Seats>();
  items.set(itemId, containers);
  const seats = containers.get(container) ?? { firmCode, ...NO_SEATS };
  containers.set(container, seats);
  return seats;
}

async function placesOf(db: Reads, itemIds: readonly ItemId[] | undefined) {
  const all = db
    .selectFrom('places')
    .innerJoin('containers', 'containers.key', 'places.container')
    .select(['firmCode', 'itemId', 'container', 'serial', 'quantity', 'pending', 'enabled', 'generation', 'toldAt'])
    .orderBy('serial');
  return (itemIds === undefined ? all : all.where('itemId', 'in', itemIds)).execute();
}

/** Containers of which not all is known that their logs hold, or held: of all firms, or as far as it bears on some items. */
async function partlyKnown(db: Reads, itemIds: readonly ItemId[] | undefined): Promise<ReadonlySet<PublicKey>> {
  const lost = await db.selectFrom('channels').select('container').where('logWhole', '=', 0).execute();
  const older = db
    .selectFrom('places')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.firmCode', '=', 'places.firmCode')
        .onRef('channels.container', '=', 'places.container')
        .onRef('channels.toldGeneration', '>', 'places.generation'),
    )
    .select('places.container');
  const behind = await (itemIds === undefined ? older : older.where('places.itemId', 'in', itemIds)).execute();
  return new Set([...lost, ...behind].map(({ container }) => container));
}

/** A container as the teller of its licenses of one firm. */
type Teller = Pick<ToldContainer, 'issues' | 'contradicted' | 'accepted' | 'serial'> &
  Pick<ChannelRow, 'logWhole' | 'toldGeneration'>;

/** By firm and container; one that was only named in transfers so far told nothing and may do anything. */
type Tellers = (firmCode: number, container: PublicKey) => Teller;

async function tellersOf(db: Reads, containers: ReadonlySet<PublicKey>): Promise<Tellers> {
  const known = await rowsOf(containers, (some) =>
    db.selectFrom('containers').select(['key', 'certificate']).where('key', 'in', some).execute(),
  );
  const parties = new Map(known.map(({ key, certificate }) => [key, readStoredCertificate(certificate)]));
  const channels = await rowsOf(containers, (some) =>
    db
      .selectFrom('channels')
      .select(['firmCode', 'container', 'logWhole', 'toldGeneration', 'acceptance', 'contradiction'])
      .where('container', 'in', some)
      .execute(),
  );
  const channelOf = new Map(channels.map((it) => [`${it.firmCode}/${it.container}`, it]));
  return (firmCode, container) => {
    const known = channelOf.get(`${firmCode}/${container}`);
    const { logWhole = 1, toldGeneration = 0, acceptance = 'none', contradiction = null } = known ?? {};
    const [contradicted, accepted] = [contradiction !== null, acceptance !== 'none'];
    return { ...partyOf(parties.get(container)), contradicted, accepted, logWhole, toldGeneration };
  };
}

function partyOf(certificate: Certificate | undefined): Pick<ToldContainer, 'issues' | 'serial'> {
  if (certificate === undefined) return { issues: 'move', serial: null };
  if (certificate.party !== 'container') return { issues: 'nothing', serial: null };
  const { issues, serial } = certificate;
  return { issues, serial };
}

function toldItem(containers: ReadonlyMap<PublicKey, Seats>, tellers: Tellers): ToldContainer[] {
  return [...containers].map(([container, { firmCode, ...seats }]) => {
    const { logWhole, toldGeneration, ...teller } = tellers(firmCode, container);
    const { place, leftBefore, ...moved } = seats;
    const told = place === undefined ? 0 : place.quantity + place.pending;
    const whole = logWhole === 1 && isOfNewestWord(place, toldGeneration);
    // What had left before its word is in transit there, or in its log; if neither, another state of it gave that.
    const givenTwice = whole ? Math.max(0, leftBefore - (place?.pending ?? 0)) : 0;
    const left = moved.left - givenTwice;
    return { ...moved, ...teller, place, container, told, whole, left, logged: whole ? 0 : moved.logged };
  });
}

/** A word that a newer one left out for want of room is older than the log. */
function isOfNewestWord(place: PlaceWord | undefined, toldGeneration: number): boolean {
  return place === undefined || place.generation >= toldGeneration;
}
