import { hash } from 'node:crypto';
import type { Crypto } from '../../../container/crypto/port.ts';
import { concatBytes, equalBytes } from '../../../container/model/bytes.ts';

/**
 * Cryptography for exploring rules: everything that the rules rely on holds (nobody signs for another key, nobody opens
 * what is sealed to another, equal hashes mean equal bytes), and nothing costs more than a hash. Secret from nobody who
 * looks, so that it has no place outside tests.
 */
export const toyCrypto: Crypto = {
  sha256,
  hkdfExtract: (salt, inputKey) => tagged('extract', salt, inputKey),
  hkdfExpand: (pseudoRandomKey, info, length) => stretch(tagged('expand', pseudoRandomKey, info), length),
  ed25519PublicKey: (seed) => tagged('public', seed),
  sign: (seed, message) => signature(tagged('public', seed), message),
  verify: (publicKey, message, signed) => equalBytes(signature(publicKey, message), signed),
  x25519PublicKey: (secret) => tagged('sealing', secret),
  x25519: (secret, publicKey) => shared(tagged('sealing', secret), publicKey),
  aeadSeal: (key, nonce, associated, plaintext) => concatBytes(plaintext, tag(key, nonce, associated, plaintext)),
  aeadOpen: (key, nonce, associated, sealed) => {
    if (sealed.length < TAG) return undefined;
    const plaintext = sealed.slice(0, -TAG);
    return equalBytes(tag(key, nonce, associated, plaintext), sealed.subarray(-TAG)) ? plaintext : undefined;
  },
};

const TAG = 16;

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return digest(parts.length === 1 && only !== undefined ? only : concatBytes(...parts));
}

/** Where what is hashed is put together: what is made and thrown away each time costs more than the hash. */
const scratch = Buffer.alloc(64 * 1024);

/** A hash of its own for every purpose and every way to cut the same bytes into parts. */
function tagged(purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
  let cut = `toy ${purpose}`;
  let length = 0;
  for (const part of parts) {
    cut += ` ${part.length}`;
    length += part.length;
  }
  cut += '\0';
  length += cut.length;
  const whole = length <= scratch.length ? scratch : Buffer.alloc(length);
  let at = whole.write(cut, 'latin1');
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return digest(whole.subarray(0, length));
}

function digest(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = hash('sha256', bytes, 'buffer');
  return new Uint8Array(buffer, byteOffset, length);
}

/** As many bytes of a block as are needed, with its beginning again where that is more. */
function stretch(block: Uint8Array, length: number): Uint8Array {
  return length <= block.length ? block.subarray(0, length) : concatBytes(block, block).slice(0, length);
}

function signature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return concatBytes(tagged('signature', publicKey, message), publicKey);
}

function shared(one: Uint8Array, other: Uint8Array): Uint8Array {
  const isOrdered = Buffer.compare(one, other) < 0;
  return isOrdered ? tagged('shared', one, other) : tagged('shared', other, one);
}

function tag(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return tagged('seal', key, nonce, associated, plaintext).slice(0, TAG);
}
