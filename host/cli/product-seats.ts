/** Seats of a product. */
export interface ProductSeats {
  readonly firmCode: number;
  readonly productCode: number;
  readonly seats: number;
}

/** Each product once, ascending by firm and product. */
export function sumOf(parts: readonly ProductSeats[]): readonly ProductSeats[] {
  const sums = new Map<string, ProductSeats>();
  for (const { firmCode, productCode, seats } of parts) {
    const key = `${firmCode}:${productCode}`;
    sums.set(key, { firmCode, productCode, seats: seats + (sums.get(key)?.seats ?? 0) });
  }
  return [...sums.values()].sort((one, other) => one.firmCode - other.firmCode || one.productCode - other.productCode);
}

/** As people say it: "2 seats of 6000010:1001, 1 seat of 6000010:1002". */
export function seatsText(sums: readonly ProductSeats[]): string {
  return sums
    .map(({ firmCode, productCode, seats }) => `${counted(seats, 'seat')} of ${firmCode}:${productCode}`)
    .join(', ');
}

/** A number of things. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
