import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { nativeCrypto } from '../../../../container/crypto/native/node-crypto.ts';
import { RecentKeys } from '../../../../container/crypto/native/recent-keys.ts';
import { nobleCrypto } from '../../../../container/crypto/noble.ts';
import { utf8 } from '../../../../container/model/bytes.ts';

function counting(limit: number): { keys: RecentKeys; imported: number[] } {
  const imported: number[] = [];
  const keys = new RecentKeys(limit, (raw) => {
    imported.push(raw[0] ?? -1);
    return createSecretKey(raw);
  });
  return { keys, imported };
}

const raw = (first: number): Uint8Array => Uint8Array.of(first, 0xff, 0x80, 0);

test('a key is imported once, and equal bytes find it again', () => {
  const { keys, imported } = counting(4);
  const first = keys.get(raw(1));
  expect(keys.get(raw(1))).toBe(first);
  expect(keys.get(Uint8Array.of(9, ...raw(1), 9).subarray(1, 5))).toBe(first);
  expect(imported).toEqual([1]);
});

test('keys that differ in one high bit are different keys', () => {
  const { keys } = counting(4);
  expect(keys.get(Uint8Array.of(0x80)).export()).toEqual(Buffer.of(0x80));
  expect(keys.get(Uint8Array.of(0x00)).export()).toEqual(Buffer.of(0x00));
});

test('never more keys than the limit are held, and the least recently used one goes first', () => {
  const { keys, imported } = counting(3);
  for (const first of [1, 2, 3, 1, 4]) keys.get(raw(first));
  expect(keys.size).toBe(3);
  expect(imported).toEqual([1, 2, 3, 4]);
  for (const first of [1, 3, 4]) keys.get(raw(first));
  expect(imported).toEqual([1, 2, 3, 4]);
  keys.get(raw(2));
  expect(imported).toEqual([1, 2, 3, 4, 2]);
  for (let first = 0; first < 256; first++) keys.get(raw(first));
  expect(keys.size).toBe(3);
});

test('a key that cannot be imported is not held', () => {
  const keys = new RecentKeys(3, () => {
    throw new RangeError('no key');
  });
  expect(() => keys.get(raw(1))).toThrow(RangeError);
  expect(keys.size).toBe(0);
});

test('signing with more seeds than are kept stays right for each of them', () => {
  const native = nativeCrypto();
  const message = utf8('message');
  const seeds = Array.from({ length: 300 }, (_, index) => native.sha256(Uint8Array.of(index >> 8, index & 0xff)));
  const keys = seeds.map((seed) => native.ed25519PublicKey(seed));
  expect(seeds.every((seed, at) => native.verify(keys[at] ?? seed, message, native.sign(seed, message)))).toBe(true);
  const [first = message] = seeds;
  expect(native.sign(first, message)).toEqual(nobleCrypto.sign(first, message));
});
