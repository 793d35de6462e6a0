import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import type { Crypto } from '../../../container/crypto/port.ts';
import { Defect } from '../../../container/errors.ts';
import { concatBytes, fromHex, NO_BYTES, toHex, utf8 } from '../../../container/model/bytes.ts';
import { BOTH } from './both.ts';
import { SMALL_ORDER_SEALING_KEYS } from './small-order-sealing-keys.ts';
import {
  type Signed,
  SMALL_ORDER_ENCODINGS,
  signWithTorsion,
  TORSION,
  UNREDUCED_ENCODINGS,
  withLargerS,
} from './wicked-signatures.ts';

const native = nativeCrypto();
const SEED = new Uint8Array(32).fill(5);
const MESSAGE = utf8('message');

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.uint8Array({ maxLength: 200 });
/** Mostly the right length, else a near one. */
const nearly = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof({ weight: 4, arbitrary: bytes(length) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: length + 2 }) });

/** What a call gives: bytes and answers as they are, a defect by its message, so that both can be compared. */
function outcome(crypto: Crypto, call: (crypto: Crypto) => unknown): unknown {
  try {
    const result = call(crypto);
    return result instanceof Uint8Array ? { plain: result.constructor === Uint8Array, hex: toHex(result) } : { result };
  } catch (error) {
    if (error instanceof Defect) return { defect: error.message };
    throw error;
  }
}

function agreeOn(call: (crypto: Crypto) => unknown): void {
  expect(outcome(nobleCrypto, call)).toEqual(outcome(native, call));
}

/** What both implementations answer; the same or the test fails. */
function verdict({ publicKey, message, signature }: Signed): boolean {
  const portable = nobleCrypto.verify(publicKey, message, signature);
  expect([toHex(publicKey), toHex(signature), native.verify(publicKey, message, signature)]).toEqual([
    toHex(publicKey),
    toHex(signature),
    portable,
  ]);
  return portable;
}

