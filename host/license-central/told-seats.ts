import { type Certificate, type IssueRight, readStoredCertificate } from '../../container/files/certificate.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { rowsOf } from './named-at-once.ts';
import { leftSince, type ToldSeats } from './seat-balance.ts';
import type { ChannelRow, Reads } from './tables.ts';
import { type TakenItems, takenItems } from './taken-items.ts';
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

/** What was told of one item: where it is, and the seats of every container that had any of it. */
export interface ToldItem {
  readonly places: readonly ItemPlace[];
  readonly containers: readonly ToldSeats[];
}

/** What was told of every item of every firm, or of some items. */
export async function toldItems(db: Reads, itemIds?: readonly ItemId[]): Promise<Map<ItemId, ToldItem>> {
  const items = new Map<ItemId, Map<PublicKey, Seats>>();
  for (const { itemId, container, firmCode, ...place } of await placesOf(db, itemIds))
    seatsAt(items, { itemId, container, firmCode }).place = place;
  for (const { way, quantity, ...where } of await untoldMoves(db, itemIds)) seatsAt(items, where)[way] += quantity;
  const tellers = await tellersOf(db, new Set([...items.values()].flatMap((containers) => [...containers.keys()])));
  const taken = await takenItems(db, itemIds);
  return new Map([...items].map(([itemId, containers]) => [itemId, toldItem(itemId, containers, tellers, taken)]));
}

/** Where some items are, or all, by item and serial number. */
export async function listPlaces(db: Reads, itemIds?: readonly ItemId[]): Promise<ItemPlace[]> {
  const told = await toldItems(db, itemIds);
  return [...told.keys()].sort().flatMap((itemId) => told.get(itemId)?.places ?? []);
}

type PlaceWord = Omit<Awaited<ReturnType<typeof placesOf>>[number], 'itemId' | 'container' | 'firmCode'>;

interface Seats {
  readonly firmCode: number;
  left: number;
  arrived: number;
  place: PlaceWord | undefined;
}

function seatsAt(
  items: Map<ItemId, Map<PublicKey, Seats>>,
  { itemId, container, firmCode }: { itemId: ItemId; container: PublicKey; firmCode: number },
): Seats {
  const containers = items.get(itemId) ?? new Map<PublicKey, Seats>();
  items.set(itemId, containers);
  const seats = containers.get(container) ?? { firmCode, left: 0, arrived: 0, place: undefined };
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

/** A container as the teller of its licenses of one firm. */
type Teller = Pick<ToldSeats, 'issues' | 'contradicted'> & Pick<ChannelRow, 'logWhole' | 'toldGeneration'>;

/** By firm and container; one that was only named in transfers so far told nothing and may do anything. */
type Tellers = (firmCode: number, container: PublicKey) => Teller;

async function tellersOf(db: Reads, containers: ReadonlySet<PublicKey>): Promise<Tellers> {
  const known = await rowsOf(containers, (some) =>
    db.selectFrom('containers').select(['key', 'certificate']).where('key', 'in', some).execute(),
  );
  const issues = new Map(known.map(({ key, certificate }) => [key, rightOf(readStoredCertificate(certificate))]));
  const channels = await rowsOf(containers, (some) =>
    db
      .selectFrom('channels')
      .select(['firmCode', 'container', 'logWhole', 'toldGeneration', 'contradiction'])
      .where('container', 'in', some)
      .execute(),
  );
  const channelOf = new Map(channels.map((channel) => [`${channel.firmCode}/${channel.container}`, channel]));
  return (firmCode, container) => {
    const { logWhole = 1, toldGeneration = 0, contradiction = null } = channelOf.get(`${firmCode}/${container}`) ?? {};
    const right = issues.get(container) ?? 'move';
    return { issues: right, contradicted: contradiction !== null, logWhole, toldGeneration };
  };
}

function rightOf(certificate: Certificate): IssueRight {
  return certificate.party === 'container' ? certificate.issues : 'nothing';
}

function toldItem(
  itemId: ItemId,
  containers: ReadonlyMap<PublicKey, Seats>,
  tellers: Tellers,
  takenItems: TakenItems,
): ToldItem {
  const places: ItemPlace[] = [];
  const seats: ToldSeats[] = [];
  for (const [container, { firmCode, left, arrived, place }] of containers) {
    const { logWhole, toldGeneration, ...teller } = tellers(firmCode, container);
    const told = place === undefined ? 0 : place.quantity + place.pending;
    // A word that a newer one left out for want of room is older than the log.
    const whole = logWhole === 1 && (place === undefined || place.generation >= toldGeneration);
    const taken = takenItems.get(itemId)?.has(container) ?? false;
    seats.push({ ...teller, told, left, arrived, whole, taken });
    if (place === undefined) continue;
    const { generation: _, enabled, ...word } = place;
    const gone = Math.min(told, leftSince({ left, arrived }));
    places.push({ itemId, container, ...word, leftSince: gone, enabled: enabled === 1 });
  }
  return { places, containers: seats };
}
