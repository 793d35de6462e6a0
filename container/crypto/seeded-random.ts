import { concatBytes, utf8 } from '../model/bytes.ts';
import type { Crypto } from './port.ts';

const DOMAIN = utf8('license-ferry seeded random\0');

/**
 * Randomness that comes again for the same seed, for test benches. The state of what uses it is mixed in, so that a
 * container that is opened again does not draw what it drew before.
 *
 * @param state what tells one state from another; read at every draw
 */
export function seededRandom(
  crypto: Pick<Crypto, 'hkdfExtract' | 'hkdfExpand'>,
  seed: string,
  state: () => Uint8Array,
): (length: number) => Uint8Array {
  const key = crypto.hkdfExtract(DOMAIN, utf8(seed));
  let draws = 0;
  return (length) => {
    draws += 1;
    return crypto.hkdfExpand(key, concatBytes(DOMAIN, state(), utf8(String(draws))), length);
  };
}
