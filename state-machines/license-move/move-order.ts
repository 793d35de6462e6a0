import * as v from 'valibot';
import type { OrderedPart } from '../../container/commands/issue.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { OrderId, PublicKey } from '../../container/model/ids.ts';

/** Seats of one product, from whichever holdings have them. */
export interface OrderedItem {
  readonly firmCode: number;
  readonly productCode: number;
  readonly quantity: number;
}

/** What a person wants moved: everything that can be, or the items named. */
export type MoveOrder = { readonly kind: 'all' } | { readonly kind: 'items'; readonly items: readonly OrderedItem[] };

/** What the issuer is asked for. The same plan, given again under the same id, is answered and never carried out twice. */
export interface MovePlan {
  readonly targetKey: PublicKey;
  /** First sequence of the order in the channel to the target. */
  readonly first: number;
  /** Last sequence where the order is in transit already; null while it is to be issued. */
  readonly last: number | null;
  /** What is moved; empty when `last` is given: then what is in transit is only delivered. */
  readonly parts: readonly OrderedPart[];
}

const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const moveOrderSchema: v.GenericSchema<unknown, MoveOrder> = v.variant('kind', [
  v.object({ kind: v.literal('all') }),
  v.object({
    kind: v.literal('items'),
    items: v.array(v.object({ firmCode: v.number(), productCode: v.number(), quantity: positive })),
  }),
]);

export const movePlanSchema: v.GenericSchema<unknown, MovePlan> = v.object({
  targetKey: v.custom<PublicKey>((key) => typeof key === 'string' && /^[0-9a-f]{64}$/.test(key)),
  first: positive,
  last: v.nullable(positive),
  parts: v.array(v.object({ holding: positive, quantity: positive })),
});

/** The id of an order that is about to be issued for the first time. */
export function newOrderId(random: (length: number) => Uint8Array): OrderId {
  return toHex(random(16)) as OrderId;
}

/** The order with each product named once, ascending: two orders are the same when these are equal. */
export function normalOrder(order: MoveOrder): MoveOrder {
  return order.kind === 'all' ? { kind: 'all' } : { kind: 'items', items: normalItems(order.items) };
}

export function normalItems(named: readonly OrderedItem[]): readonly OrderedItem[] {
  const items: OrderedItem[] = [];
  for (const { firmCode, productCode, quantity } of [...named].sort(byProduct)) {
    const last = items.at(-1);
    if (last !== undefined && byProduct(last, { firmCode, productCode }) === 0)
      items[items.length - 1] = { ...last, quantity: last.quantity + quantity };
    else items.push({ firmCode, productCode, quantity });
  }
  return items;
}

export function sameOrder(one: MoveOrder, other: MoveOrder): boolean {
  return JSON.stringify(normalOrder(one)) === JSON.stringify(normalOrder(other));
}

type Product = Pick<OrderedItem, 'firmCode' | 'productCode'>;

function byProduct(one: Product, other: Product): number {
  return one.firmCode - other.firmCode || one.productCode - other.productCode;
}
