import { FerryError } from '../../container/errors.ts';
import type { ItemId } from '../../container/model/ids.ts';
import type { Bench } from './bench.ts';
import { CaseFailure } from './check.ts';

/** Entries of one file that withdraws. */
const AT_ONCE = 64;

/**
 * Withdraws the licenses of the tool's vendor that were not there `before`. A container that does not do this right has
 * failed cases already; here it only keeps them.
 *
 * @returns how many stay; null when the container does not tell it right
 */
export async function tidyUp(bench: Bench, before: ReadonlySet<ItemId>): Promise<number | null> {
  const withdrawn = await attempted(() => withdrawAll(bench, before));
  if (withdrawn === null) bench.retire();
  return attempted(async () => (await seatsLeft(bench, before)).length);
}

async function withdrawAll(bench: Bench, before: ReadonlySet<ItemId>): Promise<void> {
  const seats = await seatsLeft(bench, before);
  for (let at = 0; at < seats.length; at += AT_ONCE) {
    const { firm } = bench;
    const some = seats.slice(at, at + AT_ONCE);
    for (const [itemId, quantity] of some) firm.issue({ kind: 'withdraw', itemId, quantity });
    await bench.takes(
      firm,
      some.map(() => 'applied' as const),
    );
  }
}

/** The result; null when the container does something else than the protocol says. */
async function attempted<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CaseFailure || error instanceof FerryError) return null;
    throw error;
  }
}

async function seatsLeft(bench: Bench, before: ReadonlySet<ItemId>): Promise<readonly [ItemId, number][]> {
  const seats = new Map<ItemId, number>();
  for (const { itemId, firmCode, quantity } of (await bench.list()).holdings)
    if (firmCode === bench.firm.firmCode && !before.has(itemId)) seats.set(itemId, (seats.get(itemId) ?? 0) + quantity);
  return [...seats];
}
