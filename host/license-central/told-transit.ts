import { readGrant } from '../../container/engine/stored.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import { findChannel } from './channels.ts';
import type { ChannelRow, Reads } from './tables.ts';
import { type UntoldTransfer, untoldTransfers } from './untold-moves.ts';

/** Seats of a license. */
export interface SomeSeats {
  readonly itemId: ItemId;
  readonly quantity: number;
}

/** Seats of a license with what people call it; null where this server does not know it. */
export interface NamedSeats extends SomeSeats {
  readonly productCode: number | null;
  readonly text: string | null;
}

/** What a container told a firm to be in transit from it, and what is known of that by others. It never tells to whom. */
export interface ToldTransit {
  /** When this server heard its newest word; seconds since 2000-01-01. */
  readonly heardAt: number;
  /** Whether that word certainly was all that there was to tell. */
  readonly whole: boolean;
  /** Seats in transit, by that word. */
  readonly pending: ReadonlyMap<ItemId, number>;
  /** What others told to have applied, so that it is in transit for the container alone, or came after its word. */
  readonly arrived: readonly UntoldTransfer[];
}

/** What a container told of its transit; undefined when it never told this firm of its licenses. */
export async function toldTransit(db: Reads, firmCode: number, container: PublicKey): Promise<ToldTransit | undefined> {
  const channel = await findChannel(db, firmCode, container);
  if (channel === undefined || channel.toldGeneration === 0) return undefined;
  const places = await db
    .selectFrom('places')
    .select(['itemId', 'pending'])
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('pending', '>', 0)
    .execute();
  return {
    heardAt: await heardAt(db, channel),
    whole: channel.logWhole === 1,
    pending: new Map(places.map(({ itemId, pending }) => [itemId, pending])),
    arrived: await untoldTransfers(db, firmCode, container),
  };
}

/** When this server heard of a container last, for this firm; null: never. Seconds since 2000-01-01. */
export async function lastHeardOf(db: Reads, firmCode: number, container: PublicKey): Promise<number | null> {
  const found = await contextsOf(db, { firmCode, container }).executeTakeFirst();
  return found?.receivedAt ?? null;
}

async function heardAt(db: Reads, channel: ChannelRow): Promise<number> {
  const newest = contextsOf(db, channel).where('generation', '=', channel.toldGeneration);
  return (await newest.executeTakeFirst())?.receivedAt ?? 0;
}

function contextsOf(db: Reads, { firmCode, container }: Pick<ChannelRow, 'firmCode' | 'container'>) {
  return db
    .selectFrom('contexts')
    .select(({ fn }) => fn.max('receivedAt').as('receivedAt'))
    .where('firmCode', '=', firmCode)
    .where('container', '=', container);
}

/** What may still be in transit to one target: what was told, without what others are known to have. */
export function openTo({ pending, arrived }: ToldTransit, target: PublicKey): SomeSeats[] {
  const elsewhere = seatsIn(arrived.filter((transfer) => transfer.target !== target));
  return [...pending]
    .map(([itemId, seats]) => ({ itemId, quantity: seats - (elsewhere.get(itemId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

/** Whether all that was told to be in transit is known to be with somebody. */
export function isAllKnown({ pending, arrived }: ToldTransit): boolean {
  const known = seatsIn(arrived);
  return [...pending].every(([itemId, seats]) => (known.get(itemId) ?? 0) >= seats);
}

/** Seats by license. */
export function seatsIn(parts: readonly SomeSeats[]): Map<ItemId, number> {
  const seats = new Map<ItemId, number>();
  for (const { itemId, quantity } of parts) seats.set(itemId, (seats.get(itemId) ?? 0) + quantity);
  return seats;
}

/** The same with the names of the licenses. */
export async function named(db: Reads, parts: readonly SomeSeats[]): Promise<NamedSeats[]> {
  const found: NamedSeats[] = [];
  for (const part of parts) {
    const grant = await db
      .selectFrom('grants')
      .select(['productCode', 'raw'])
      .where('itemId', '=', part.itemId)
      .executeTakeFirst();
    const text = grant === undefined ? null : readGrant(grant.raw).text;
    found.push({ ...part, productCode: grant?.productCode ?? null, text });
  }
  return found;
}
