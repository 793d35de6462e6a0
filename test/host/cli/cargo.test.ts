import { describe, expect, it } from 'vitest';
import { cargoOf, type Shown, type Standing } from '../../../host/cli/cargo.ts';
import { counted, seatsText, sumOf } from '../../../host/cli/product-seats.ts';

const NOTHING: Shown = { holdings: [], transit: [] };
const HELD = {
  holdings: [
    { id: 1, firmCode: 10, productCode: 7 },
    { id: 2, firmCode: 10, productCode: 8 },
    { id: 3, firmCode: 11, productCode: 7 },
  ],
  transit: [{ sequence: 4, holdings: [1, 2], quantities: [3, 1] }],
} as unknown as Shown;

function standing(
  sequences: readonly number[],
  parts: readonly (readonly [number, number])[],
  items?: object[],
): Standing {
  return {
    order: items === undefined ? { kind: 'all' } : { kind: 'items', items },
    plan: { parts: parts.map(([holding, quantity]) => ({ holding, quantity })) },
    entries: sequences.map((sequence) => ({ sequence, state: 'applied', reason: 0 })),
    inTransit: [],
  } as unknown as Standing;
}

describe('what the entries of a move carry', () => {
  it('is the order when all its entries are meant, also when nothing of it is shown any more', () => {
    const items = [{ firmCode: 10, productCode: 7, quantity: 2 }];
    expect(cargoOf(NOTHING, standing([5, 6], [[9, 2]], items))([6, 5])).toEqual([
      { firmCode: 10, productCode: 7, seats: 2 },
    ]);
  });

  it('is the plan of an order for everything, and each firm its own entry', () => {
    const cargo = cargoOf(
      HELD,
      standing(
        [5, 6],
        [
          [1, 1],
          [2, 2],
          [3, 4],
        ],
      ),
    );
    expect(seatsText(cargo([5, 6]) ?? [])).toBe('1 seat of 10:7, 2 seats of 10:8, 4 seats of 11:7');
    expect(seatsText(cargo([6]) ?? [])).toBe('4 seats of 11:7');
  });

  it('is what was shown in transit when it is only delivered', () => {
    expect(seatsText(cargoOf(HELD, standing([4], []))([4]) ?? [])).toBe('3 seats of 10:7, 1 seat of 10:8');
  });

  it('is not known of one of several entries of a firm, nor of what was never shown', () => {
    const cargo = cargoOf(
      HELD,
      standing(
        [5, 6],
        [
          [1, 1],
          [2, 2],
        ],
      ),
    );
    expect([cargo([5]), cargo([6, 5])?.length]).toEqual([null, 2]);
    expect(cargoOf(HELD, standing([5], [[9, 1]]))([5])).toBeNull();
    expect(cargo([])).toEqual([]);
  });
});

describe('seats', () => {
  it('are summed by product, ascending, and said with their number', () => {
    const parts = [
      { firmCode: 11, productCode: 1, seats: 1 },
      { firmCode: 10, productCode: 2, seats: 2 },
      { firmCode: 10, productCode: 1, seats: 1 },
      { firmCode: 10, productCode: 2, seats: 3 },
    ];
    expect(seatsText(sumOf(parts))).toBe('1 seat of 10:1, 5 seats of 10:2, 1 seat of 11:1');
    expect([counted(1, 'entry', 'entries'), counted(0, 'entry', 'entries')]).toEqual(['1 entry', '0 entries']);
  });
});
