import { fromHex } from '../../model/bytes.ts';

/**
 * The y coordinates, little-endian and without the sign bit, of all eight Ed25519 points of small order: 1 (the
 * neutral element), -1 (order 2), 0 (order 4), and the two of order 8.
 */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex);

/**
 * Whether 32 bytes can be what an honest signer shows of itself, as its Ed25519 public key or as the R of a signature:
 * the y coordinate is below the field's prime, and the point is not of small order.
 *
 * Which of these OpenSSL and Node refuse by themselves differs between their versions; bytes that are no point at all
 * they all refuse. The sign bit of x = 0 needs no rule of its own: both such points are of small order.
 *
 * @see RFC 8032 section 5.1.3
 */
export function isHonestPoint(encoded: Uint8Array): boolean {
  return isBelowPrime(encoded) && !SMALL_ORDER_Y.some((y) => hasY(encoded, y));
}

/** Below 2^255 - 19, whose bytes are ED FF .. FF 7F. */
function isBelowPrime(encoded: Uint8Array): boolean {
  const [lowest = 0] = encoded;
  if (lowest < 0xed || ((encoded[31] ?? 0) & 0x7f) !== 0x7f) return true;
  for (let index = 1; index < 31; index++) if (encoded[index] !== 0xff) return true;
  return false;
}

function hasY(encoded: Uint8Array, y: Uint8Array): boolean {
  for (let index = 0; index < 31; index++) if (encoded[index] !== y[index]) return false;
  return ((encoded[31] ?? 0) & 0x7f) === y[31];
}
