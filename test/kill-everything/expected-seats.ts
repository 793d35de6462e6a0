import type { Listing } from '../../container/commands/list.ts';
import { PLACES, type Place, PRODUCTS, SEATS } from './served-world.ts';

/** Seats that go from one place to another. */
export interface Shift {
  readonly from: Place;
  readonly to: Place;
  readonly product: number;
  readonly seats: number;
}

/** An order, and how often it can have been carried out by now, by what its host and whoever finished it were told. */
export interface Told extends Shift {
  readonly times: readonly number[];
}

/** Where every seat has to be, by the orders that were given. */
export class ExpectedSeats {
  readonly #seats = new Map<string, number>(
    PLACES.flatMap((place) =>
      PRODUCTS.map((product) => [nameOf(place, product), place === 'dongle' ? SEATS : 0] as const),
    ),
  );

  /**
   * Takes what the places show after a round for where the seats are, if the orders of the round can have led there.
   *
   * @throws Error that says where seats are too many or too few
   */
  take(listings: Readonly<Record<Place, Listing>>, orders: readonly Told[]): void {
    const found = new Map(
      PLACES.flatMap((place) =>
        PRODUCTS.map((product) => [nameOf(place, product), seatsHeld(listings[place], product)] as const),
      ),
    );
    const possible = timesOf(orders).map((times) => this.#after(orders, times));
    const isPossible = possible.some((seats) => [...seats].every(([name, count]) => found.get(name) === count));
    if (!isPossible) throw new Error(`${textOf(found)}, which is none of ${possible.map(textOf).join(' or ')}`);
    for (const [name, count] of found) this.#seats.set(name, count);
  }

  #after(orders: readonly Told[], times: readonly number[]): ReadonlyMap<string, number> {
    const seats = new Map(this.#seats);
    const add = (place: Place, product: number, count: number): void => {
      const name = nameOf(place, product);
      seats.set(name, (seats.get(name) ?? 0) + count);
    };
    for (const [at, { from, to, product, seats: moved }] of orders.entries()) {
      add(from, product, -moved * (times[at] ?? 0));
      add(to, product, moved * (times[at] ?? 0));
    }
    return seats;
  }
}

export function seatsHeld({ holdings }: Listing, product: number): number {
  return holdings.filter(({ productCode }) => productCode === product).reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Every choice of how often each of the orders was carried out. */
function timesOf(orders: readonly Told[]): readonly (readonly number[])[] {
  return orders.reduce<readonly (readonly number[])[]>(
    (choices, { times }) => choices.flatMap((before) => times.map((count) => [...before, count])),
    [[]],
  );
}

function nameOf(place: Place, product: number): string {
  return `${product} at ${place}`;
}

function textOf(seats: ReadonlyMap<string, number>): string {
  return [...seats].map(([name, count]) => `${count} of ${name}`).join(', ');
}
