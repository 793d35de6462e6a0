import type { GrantSpec } from '../../../host/license-central/index.ts';
import type { Draw } from './chance.ts';

const MOVABLE: GrantSpec['terms'] = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 3,
};

/** A license of some kind: seats that move, units that are counted, or a time that ends. */
export function someLicense(draw: Draw): GrantSpec {
  const productCode = 1001 + draw(3);
  const kind = draw(6);
  if (kind === 0) return { productCode: 2001, quantity: 1, terms: { ...MOVABLE, type: 'complete' }, unitCounter: 20 };
  if (kind === 1)
    return { productCode: 2002, quantity: 1, terms: { ...MOVABLE, type: 'complete' }, usagePeriod: 30 * 86_400 };
  if (kind === 2) return { productCode, quantity: 2 + draw(4), terms: { ...MOVABLE, mostPerTarget: 2, depth: 1 } };
  if (kind === 3) return { productCode, quantity: 3, terms: MOVABLE, expirationTime: 900_000_000 };
  return { productCode, quantity: 1 + draw(9), terms: MOVABLE };
}
