import type { OrderedPart } from '../../container/commands/issue.ts';
import type { Listing } from '../../container/commands/list.ts';
import { type Refusal, refuse } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { chooseParts, wholeOf } from './choose-parts.ts';
import { type Destination, isMovable, whyNothing } from './movability.ts';
import { type MoveOrder, type MovePlan, normalItems, type OrderedItem, sameOrder } from './move-order.ts';
import type { IssuerListing } from './move-ports.ts';

type Transit = Listing['transit'][number];
type Planned = { readonly ok: true; readonly plan: MovePlan } | Refusal;

/**
 * Plans an order from what the issuer shows: which parts, from which sequence on. An order that is in transit to the
 * target already, seat for seat, is planned as its delivery, so that ordering again after an interruption moves nothing
 * twice. Deterministic.
 *
 * @param isNew whether the order is known not to be among what is in transit, because another one, which may look just like it,
 *   was issued in its place; of everything that may move this makes no difference
 * @param target where its kind is known, what may not go there is no part of an order for everything
 * @returns NOT_HELD, QUANTITY_NOT_HELD, MAY_NOT_ISSUE, ITEM_DISABLED, MOVES_WHOLE or ORDER_EMPTY
 */
export function planMove(issuer: IssuerListing, target: Destination, order: MoveOrder, isNew = false): Planned {
  const transit = issuer.transit.filter((entry) => entry.target === target.key).sort((a, b) => a.sequence - b.sequence);
  return order.kind === 'all'
    ? planAll(issuer, target, transit)
    : planItems(issuer, target, isNew ? [] : transit, normalItems(order.items));
}

function planAll(issuer: IssuerListing, target: Destination, transit: readonly Transit[]): Planned {
  const parts = issuer.holdings.filter((holding) => isMovable(issuer, target, holding)).map(wholeOf);
  if (parts.length > 0) return toIssue(issuer, target.key, parts);
  return toDeliver(target.key, transit) ?? refuse('ORDER_EMPTY', { why: whyNothing(issuer, target) });
}

function planItems(
  issuer: IssuerListing,
  target: Destination,
  transit: readonly Transit[],
  items: readonly OrderedItem[],
): Planned {
  const delivery = toDeliver(target.key, runInTransit(issuer, transit, items));
  if (delivery !== undefined) return delivery;
  const parts: OrderedPart[] = [];
  for (const item of items) {
    const chosen = chooseParts(issuer, target, item);
    if (!chosen.ok) return chosen;
    parts.push(...chosen.parts);
  }
  if (parts.length === 0) return refuse('ORDER_EMPTY', { why: 'no item was named' });
  return toIssue(issuer, target.key, parts);
}

function toIssue(issuer: IssuerListing, targetKey: PublicKey, parts: readonly OrderedPart[]): Planned {
  const issued = issuer.channels.find(({ partner }) => partner === targetKey)?.issued ?? 0;
  const firms = new Map(issuer.holdings.map(({ id, firmCode }) => [id, firmCode]));
  const firmOf = ({ holding }: OrderedPart): number => firms.get(holding) ?? 0;
  const sorted = [...parts].sort((one, other) => firmOf(one) - firmOf(other) || one.holding - other.holding);
  return { ok: true, plan: { targetKey, first: issued + 1, last: null, parts: sorted } };
}

function toDeliver(targetKey: PublicKey, entries: readonly Transit[]): Planned | undefined {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { ok: true, plan: { targetKey, first: first.sequence, last: last.sequence, parts: [] } };
}

/** The oldest consecutive entries in transit that together are exactly the order; none when there are no such. */
function runInTransit(
  issuer: IssuerListing,
  transit: readonly Transit[],
  items: readonly OrderedItem[],
): readonly Transit[] {
  const wanted = seatsOf(items.map(({ quantity }) => quantity));
  for (const start of transit.keys()) {
    let seats = 0;
    let end = start;
    for (; seats < wanted; end++) {
      const entry = transit[end];
      if (entry === undefined || entry.cancelled) break;
      seats += seatsOf(entry.quantities);
    }
    const run = transit.slice(start, end);
    if (seats === wanted && sameOrder(orderOf(issuer, run), { kind: 'items', items })) return run;
  }
  return [];
}

function seatsOf(quantities: readonly number[]): number {
  return quantities.reduce((sum, quantity) => sum + quantity, 0);
}

function orderOf(issuer: IssuerListing, entries: readonly Transit[]): MoveOrder {
  const held = new Map(issuer.holdings.map((holding) => [holding.id, holding]));
  const items = entries.flatMap(({ firmCode, holdings, quantities }) =>
    holdings.map((id, at) => ({
      firmCode,
      productCode: held.get(id)?.productCode ?? -1,
      quantity: quantities[at] ?? 0,
    })),
  );
  return { kind: 'items', items };
}
