import { Buffer } from 'node:buffer';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Crypto } from '../port.ts';
import {
  KEY_LENGTH,
  requireAeadLengths,
  requireExpandable,
  requireLength,
  SIGNATURE_LENGTH,
  TAG_LENGTH,
} from '../preconditions.ts';
import { isHonestPoint } from './is-honest-point.ts';
import { RecentKeys } from './recent-keys.ts';

/** How many imported keys of each of the four kinds stay in memory. */
const KEYS_KEPT = 256;

type Curve = 'Ed25519' | 'X25519';

/** All of a PKCS #8 private key that comes before its 32 raw bytes. @see RFC 8410 section 7 */
const PKCS8_PREFIX = {
  Ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  X25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
} as const satisfies Record<Curve, Buffer>;

/** The fast cryptography, over node:crypto. Every call makes an instance with its own bounded caches of keys. */
export function nativeCrypto(): Crypto {
  return { ...digests, ...ciphers, ...signatures(), ...exchange() };
}

const digests: Pick<Crypto, 'sha256' | 'hkdfExtract' | 'hkdfExpand'> = {
  sha256(...parts) {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return plain(hash('sha256', only, 'buffer'));
    const digest = createHash('sha256');
    for (const part of parts) digest.update(part);
    return plain(digest.digest());
  },

  hkdfExtract(salt, inputKey) {
    return plain(createHmac('sha256', salt).update(inputKey).digest());
  },

  hkdfExpand(pseudoRandomKey, info, length) {
    requireExpandable(pseudoRandomKey, length);
    const output = new Uint8Array(length);
    let block: Uint8Array = new Uint8Array(0);
    for (let done = 0, counter = 1; done < length; done += KEY_LENGTH, counter++) {
      const round = createHmac('sha256', pseudoRandomKey).update(block).update(info);
      block = round.update(Uint8Array.of(counter)).digest();
      output.set(block.subarray(0, length - done), done);
    }
    return output;
  },
};

const ciphers: Pick<Crypto, 'aeadSeal' | 'aeadOpen'> = {
  aeadSeal(key, nonce, associated, plaintext) {
    requireAeadLengths(key, nonce);
    const cipher = createCipheriv(suite(key), key, nonce, { authTagLength: TAG_LENGTH }).setAAD(associated);
    const sealed = new Uint8Array(plaintext.length + TAG_LENGTH);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },

  aeadOpen(key, nonce, associated, sealed) {
    requireAeadLengths(key, nonce);
    const end = sealed.length - TAG_LENGTH;
    if (end < 0) return undefined;
    const decipher = createDecipheriv(suite(key), key, nonce, { authTagLength: TAG_LENGTH }).setAAD(associated);
    const plaintext = decipher.setAuthTag(sealed.subarray(end)).update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain(plaintext);
  },
};

function signatures(): Pick<Crypto, 'ed25519PublicKey' | 'sign' | 'verify'> {
  const seeds = new RecentKeys(KEYS_KEPT, (raw) => importPrivate('Ed25519', raw));
  const publicKeys = new RecentKeys(KEYS_KEPT, (raw) => importPublic('Ed25519', raw));
  return {
    ed25519PublicKey(seed) {
      requireLength('An Ed25519 seed', seed, KEY_LENGTH);
      return publicHalf(seeds.get(seed));
    },

    sign(seed, message) {
      requireLength('An Ed25519 seed', seed, KEY_LENGTH);
      return plain(sign(null, message, seeds.get(seed)));
    },

    verify(publicKey, message, signature) {
      if (publicKey.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
      if (!isHonestPoint(publicKey) || !isHonestPoint(signature.subarray(0, KEY_LENGTH))) return false;
      return verify(null, message, publicKeys.get(publicKey), signature);
    },
  };
}

function exchange(): Pick<Crypto, 'x25519PublicKey' | 'x25519'> {
  const secrets = new RecentKeys(KEYS_KEPT, (raw) => importPrivate('X25519', raw));
  const publicKeys = new RecentKeys(KEYS_KEPT, (raw) => importPublic('X25519', raw));
  return {
    x25519PublicKey(secret) {
      requireLength('An X25519 secret', secret, KEY_LENGTH);
      return publicHalf(secrets.get(secret));
    },

    x25519(secret, publicKey) {
      requireLength('An X25519 secret', secret, KEY_LENGTH);
      if (publicKey.length !== KEY_LENGTH) return undefined;
      const pair = { privateKey: secrets.get(secret), publicKey: publicKeys.get(publicKey) };
      try {
        return plain(diffieHellman(pair));
      } catch {
        // With both keys imported, an all-zero secret is the one thing that OpenSSL refuses here.
        return undefined;
      }
    },
  };
}

function suite(key: Uint8Array): 'aes-256-gcm' | 'aes-128-gcm' {
  return key.length === KEY_LENGTH ? 'aes-256-gcm' : 'aes-128-gcm';
}

/** As JWK, which is read ten times as fast as DER on Node 20. */
function importPublic(curve: Curve, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x: base64url(raw) }, format: 'jwk' });
}

/** As DER: a JWK would have to carry the public half too, which is not known yet. */
function importPrivate(curve: Curve, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX[curve], raw]), format: 'der', type: 'pkcs8' });
}

function publicHalf(privateKey: KeyObject): Uint8Array {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return plain(Buffer.from(x, 'base64url'));
}

function base64url(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64url');
}

/** A copy that owns its memory: a Buffer's `slice` shares it, and small ones lie in a common pool. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
