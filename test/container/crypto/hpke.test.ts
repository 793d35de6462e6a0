import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deriveKeyPair,
  HPKE_AES_256_GCM,
  type HpkeAead,
  hpkeOpen,
  hpkeSeal,
  keySchedule,
  sharedSecret,
} from '../../../container/crypto/hpke.ts';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import { Defect } from '../../../container/errors.ts';
import { fromHex, NO_BYTES, toHex, utf8 } from '../../../container/model/bytes.ts';
import { BOTH } from './both.ts';

const HPKE_AES_128_GCM: HpkeAead = { id: 0x0001, keyLength: 16 };

/** RFC 9180 appendix A.1.1: base mode of DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM; sequence number 0. */
const A_1_1 = {
  info: fromHex('4f6465206f6e2061204772656369616e2055726e'),
  ikmE: fromHex('7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234'),
  pkEm: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  skEm: '52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736',
  ikmR: fromHex('6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037'),
  pkRm: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  skRm: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
  sharedSecret: 'fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc',
  key: '4531685d41d65f03dc48f6b8302c05b0',
  baseNonce: '56d890e5accaaf011cff4b7d',
  aad: fromHex('436f756e742d30'),
  pt: fromHex('4265617574792069732074727574682c20747275746820626561757479'),
  ct: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
};

const INFO = utf8('the purpose of the message');
const ASSOCIATED = utf8('the readable header');
const MESSAGE = utf8('the sealed entries');
const RECIPIENT_SECRET = new Uint8Array(32).fill(7);
const SEED = new Uint8Array(32).fill(8);

describe.each(BOTH)('HPKE over %s', (_, crypto) => {
  const recipient = crypto.x25519PublicKey(RECIPIENT_SECRET);

  test('the key pairs of RFC 9180 A.1.1 come from their seeds', () => {
    const ephemeral = deriveKeyPair(crypto, A_1_1.ikmE);
    expect([toHex(ephemeral.secret), toHex(ephemeral.publicKey)]).toEqual([A_1_1.skEm, A_1_1.pkEm]);
    const receiver = deriveKeyPair(crypto, A_1_1.ikmR);
    expect([toHex(receiver.secret), toHex(receiver.publicKey)]).toEqual([A_1_1.skRm, A_1_1.pkRm]);
  });

  test('shared secret, key and base nonce are those of RFC 9180 A.1.1', () => {
    const exchanged = crypto.x25519(fromHex(A_1_1.skEm), fromHex(A_1_1.pkRm)) ?? NO_BYTES;
    const shared = sharedSecret(crypto, exchanged, fromHex(A_1_1.pkEm), fromHex(A_1_1.pkRm));
    expect(toHex(shared)).toBe(A_1_1.sharedSecret);
    const { key, baseNonce } = keySchedule(crypto, shared, A_1_1.info, HPKE_AES_128_GCM);
    expect([toHex(key), toHex(baseNonce)]).toEqual([A_1_1.key, A_1_1.baseNonce]);
  });

  test('the first message of RFC 9180 A.1.1 is sealed to the same bytes and opened again', () => {
    const { info, aad, pt } = A_1_1;
    const message = hpkeSeal(crypto, fromHex(A_1_1.pkRm), info, aad, pt, A_1_1.ikmE, HPKE_AES_128_GCM);
    expect(toHex(message.encapsulated)).toBe(A_1_1.pkEm);
    expect(toHex(message.sealed)).toBe(A_1_1.ct);
    const secret = fromHex(A_1_1.skRm);
    expect(hpkeOpen(crypto, secret, message.encapsulated, info, aad, message.sealed, HPKE_AES_128_GCM)).toEqual(pt);
  });

  test('a message opens only with every input as it was sealed', () => {
    const { encapsulated, sealed } = hpkeSeal(crypto, recipient, INFO, ASSOCIATED, MESSAGE, SEED);
    const changed = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    const open = (
      secret: Uint8Array,
      key: Uint8Array,
      info: Uint8Array,
      associated: Uint8Array,
      text: Uint8Array,
    ): Uint8Array | undefined => hpkeOpen(crypto, secret, key, info, associated, text);
    expect(open(RECIPIENT_SECRET, encapsulated, INFO, ASSOCIATED, sealed)).toEqual(MESSAGE);
    expect(
      open(
        RECIPIENT_SECRET.map((byte) => byte + 8),
        encapsulated,
        INFO,
        ASSOCIATED,
        sealed,
      ),
    ).toBeUndefined();
    expect(open(RECIPIENT_SECRET, changed(encapsulated), INFO, ASSOCIATED, sealed)).toBeUndefined();
    expect(open(RECIPIENT_SECRET, encapsulated, changed(INFO), ASSOCIATED, sealed)).toBeUndefined();
    expect(open(RECIPIENT_SECRET, encapsulated, INFO, changed(ASSOCIATED), sealed)).toBeUndefined();
    expect(open(RECIPIENT_SECRET, encapsulated, INFO, ASSOCIATED, changed(sealed))).toBeUndefined();
    expect(open(RECIPIENT_SECRET, encapsulated, INFO, ASSOCIATED, sealed.subarray(1))).toBeUndefined();
    expect(open(RECIPIENT_SECRET, encapsulated, INFO, ASSOCIATED, sealed.subarray(0, 15))).toBeUndefined();
    expect(open(RECIPIENT_SECRET, encapsulated, INFO, ASSOCIATED, NO_BYTES)).toBeUndefined();
  });

  test('an encapsulated key of small order or of another length opens nothing', () => {
    const { encapsulated, sealed } = hpkeSeal(crypto, recipient, INFO, ASSOCIATED, MESSAGE, SEED);
    for (const wrong of [
      new Uint8Array(32),
      NO_BYTES,
      encapsulated.subarray(1),
      new Uint8Array([...encapsulated, 0]),
    ]) {
      expect(hpkeOpen(crypto, RECIPIENT_SECRET, wrong, INFO, ASSOCIATED, sealed)).toBeUndefined();
    }
  });

  test('sealing to a key that nobody can hold, or with a short seed, is a defect', () => {
    expect(() => hpkeSeal(crypto, new Uint8Array(32), INFO, ASSOCIATED, MESSAGE, SEED)).toThrow(Defect);
    expect(() => hpkeSeal(crypto, NO_BYTES, INFO, ASSOCIATED, MESSAGE, SEED)).toThrow(Defect);
    expect(() => hpkeSeal(crypto, recipient, INFO, ASSOCIATED, MESSAGE, SEED.subarray(1))).toThrow(Defect);
    expect(() => hpkeOpen(crypto, NO_BYTES, recipient, INFO, ASSOCIATED, MESSAGE)).toThrow(Defect);
  });
});

