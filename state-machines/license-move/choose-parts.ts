import type { OrderedPart } from '../../container/commands/issue.ts';
import { type ListedHolding, movesWhole } from '../../container/commands/list.ts';
import { type Refusal, refuse } from '../../container/errors.ts';
import { type Destination, isMovable, seatsOf, tooFewMovable } from './movability.ts';
import type { OrderedItem } from './move-order.ts';
import type { IssuerListing } from './move-ports.ts';

/** At most so many sums of whole holdings are looked at; an order that needs more is told to name less. */
const MOST_SUMS = 4096;

/**
 * Chooses the holdings for one item: a holding of exactly that quantity, otherwise as few parts as possible. The same
 * holdings and the same item always give the same parts.
 *
 * @returns NOT_HELD; QUANTITY_NOT_HELD when too few seats are free; MAY_NOT_ISSUE or ITEM_DISABLED when those that are
 *   free may not move; MOVES_WHOLE when the seats cannot be put together without splitting
 */
export function chooseParts(
  issuer: IssuerListing,
  target: Destination,
  item: OrderedItem,
): { readonly ok: true; readonly parts: readonly OrderedPart[] } | Refusal {
  const name = `${item.firmCode}:${item.productCode}`;
  const held = issuer.holdings.filter(
    ({ firmCode, productCode }) => firmCode === item.firmCode && productCode === item.productCode,
  );
  if (held.length === 0) return refuse('NOT_HELD', { here: issuer.serial ?? issuer.key, item: name });
  const movable = held.filter((holding) => isMovable(issuer, target, holding)).sort(largestFirst);
  if (seatsOf(movable) < item.quantity) return tooFewMovable(issuer, target, name, item.quantity, held);
  const exact = movable.find(({ quantity }) => quantity === item.quantity);
  const parts = exact === undefined ? fewestParts(movable, item.quantity) : [wholeOf(exact)];
  if (parts === undefined) {
    const whole = movable.filter(movesWhole).map(({ quantity }) => quantity);
    return refuse('MOVES_WHOLE', {
      item: name,
      quantity: whole.join(', '),
      why: `its terms, units or days of use allow no part, such as ${item.quantity}`,
    });
  }
  return { ok: true, parts };
}

export function wholeOf({ id, quantity }: ListedHolding): OrderedPart {
  return { holding: id, quantity };
}

function largestFirst(one: ListedHolding, other: ListedHolding): number {
  return other.quantity - one.quantity || one.id - other.id;
}

function fewestParts(movable: readonly ListedHolding[], wanted: number): readonly OrderedPart[] | undefined {
  const divisible = movable.filter((holding) => !movesWhole(holding));
  let best: readonly OrderedPart[] | undefined;
  for (const [sum, whole] of sumsOfWhole(movable.filter(movesWhole), wanted)) {
    const rest = takeLargest(divisible, wanted - sum);
    if (rest === undefined) continue;
    const parts = [...whole, ...rest];
    if (best === undefined || parts.length < best.length) best = parts;
  }
  return best;
}

/** Every sum up to `wanted` that whole holdings add up to, each with the fewest of them. */
function sumsOfWhole(whole: readonly ListedHolding[], wanted: number): ReadonlyMap<number, readonly OrderedPart[]> {
  const sums = new Map<number, readonly OrderedPart[]>([[0, []]]);
  for (const holding of whole) {
    for (const [before, parts] of [...sums]) {
      const sum = before + holding.quantity;
      const known = sums.get(sum);
      if (sum > wanted || (known !== undefined && known.length <= parts.length + 1)) continue;
      if (known !== undefined || sums.size < MOST_SUMS) sums.set(sum, [...parts, wholeOf(holding)]);
    }
  }
  return sums;
}

function takeLargest(divisible: readonly ListedHolding[], wanted: number): readonly OrderedPart[] | undefined {
  const parts: OrderedPart[] = [];
  let missing = wanted;
  for (const { id, quantity } of divisible) {
    if (missing === 0) break;
    const taken = Math.min(quantity, missing);
    parts.push({ holding: id, quantity: taken });
    missing -= taken;
  }
  return missing === 0 ? parts : undefined;
}
