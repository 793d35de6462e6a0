import { type SignedEnvelope, sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import type { TestIssuer } from './test-issuer.ts';

/** The bytes with one bit turned over. */
export function flipped(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

/** One copy of the bytes for each position, with one bit of that byte turned over; another bit each time. */
export function flippedAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  return positions.map((at, count) => flipped(bytes, at, count % 8));
}

/** Positions that are spread evenly over so many bytes, the first and the last among them. */
export function spread(length: number, count: number): number[] {
  const steps = Math.min(length, count);
  const last = Math.max(1, steps - 1);
  return Array.from({ length: steps }, (_, at) => Math.round((at * (length - 1)) / last));
}

/** The envelope of a file that the tool itself made. */
export function opened(
  file: Uint8Array,
): SignedEnvelope & { readonly parts: readonly [Uint8Array, Uint8Array, Uint8Array] } {
  return signedEnvelope.decodeTrusted(file) as ReturnType<typeof opened>;
}

/** A file of these parts as its issuer would sign it. */
export function resigned(issuer: TestIssuer, parts: readonly Uint8Array[]): Uint8Array {
  return sealEnvelope(issuer.tools.crypto, issuer.party.seed, 'updateFile', parts);
}

/** Arrays of one inside each other, as deep as that. */
export function nested(depth: number): Uint8Array {
  return concatBytes(new Uint8Array(depth).fill(0x91), new Uint8Array([0xc0]));
}

/** MessagePack that the strict subset leaves out, or whose lengths lie, with what it is. */
export const BAD_VALUES: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['a map with one key twice', new Uint8Array([0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2])],
  ['a floating-point number', new Uint8Array([0xcb, 0, 0, 0, 0, 0, 0, 0, 0])],
  ['a negative integer', new Uint8Array([0xff])],
  ['an integer of 64 bits', new Uint8Array([0xcf, 0, 0, 0, 0, 0, 0, 0, 1])],
  ['an extension type', new Uint8Array([0xd4, 1, 0])],
  ['an integer longer than needed', new Uint8Array([0xcc, 1])],
  ['a length longer than needed', new Uint8Array([0xc5, 0, 1, 0])],
  ['invalid UTF-8', new Uint8Array([0xa2, 0xc0, 0x80])],
  ['an array that claims 4 billion values', new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])],
  ['bytes that claim 4 GiB', new Uint8Array([0xc6, 0xff, 0xff, 0xff, 0xff])],
  ['text that claims 4 GiB', new Uint8Array([0xdb, 0xff, 0xff, 0xff, 0xff])],
  ['arrays 100,000 deep', nested(100_000)],
  ['arrays 7 deep', nested(7)],
  ['nothing but a head', new Uint8Array([0x94])],
];
