import type { PublicKey } from '../../container/model/ids.ts';
import type { IssuerListing, MoveResult } from '../../state-machines/index.ts';
import { type ProductSeats, sumOf } from './product-seats.ts';

/** What an issuer showed: what it holds, and what is in transit to the target. */
export type Shown = Pick<IssuerListing, 'holdings' | 'transit'>;

/** Of an issuer's listing what is about one target. */
export function shownFor({ holdings, transit }: IssuerListing, target: PublicKey): Shown {
  return { holdings, transit: transit.filter((entry) => entry.target === target) };
}

/** How far an order is. */
export type Standing = Pick<MoveResult, 'order' | 'plan' | 'entries' | 'inTransit' | 'unheard'>;

/** The seats that entries of a move carry together; null when that is not known of one of them. */
export type Cargo = (sequences: readonly number[]) => readonly ProductSeats[] | null;

/**
 * What the entries of a move carry, from what its issuer showed before, what was ordered, and what was planned.
 *
 * Not known when an order was issued as several entries of one firm, or was for everything and is not shown any more: then only
 * of all its entries together, or not at all.
 */
export function cargoOf(shown: Shown, { order, plan, entries, inTransit }: Omit<Standing, 'unheard'>): Cargo {
  const products = new Map(shown.holdings.map(({ id, firmCode, productCode }) => [id, { firmCode, productCode }]));
  const seatsOf = (
    parts: readonly { readonly holding: number; readonly quantity: number }[],
  ): ProductSeats[] | null => {
    const known = parts.flatMap(({ holding, quantity }) => {
      const product = products.get(holding);
      return product === undefined ? [] : [{ ...product, seats: quantity }];
    });
    return known.length === 0 || known.length < parts.length ? null : known;
  };

  const carried = new Map<number, readonly ProductSeats[]>();
  for (const { sequence, firmCode, items, holdings, quantities } of shown.transit) {
    const seats =
      items?.map((item) => ({ firmCode, ...item })) ??
      seatsOf(holdings.map((holding, at) => ({ holding, quantity: quantities[at] ?? 0 })));
    if (seats !== null) carried.set(sequence, seats);
  }
  const own = entries.length > 0 ? entries.map(({ sequence }) => sequence) : inTransit;
  const planned = seatsOf(plan?.parts ?? []);
  // A plan is in the order of its firms, and an entry is of one firm.
  const firms = [...new Set(planned?.map(({ firmCode }) => firmCode))];
  if (planned !== null && firms.length === own.length)
    for (const [at, sequence] of own.entries())
      carried.set(
        sequence,
        planned.filter(({ firmCode }) => firmCode === firms[at]),
      );
  const ordered =
    order.kind === 'all' ? planned : order.items.map(({ quantity, ...item }) => ({ ...item, seats: quantity }));

  return (sequences) => {
    if (ordered !== null && own.length > 0 && isSame(sequences, own)) return sumOf(ordered);
    const parts = sequences.map((sequence) => carried.get(sequence));
    return parts.includes(undefined) ? null : sumOf(parts.flatMap((seats) => seats ?? []));
  };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((sequence) => other.includes(sequence));
}
