import type { Listing } from '../../container/commands/list.ts';

/** What a container has of one product, in however many holdings. */
export interface ListedProduct {
  readonly firmCode: number;
  readonly productCode: number;
  readonly holdings: number;
  /** Seats that are held and free. */
  readonly quantity: number;
  /** Seats in transit from there. */
  readonly pending: number;
}

/** The products of these holdings, ascending by firm and product. */
export function productsOf(holdings: Listing['holdings']): readonly ListedProduct[] {
  const products = new Map<string, ListedProduct>();
  for (const { firmCode, productCode, quantity, pending } of holdings) {
    const key = `${firmCode}:${productCode}`;
    const before = products.get(key) ?? { holdings: 0, quantity: 0, pending: 0 };
    products.set(key, {
      firmCode,
      productCode,
      holdings: before.holdings + 1,
      quantity: before.quantity + quantity,
      pending: before.pending + pending,
    });
  }
  return [...products.values()].sort(
    (one, other) => one.firmCode - other.firmCode || one.productCode - other.productCode,
  );
}
