import type { OrderedPart } from '../commands/issue.ts';
import type { ShownOrder } from '../commands/order.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { ContainerCertificate } from '../files/certificate.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import type { ChangeOf } from './changes.ts';
import { type Decided, Draft, nameOf, type Rulebook } from './draft.ts';
import { pinBarred } from './owner-pin.ts';
import { partnerName } from './partners.ts';
import { type ArmedOrder, type ContainerState, counter, servedKey } from './state.ts';
import { grantOf } from './stored.ts';

type NewOrder = Pick<ArmedOrder, 'items' | 'kinds' | 'keys' | 'most'>;

/** Refuses what only the owner may do. @param what the command, or what of it @param orders why no work order allows it */
export function ownerNeeded(state: ContainerState, what: string, orders = 'no armed work order covers it'): Refusal {
  return refuse('OWNER_NEEDED', { here: nameOf(state), what, orders });
}

/** Refuses an issue that no armed work order covers, and says so when one did until it was used up. */
export function issueNotCovered(
  state: ContainerState,
  target: Pick<ContainerCertificate, 'key' | 'kind'>,
  parts: readonly OrderedPart[],
): Refusal {
  const wanted = wantedOf(state, parts);
  const order = inOrder(state).find((one) => wanted !== undefined && isFor(one, target) && isWithinSet(one, wanted));
  return ownerNeeded(state, 'issue', order && whyUsedUp(state, order, target.key));
}

function whyUsedUp(state: ContainerState, { id, items, targets, most }: ArmedOrder, target: PublicKey): string {
  const given = state.served.get(servedKey(id, target))?.quantities;
  if (given === undefined)
    return `the armed work order ${id} is used up: ${targets.length} of ${most} devices are served`;
  const isAll = items.every(({ quantity }, at) => given[at] === quantity);
  return isAll
    ? `the armed work order ${id} is used up for this target: it was given its set`
    : `the armed work order ${id} is nearly used up for this target: less is left of its set`;
}

/** Decides that a work order is armed. Pure. */
export function decideArm(
  state: ContainerState,
  book: Rulebook,
  { items, kinds, keys, most }: NewOrder,
): Decided<{ readonly id: number }> | Refusal {
  const barred = pinBarred(state, book);
  if (barred !== undefined) return barred;
  const names = items.map(productName);
  if (new Set(names).size !== names.length) return refuse('ORDER_EMPTY', { why: 'the order names a product twice' });
  if (state.orders.size >= FORMAT.armedOrders)
    return refuse('ORDERS_FULL', { here: nameOf(state), most: FORMAT.armedOrders });
  const id = counter(state, 'nextOrder');
  const draft = new Draft(state, 'owner');
  draft.push({ change: 'orderArmed', id, items, kinds: [...new Set(kinds)], keys: [...new Set(keys)], most });
  return draft.full ?? { ok: true, changes: draft.changes, result: { id } };
}

/** Decides that a work order is over. Pure. */
export function decideDisarm(state: ContainerState, book: Rulebook, id: number): Decided<null> | Refusal {
  const barred = pinBarred(state, book);
  if (barred !== undefined) return barred;
  if (!state.orders.has(id)) return refuse('ORDER_UNKNOWN', { id, here: nameOf(state) });
  return { ok: true, changes: [{ change: 'orderDisarmed', id }], result: null };
}

function inOrder(state: ContainerState): ArmedOrder[] {
  return [...state.orders.values()].sort((one, other) => one.id - other.id);
}

/** The armed work orders and what was used of them. */
export function shownOrders(state: ContainerState): ShownOrder[] {
  return inOrder(state).map(({ targets, ...order }) => ({
    ...order,
    served: targets.flatMap((target) => {
      const served = state.served.get(servedKey(order.id, target));
      if (served === undefined) return [];
      const { first, last, quantities } = served;
      return [{ target, name: partnerName(state, target), first, last, quantities }];
    }),
  }));
}

/** Whether an armed work order has served this target. */
export function isServed(state: ContainerState, target: PublicKey): boolean {
  return [...state.orders.keys()].some((id) => state.served.has(servedKey(id, target)));
}

/** What a work order that covers an issue will have given the target once the sequences are known. */
export type Coverage = Omit<ChangeOf<'orderServed'>, 'first' | 'last' | 'change'>;

/**
 * The oldest work order that alone covers these parts for this target: each of its products within one set for each
 * device, and its number of devices not exceeded.
 *
 * @returns undefined when none does
 */
export function coverageOf(
  state: ContainerState,
  target: Pick<ContainerCertificate, 'key' | 'kind'>,
  parts: readonly OrderedPart[],
): Coverage | undefined {
  const wanted = wantedOf(state, parts);
  if (wanted === undefined) return undefined;
  for (const order of inOrder(state)) {
    const quantities = isFor(order, target) ? quantitiesAfter(state, order, target.key, wanted) : undefined;
    if (quantities !== undefined) return { order: order.id, target: target.key, quantities };
  }
  return undefined;
}

/** Seats of every product; undefined when a part is of a holding that is not there. */
function wantedOf(state: ContainerState, parts: readonly OrderedPart[]): ReadonlyMap<string, number> | undefined {
  const wanted = new Map<string, number>();
  for (const { holding, quantity } of parts) {
    const held = state.holdings.get(holding);
    if (held === undefined) return undefined;
    const name = productName(grantOf(state, held.itemId));
    wanted.set(name, (wanted.get(name) ?? 0) + quantity);
  }
  return wanted;
}

function productName({ firmCode, productCode }: { readonly firmCode: number; readonly productCode: number }): string {
  return `${firmCode}:${productCode}`;
}

function isFor({ kinds, keys }: ArmedOrder, { key, kind }: Pick<ContainerCertificate, 'key' | 'kind'>): boolean {
  return (kinds.length === 0 || kinds.includes(kind)) && (keys.length === 0 || keys.includes(key));
}

/** Whether one set, of which nothing was given yet, has all of it. */
function isWithinSet({ items }: ArmedOrder, wanted: ReadonlyMap<string, number>): boolean {
  const set = new Map(items.map((item) => [productName(item), item.quantity]));
  return [...wanted].every(([name, quantity]) => quantity <= (set.get(name) ?? 0));
}

function quantitiesAfter(
  state: ContainerState,
  { id, items, most, targets }: ArmedOrder,
  target: PublicKey,
  wanted: ReadonlyMap<string, number>,
): number[] | undefined {
  const before = state.served.get(servedKey(id, target));
  if (before === undefined && targets.length >= most) return undefined;
  const names = items.map(productName);
  if ([...wanted.keys()].some((name) => !names.includes(name))) return undefined;
  const after = names.map((name, at) => (before?.quantities[at] ?? 0) + (wanted.get(name) ?? 0));
  return after.every((quantity, at) => quantity <= (items[at]?.quantity ?? 0)) ? after : undefined;
}

/** The change that counts an issue on the order that covers it; committed in one record with the entries. */
export function usageOf(
  state: ContainerState,
  coverage: Coverage,
  range: { readonly first: number; readonly last: number },
): ChangeOf<'orderServed'> {
  const before = state.served.get(servedKey(coverage.order, coverage.target));
  return { change: 'orderServed', ...coverage, first: before?.first ?? range.first, last: range.last };
}
