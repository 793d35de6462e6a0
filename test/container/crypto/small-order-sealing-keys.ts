import { fromHex, type Hex } from '../../../container/model/bytes.ts';

/** Every u coordinate that gives an all-zero secret with any X25519 secret, also beyond the prime. @see RFC 7748 section 6.1 */
const SMALL_ORDER: readonly Hex[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/** The same with the top bit set, which X25519 ignores. */
export const SMALL_ORDER_SEALING_KEYS: readonly Uint8Array[] = SMALL_ORDER.map(fromHex).flatMap((key) => [
  key,
  key.with(31, (key[31] ?? 0) | 0x80),
]);
