import os from 'node:os';
import type { Check } from './checks.ts';

/** Of this computer's memory, what a guest takes, with its image and the programs around it. */
const GUEST_BYTES = 2 * 2 ** 30;
/** A guest has two processors, of which a check rarely uses more than one. */
const MOST_GUESTS = 2;

/** How many guests this computer has room for at a time; at least one, which then has to do. */
export function guestsWithRoom(cores = os.availableParallelism(), freeBytes = os.freemem()): number {
  return Math.max(1, Math.min(MOST_GUESTS, cores, Math.floor(freeBytes / GUEST_BYTES)));
}

/**
 * Spreads checks over guests that run side by side, so that none has much more to do than another.
 *
 * @returns the checks of each guest, in the order in which they were given; no guest is without
 */
export function spread(checks: readonly Check[], guests: number): readonly (readonly Check[])[] {
  const parts = Array.from({ length: Math.min(guests, checks.length) }, () => ({ limit: 0, names: new Set<string>() }));
  for (const { name, limit } of checks.toSorted((one, other) => other.limit - one.limit)) {
    const least = parts.reduce((one, other) => (other.limit < one.limit ? other : one));
    least.limit += limit;
    least.names.add(name);
  }
  return parts.map(({ names }) => checks.filter(({ name }) => names.has(name)));
}

/** Does something with each, at most so many at a time, begun in their order. @throws the first error, when all have ended */
export async function eachAtATime<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item, at: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const queue = [...items.entries()];
  const results: PromiseSettledResult<Result>[] = [];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, item] = next;
      [results[at]] = await Promise.allSettled([work(item, at)]);
    }
  };
  await Promise.all(Array.from({ length: most }, lane));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
