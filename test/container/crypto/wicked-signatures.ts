import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex, toHex } from '../../../container/model/bytes.ts';

export interface Signed {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

type Point = InstanceType<typeof ed25519.Point>;

const { BASE, Fn, Fp, ZERO } = ed25519.Point;
const SIGN_BIT = 1n << 255n;

/** The eight points whose order divides the cofactor. */
export const TORSION: readonly Point[] = multiples(
  ed25519.Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
);

/**
 * Every 32 bytes that some decoder takes for a point of small order: the eight canonical encodings, those with y + p
 * instead of y, and those with the sign bit of x = 0 set.
 */
export const SMALL_ORDER_ENCODINGS: readonly Uint8Array[] = [
  ...new Set(
    TORSION.map((point) => point.toAffine().y)
      .flatMap((y) => (y + Fp.ORDER < SIGN_BIT ? [y, y + Fp.ORDER] : [y]))
      .flatMap((y) => [y, y | SIGN_BIT])
      .map((encoded) => toHex(numberToBytesLE(encoded, 32))),
  ),
].map(fromHex);

/** y from p to 2^255 - 1, with and without the sign bit: all encodings that are not reduced. */
export const UNREDUCED_ENCODINGS: readonly Uint8Array[] = Array.from({ length: 19 }, (_, above) => above).flatMap(
  (above) => [0n, SIGN_BIT].map((sign) => numberToBytesLE((Fp.ORDER + BigInt(above)) | sign, 32)),
);

/**
 * A signature by the private scalar, with a component of small order mixed into the key (A) and the commitment (R).
 *
 * The equation with cofactor holds always; the one without holds only when both components cancel out.
 */
export function signWithTorsion(
  scalar: bigint,
  nonce: bigint,
  torsion: { readonly key: Point; readonly commitment: Point },
  message: Uint8Array,
): Signed & { readonly cancelsOut: boolean } {
  const publicKey = multiple(scalar).add(torsion.key).toBytes();
  const r = multiple(nonce).add(torsion.commitment).toBytes();
  const k = challenge(r, publicKey, message);
  const s = Fn.create(nonce + k * scalar);
  return {
    publicKey,
    message,
    signature: concatBytes(r, Fn.toBytes(s)),
    cancelsOut: torsion.commitment.add(torsion.key.multiplyUnsafe(k)).is0(),
  };
}

/** The same signature with the group order added to S as often as given. */
export function withLargerS(signature: Uint8Array, times: bigint): Uint8Array {
  const s = bytesToNumberLE(signature.subarray(32)) + times * Fn.ORDER;
  return concatBytes(signature.subarray(0, 32), numberToBytesLE(s, 32));
}

function challenge(r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  return Fn.create(bytesToNumberLE(sha512(concatBytes(r, publicKey, message))));
}

function multiple(scalar: bigint): Point {
  return scalar === 0n ? ZERO : BASE.multiply(scalar);
}

function multiples(generator: Point): Point[] {
  return Array.from({ length: 8 }, (_, times) => generator.multiplyUnsafe(BigInt(times)));
}
