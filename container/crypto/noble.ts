import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../model/bytes.ts';
import type { Crypto } from './port.ts';
import {
  KEY_LENGTH,
  requireAeadLengths,
  requireExpandable,
  requireLength,
  SIGNATURE_LENGTH,
  TAG_LENGTH,
} from './preconditions.ts';

/** The portable cryptography, over the noble libraries: runs wherever JavaScript runs. */
export const nobleCrypto: Crypto = {
  sha256(...parts) {
    const hash = sha256.create();
    for (const part of parts) hash.update(part);
    return hash.digest();
  },

  hkdfExtract(salt, inputKey) {
    return extract(sha256, inputKey, salt);
  },

  hkdfExpand(pseudoRandomKey, info, length) {
    requireExpandable(pseudoRandomKey, length);
    return expand(sha256, pseudoRandomKey, info, length);
  },

  ed25519PublicKey(seed) {
    requireLength('An Ed25519 seed', seed, KEY_LENGTH);
    return ed25519.getPublicKey(seed);
  },

  sign(seed, message) {
    requireLength('An Ed25519 seed', seed, KEY_LENGTH);
    return ed25519.sign(message, seed);
  },

  verify: verifyWithoutCofactor,

  x25519PublicKey(secret) {
    requireLength('An X25519 secret', secret, KEY_LENGTH);
    return x25519.getPublicKey(secret);
  },

  x25519(secret, publicKey) {
    requireLength('An X25519 secret', secret, KEY_LENGTH);
    if (publicKey.length !== KEY_LENGTH) return undefined;
    return undefinedWhenThrown(() => x25519.getSharedSecret(secret, publicKey));
  },

  aeadSeal(key, nonce, associated, plaintext) {
    requireAeadLengths(key, nonce);
    return gcm(key, nonce, associated).encrypt(plaintext);
  },

  aeadOpen(key, nonce, associated, sealed) {
    requireAeadLengths(key, nonce);
    if (sealed.length < TAG_LENGTH) return undefined;
    return undefinedWhenThrown(() => gcm(key, nonce, associated).decrypt(sealed));
  },
};

/**
 * Whether R encodes exactly [S]B - [k]A, with A canonical, neither A nor R of small order, and S below the group order.
 *
 * The library's own check multiplies by the cofactor and so takes signatures that OpenSSL refuses; two containers that
 * judge one signature differently would part for good.
 *
 * @see RFC 8032 section 5.1.7
 */
function verifyWithoutCofactor(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  const { BASE, Fn } = ed25519.Point;
  const s = bytesToNumberLE(signature.subarray(KEY_LENGTH));
  if (s >= Fn.ORDER) return false;
  const a = undefinedWhenThrown(() => ed25519.Point.fromBytes(publicKey));
  if (a === undefined || a.isSmallOrder()) return false;
  const r = signature.subarray(0, KEY_LENGTH);
  const k = Fn.create(bytesToNumberLE(sha512.create().update(r).update(publicKey).update(message).digest()));
  const expected = BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  return !expected.isSmallOrder() && equalBytes(r, expected.toBytes());
}

/** noble answers bytes that are no point, no honest peer or not authentic by throwing; lengths are checked before. */
function undefinedWhenThrown<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
