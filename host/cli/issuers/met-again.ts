import type { ContainerClient } from '../../../container/commands/client.ts';
import type { History } from '../../../container/commands/history.ts';
import type { Listing } from '../../../container/commands/list.ts';
import { FerryError } from '../../../container/errors.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { Settled } from './issuer.ts';

type Duplicate = Settled['duplicates'][number];

/**
 * What a target had applied of what was written off: seats that are there twice, by the log that the giver has just entered them
 * in. Empty where that log is shown to nobody, as without the PIN of its owner.
 *
 * @param before what the giver listed before the receipt came
 */
export async function duplicatesOf(
  client: ContainerClient,
  before: Listing,
  target: PublicKey,
  sequences: readonly number[],
): Promise<Duplicate[]> {
  if (sequences.length === 0) return [];
  const { transfers } = await historyOf(client);
  const moved = transfers
    .filter(({ from, to, sequence }) => from === before.key && to === target && sequences.includes(sequence))
    .flatMap(({ items }) => items);
  const seats = new Map<string, number>();
  for (const { itemId, quantity } of moved) seats.set(itemId, (seats.get(itemId) ?? 0) + quantity);
  return [...seats].map(([itemId, quantity]) => ({ itemId, quantity, product: productOf(before, itemId) }));
}

async function historyOf(client: ContainerClient): Promise<Pick<History, 'transfers'>> {
  try {
    return await client.call('history', {});
  } catch (error) {
    // The receipt is taken; that the log is not shown changes nothing of that.
    if (error instanceof FerryError) return { transfers: [] };
    throw error;
  }
}

function productOf({ holdings }: Listing, itemId: string): string | null {
  const holding = holdings.find((one) => one.itemId === itemId);
  return holding === undefined ? null : `${holding.firmCode}:${holding.productCode} ${holding.text}`.trim();
}
