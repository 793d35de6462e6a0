import { FerryError } from '../../../../container/errors.ts';
import { CONTAINER_SCHEMES, type FarBank, isAddress, withContainer } from '../../addresses.ts';
import { type ProductSeats, sumOf } from '../../product-seats.ts';
import { entriesOf } from '../../under-way.ts';

/** The giver of a write-off, and what it shows itself where it was named by its address. */
export interface NamedGiver {
  readonly serial: string;
  /** What it has in transit to the lost container, by its own word of now; null where it was not asked. */
  readonly shown: ShownTransit | null;
}

export interface ShownTransit {
  readonly sequences: readonly number[];
  readonly seats: readonly ProductSeats[];
}

/** What is to be written off. */
interface GivenUp {
  readonly firmCode: number;
  /** Serial number or key of the lost container. */
  readonly target: string;
  readonly through: number;
}

/**
 * Who gave, by serial number or address. One that is asked at its address is held against the order: it alone knows to whom what is
 * in transit, and by which sequences.
 *
 * @throws WRITE_OFF_NOTHING, WRITE_OFF_BEYOND, NOT_ENROLLED, and as `withContainer`
 */
export async function namedGiver(far: FarBank, from: string, order: GivenUp): Promise<NamedGiver> {
  if (!isAddress(from, CONTAINER_SCHEMES)) return { serial: from, shown: null };
  const listing = await withContainer(far, from, (client) => client.call('list', {}));
  const { serial } = listing;
  if (serial === null) throw new FerryError('NOT_ENROLLED', { where: from });
  const { firmCode, target, through } = order;
  const open = entriesOf(listing).filter(
    (entry) => entry.firmCode === firmCode && !entry.writtenOff && (entry.serial === target || entry.target === target),
  );
  const last = Math.max(0, ...open.map(({ sequence }) => sequence));
  const given = open.filter(({ sequence }) => sequence <= through);
  if (given.length === 0) {
    const why = last === 0 ? 'it shows nothing' : `it shows nothing up to sequence ${through}, but some behind it`;
    throw new FerryError('WRITE_OFF_NOTHING', { firm: firmCode, from: serial, target, why });
  }
  if (through > last) throw new FerryError('WRITE_OFF_BEYOND', { from: serial, target, through, last });
  const seats = sumOf(given.flatMap(({ items }) => items.map((item) => ({ firmCode, ...item }))));
  return { serial, shown: { sequences: given.map(({ sequence }) => sequence), seats } };
}