describe('both implementations give the same bytes, or the same defect', () => {
  test('for hashes and key derivation', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, text, fc.integer({ min: -1, max: 300 }), (parts, a, b, n) => {
        agreeOn((crypto) => crypto.sha256(...parts));
        agreeOn((crypto) => crypto.hkdfExtract(a, b));
        agreeOn((crypto) => crypto.hkdfExpand(a, b, n));
      }),
    );
    for (const length of [-1, 0, 0.5, 31, 32, 33, 8160, 8161, Number.NaN]) {
      agreeOn((crypto) => crypto.hkdfExpand(SEED, MESSAGE, length));
    }
  });

  test('for signing, and each takes the signature of the other and refuses it with any one bit changed', () => {
    fc.assert(
      fc.property(nearly(32), text, fc.nat(511), (seed, message, bit) => {
        agreeOn((crypto) => crypto.ed25519PublicKey(seed));
        agreeOn((crypto) => crypto.sign(seed, message));
        if (seed.length !== 32) return;
        const publicKey = native.ed25519PublicKey(seed);
        const signature = native.sign(seed, message);
        expect(verdict({ publicKey, message, signature })).toBe(true);
        const changed = signature.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(verdict({ publicKey, message, signature: changed })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('for arbitrary bytes in the place of keys and signatures', () => {
    fc.assert(
      fc.property(nearly(32), text, nearly(64), (publicKey, message, signature) => {
        verdict({ publicKey, message, signature });
      }),
      { numRuns: 200 },
    );
  });

  test('for key exchange', () => {
    fc.assert(
      fc.property(nearly(32), nearly(32), (secret, publicKey) => {
        agreeOn((crypto) => crypto.x25519PublicKey(secret));
        agreeOn((crypto) => crypto.x25519(secret, publicKey));
      }),
      { numRuns: 60 },
    );
  });

  test('for sealing and opening', () => {
    const key = fc.oneof(bytes(32), bytes(16), bytes(24), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(key, nearly(12), text, text, fc.nat(), (aeadKey, nonce, associated, plaintext, at) => {
        agreeOn((crypto) => crypto.aeadSeal(aeadKey, nonce, associated, plaintext));
        agreeOn((crypto) => crypto.aeadOpen(aeadKey, nonce, associated, plaintext));
        if ((aeadKey.length !== 32 && aeadKey.length !== 16) || nonce.length !== 12) return;
        const sealed = native.aeadSeal(aeadKey, nonce, associated, plaintext);
        const changed = sealed.map((byte, index) => (index === at % sealed.length ? byte ^ 1 : byte));
        for (const crypto of [nobleCrypto, native]) {
          expect(crypto.aeadOpen(aeadKey, nonce, associated, sealed)).toEqual(plaintext);
          expect(crypto.aeadOpen(aeadKey, nonce, associated, changed)).toBeUndefined();
          expect(crypto.aeadOpen(aeadKey, nonce, associated, sealed.subarray(0, at % sealed.length))).toBeUndefined();
        }
      }),
    );
  });

  test('for inputs that lie unaligned inside a larger buffer, which stays as it was', () => {
    const around = Uint8Array.from({ length: 200 }, (_, index) => index);
    const before = around.slice();
    const [key, nonce, long] = [around.subarray(1, 33), around.subarray(35, 47), around.subarray(51, 150)];
    agreeOn((crypto) => crypto.sha256(long, key));
    agreeOn((crypto) => crypto.sign(key, long));
    agreeOn((crypto) => crypto.aeadSeal(key, nonce, long, long));
    agreeOn((crypto) => crypto.aeadOpen(key, nonce, long, crypto.aeadSeal(key, nonce, long, long)));
    agreeOn((crypto) => crypto.x25519(key, crypto.x25519PublicKey(long.subarray(0, 32))));
    expect(around).toEqual(before);
  });
});

test.each(BOTH)('%s answers a key exchange with every peer of small order with undefined', (_, crypto) => {
  for (const peer of SMALL_ORDER_SEALING_KEYS) expect(crypto.x25519(SEED, peer)).toBeUndefined();
  for (const length of [0, 31, 33]) expect(crypto.x25519(SEED, new Uint8Array(length).fill(9))).toBeUndefined();
});

test('both take peers that are not reduced or have the highest bit set, as RFC 7748 section 5 demands', () => {
  for (const peer of UNREDUCED_ENCODINGS) agreeOn((crypto) => crypto.x25519(SEED, peer));
  const nine = new Uint8Array(32).fill(9, 0, 1);
  const unreduced = fromHex(`f6${'ff'.repeat(30)}7f`);
  expect(native.x25519(SEED, unreduced)).toEqual(native.x25519(SEED, nine));
  expect(nobleCrypto.x25519(SEED, unreduced)).toEqual(native.x25519(SEED, nine));
});

describe('wicked signatures', () => {
  const publicKey = native.ed25519PublicKey(SEED);
  const signature = native.sign(SEED, MESSAGE);

  test('are refused by both when key or signature has another length', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(verdict({ publicKey: new Uint8Array(length).fill(1), message: MESSAGE, signature })).toBe(false);
    }
    for (const wrong of [NO_BYTES, signature.subarray(0, 63), concatBytes(signature, Uint8Array.of(0))]) {
      expect(verdict({ publicKey, message: MESSAGE, signature: wrong })).toBe(false);
    }
  });

  test('are refused by both when S is not below the group order', () => {
    expect(verdict({ publicKey, message: MESSAGE, signature: withLargerS(signature, 0n) })).toBe(true);
    for (let times = 1n; times < 15n; times++) {
      expect(verdict({ publicKey, message: MESSAGE, signature: withLargerS(signature, times) })).toBe(false);
    }
    const none = concatBytes(signature.subarray(0, 32), new Uint8Array(32));
    expect(verdict({ publicKey, message: MESSAGE, signature: withLargerS(none, 1n) })).toBe(false);
  });

  test('are refused by both under every encoding of every key of small order', () => {
    expect(SMALL_ORDER_ENCODINGS).toHaveLength(14);
    for (const smallKey of SMALL_ORDER_ENCODINGS) {
      for (const r of SMALL_ORDER_ENCODINGS) {
        const forged = concatBytes(r, new Uint8Array(32));
        for (const message of ['a', 'b']) {
          expect(verdict({ publicKey: smallKey, message: utf8(message), signature: forged })).toBe(false);
        }
      }
    }
  });

  test('are refused by both under every key encoding that is not reduced', () => {
    for (const unreduced of UNREDUCED_ENCODINGS) {
      for (const r of SMALL_ORDER_ENCODINGS) {
        expect(verdict({ publicKey: unreduced, message: MESSAGE, signature: concatBytes(r, new Uint8Array(32)) })).toBe(
          false,
        );
      }
    }
  });

  test('are refused by both with every encoding of an R of small order, even where the equation holds', () => {
    for (const commitment of TORSION) {
      const signed = signWithTorsion(12345n, 0n, { key: ed25519.Point.ZERO, commitment }, MESSAGE);
      expect(signed.cancelsOut).toBe(commitment.is0());
      expect(verdict(signed)).toBe(false);
      const s = signed.signature.subarray(32);
      for (const r of [...SMALL_ORDER_ENCODINGS, ...UNREDUCED_ENCODINGS]) {
        expect(verdict({ ...signed, signature: concatBytes(r, s) })).toBe(false);
      }
    }
  });

  test('with components of small order are taken by both exactly when these cancel out', () => {
    const seen = { taken: 0, refused: 0 };
    for (const key of TORSION) {
      for (const commitment of TORSION) {
        const signed = signWithTorsion(98765n, 43210n, { key, commitment }, MESSAGE);
        expect(verdict(signed)).toBe(signed.cancelsOut);
        seen[signed.cancelsOut ? 'taken' : 'refused']++;
      }
    }
    expect(seen.taken).toBeGreaterThan(1);
    expect(seen.refused).toBeGreaterThan(40);
  });

  test('with a key of mixed order and an R of small order are refused by both', () => {
    for (const key of TORSION) {
      for (const commitment of TORSION) {
        expect(verdict(signWithTorsion(98765n, 0n, { key, commitment }, utf8('zero')))).toBe(false);
      }
    }
  });
});
