import { Defect } from '../errors.ts';

/** The length of every key, seed, secret, digest and shared secret of the kernel's cryptography. */
export const KEY_LENGTH = 32;
export const SIGNATURE_LENGTH = 64;
export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;

const AES_128_KEY_LENGTH = 16;
/** @see RFC 5869 section 2.3 */
const LONGEST_EXPANSION = 255 * KEY_LENGTH;

/**
 * Asserts the length of a value that this program chose itself.
 *
 * @throws Defect
 */
export function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new Defect(`${what} must have ${length} bytes, not ${bytes.length}`);
}

/**
 * Asserts the lengths of an AES-GCM key and nonce.
 *
 * @throws Defect
 */
export function requireAeadLengths(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== AES_128_KEY_LENGTH) requireLength('An AEAD key', key, KEY_LENGTH);
  requireLength('An AEAD nonce', nonce, NONCE_LENGTH);
}

/**
 * Asserts what HKDF-SHA256 expand asks for.
 *
 * @throws Defect
 * @see RFC 5869 section 2.3
 */
export function requireExpandable(pseudoRandomKey: Uint8Array, length: number): void {
  if (pseudoRandomKey.length < KEY_LENGTH) {
    throw new Defect(`A pseudorandom key must have ${KEY_LENGTH} bytes or more, not ${pseudoRandomKey.length}`);
  }
  if (!Number.isInteger(length) || length < 0 || length > LONGEST_EXPANSION) {
    throw new Defect(`HKDF expands to 0 to ${LONGEST_EXPANSION} bytes, not ${length}`);
  }
}