describe('HPKE between implementations', () => {
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const native = nativeCrypto();
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
  const text = fc.uint8Array({ maxLength: 100 });

  test('the default suite carries the number of the one that @hpke/core speaks', () => {
    expect(HPKE_AES_256_GCM).toEqual({ id: suite.aead.id, keyLength: suite.aead.keySize });
  });

  test('@hpke/core opens what is sealed here and seals what is opened here', async () => {
    await fc.assert(
      fc.asyncProperty(bytes(32), bytes(32), text, text, text, async (secret, seed, info, associated, plaintext) => {
        const publicKey = native.x25519PublicKey(secret);
        const copy = (part: Uint8Array): ArrayBuffer => new Uint8Array(part).buffer;
        const recipientKey = await suite.kem.importKey('raw', copy(secret), false);
        const ours = hpkeSeal(native, publicKey, info, associated, plaintext, seed);
        const enc = copy(ours.encapsulated);
        const opened = await suite.open({ recipientKey, enc, info: copy(info) }, copy(ours.sealed), copy(associated));
        expect(new Uint8Array(opened)).toEqual(plaintext);

        const recipientPublicKey = await suite.kem.importKey('raw', copy(publicKey), true);
        const theirs = await suite.seal(
          { recipientPublicKey, info: copy(info), ekm: copy(seed) },
          copy(plaintext),
          copy(associated),
        );
        expect(new Uint8Array(theirs.enc)).toEqual(ours.encapsulated);
        expect(new Uint8Array(theirs.ct)).toEqual(ours.sealed);
        const [encapsulated, sealed] = [new Uint8Array(theirs.enc), new Uint8Array(theirs.ct)];
        expect(hpkeOpen(native, secret, encapsulated, info, associated, sealed)).toEqual(plaintext);
      }),
      { numRuns: 30 },
    );
  });

  test('both implementations seal to the same bytes, and each opens what the other sealed', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), text, text, text, (secret, seed, info, associated, plaintext) => {
        const publicKey = native.x25519PublicKey(secret);
        const fast = hpkeSeal(native, publicKey, info, associated, plaintext, seed);
        const portable = hpkeSeal(nobleCrypto, publicKey, info, associated, plaintext, seed);
        expect(portable).toEqual(fast);
        expect(hpkeOpen(nobleCrypto, secret, fast.encapsulated, info, associated, fast.sealed)).toEqual(plaintext);
        expect(hpkeOpen(native, secret, fast.encapsulated, info, associated, fast.sealed)).toEqual(plaintext);
      }),
      { numRuns: 30 },
    );
  });
});
