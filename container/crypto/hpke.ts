import { Defect } from '../errors.ts';
import { concatBytes, NO_BYTES, utf8 } from '../model/bytes.ts';
import type { Crypto } from './port.ts';
import { KEY_LENGTH, NONCE_LENGTH, requireLength } from './preconditions.ts';

/**
 * Hybrid public key encryption: RFC 9180 in base mode, one message a key, over DHKEM(X25519, HKDF-SHA256), HKDF-SHA256
 * and AES-256-GCM.
 *
 * Synchronous and deterministic; the caller brings the randomness. A recipient's public key is the
 * `Crypto.x25519PublicKey` of its secret.
 */

/** The part of the cipher suite that varies: the RFC's vectors use AES-128-GCM too. @see RFC 9180 section 7.3 */
export interface HpkeAead {
  readonly id: number;
  /** Nk, in bytes. */
  readonly keyLength: 16 | 32;
}

export const HPKE_AES_256_GCM: HpkeAead = { id: 0x0002, keyLength: 32 };

export interface HpkeSealed {
  /** The ephemeral public key, 32 bytes. */
  readonly encapsulated: Uint8Array;
  /** The ciphertext with its 16-byte tag. */
  readonly sealed: Uint8Array;
}

/** DHKEM(X25519, HKDF-SHA256). @see RFC 9180 section 7.1 */
const KEM_ID = 0x0020;
/** HKDF-SHA256. @see RFC 9180 section 7.2 */
const KDF_ID = 0x0001;
const MODE_BASE = 0x00;

const VERSION_LABEL = utf8('HPKE-v1');
const KEM_SUITE = concatBytes(utf8('KEM'), uint16(KEM_ID));

/**
 * Seals one message to the holder of a secret.
 *
 * `ephemeralSeed` is 32 unpredictable bytes that are never used again; the same inputs give the same bytes. The result
 * tells nothing about who sealed it.
 *
 * @throws Defect when the seed has another length, or the recipient's key has or is of small order
 * @see RFC 9180 section 6.1
 */
export function hpkeSeal(
  crypto: Crypto,
  recipientPublicKey: Uint8Array,
  info: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
  ephemeralSeed: Uint8Array,
  aead: HpkeAead = HPKE_AES_256_GCM,
): HpkeSealed {
  requireLength('An ephemeral seed', ephemeralSeed, KEY_LENGTH);
  const ephemeral = deriveKeyPair(crypto, ephemeralSeed);
  const secret = crypto.x25519(ephemeral.secret, recipientPublicKey);
  if (secret === undefined) throw new Defect('A certified sealing key is not an honest X25519 public key');
  const shared = sharedSecret(crypto, secret, ephemeral.publicKey, recipientPublicKey);
  const { key, baseNonce } = keySchedule(crypto, shared, info, aead);
  return { encapsulated: ephemeral.publicKey, sealed: crypto.aeadSeal(key, baseNonce, associated, plaintext) };
}

/**
 * The message that was sealed to the holder of this secret; undefined when anything about it is different or damaged.
 *
 * @throws Defect when the recipient's own secret has not 32 bytes
 * @see RFC 9180 section 6.1
 */
export function hpkeOpen(
  crypto: Crypto,
  recipientSecret: Uint8Array,
  encapsulated: Uint8Array,
  info: Uint8Array,
  associated: Uint8Array,
  sealed: Uint8Array,
  aead: HpkeAead = HPKE_AES_256_GCM,
): Uint8Array | undefined {
  const secret = crypto.x25519(recipientSecret, encapsulated);
  if (secret === undefined) return undefined;
  const shared = sharedSecret(crypto, secret, encapsulated, crypto.x25519PublicKey(recipientSecret));
  const { key, baseNonce } = keySchedule(crypto, shared, info, aead);
  return crypto.aeadOpen(key, baseNonce, associated, sealed);
}

/** The key pair that a seed of 32 bytes or more stands for. @see RFC 9180 section 7.1.3 */
export function deriveKeyPair(crypto: Crypto, seed: Uint8Array): { secret: Uint8Array; publicKey: Uint8Array } {
  const pseudoRandomKey = labeledExtract(crypto, KEM_SUITE, NO_BYTES, 'dkp_prk', seed);
  const secret = labeledExpand(crypto, KEM_SUITE, pseudoRandomKey, 'sk', NO_BYTES, KEY_LENGTH);
  return { secret, publicKey: crypto.x25519PublicKey(secret) };
}

/** ExtractAndExpand: what both sides of the encapsulation know. @see RFC 9180 section 4.1 */
export function sharedSecret(
  crypto: Crypto,
  diffieHellman: Uint8Array,
  encapsulated: Uint8Array,
  recipientPublicKey: Uint8Array,
): Uint8Array {
  const pseudoRandomKey = labeledExtract(crypto, KEM_SUITE, NO_BYTES, 'eae_prk', diffieHellman);
  const context = concatBytes(encapsulated, recipientPublicKey);
  return labeledExpand(crypto, KEM_SUITE, pseudoRandomKey, 'shared_secret', context, KEY_LENGTH);
}

/** The key and nonce of the one message. @see RFC 9180 section 5.1 */
export function keySchedule(
  crypto: Crypto,
  shared: Uint8Array,
  info: Uint8Array,
  aead: HpkeAead,
): { key: Uint8Array; baseNonce: Uint8Array } {
  const suite = concatBytes(utf8('HPKE'), uint16(KEM_ID), uint16(KDF_ID), uint16(aead.id));
  const pskIdHash = labeledExtract(crypto, suite, NO_BYTES, 'psk_id_hash', NO_BYTES);
  const infoHash = labeledExtract(crypto, suite, NO_BYTES, 'info_hash', info);
  const context = concatBytes(Uint8Array.of(MODE_BASE), pskIdHash, infoHash);
  const secret = labeledExtract(crypto, suite, shared, 'secret', NO_BYTES);
  return {
    key: labeledExpand(crypto, suite, secret, 'key', context, aead.keyLength),
    baseNonce: labeledExpand(crypto, suite, secret, 'base_nonce', context, NONCE_LENGTH),
  };
}

/** @see RFC 9180 section 4 */
function labeledExtract(
  crypto: Crypto,
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  inputKey: Uint8Array,
): Uint8Array {
  return crypto.hkdfExtract(salt, concatBytes(VERSION_LABEL, suite, utf8(label), inputKey));
}

/** @see RFC 9180 section 4 */
function labeledExpand(
  crypto: Crypto,
  suite: Uint8Array,
  pseudoRandomKey: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const labeled = concatBytes(uint16(length), VERSION_LABEL, suite, utf8(label), info);
  return crypto.hkdfExpand(pseudoRandomKey, labeled, length);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
