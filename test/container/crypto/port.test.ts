import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, NO_BYTES, toHex, utf8 } from '../../../container/model/bytes.ts';
import { BOTH } from './both.ts';

/** RFC 8032 section 7.1: seed, public key, message, signature. */
const ED25519 = [
  {
    name: 'TEST 1',
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    name: 'TEST 2',
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    name: 'TEST 3',
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
  {
    name: 'TEST SHA(abc)',
    seed: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    publicKey: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    message:
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    signature:
      'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  },
];

/** RFC 7748 section 5.2 */
const X25519 = [
  {
    secret: 'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
    publicKey: 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
    shared: 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  },
  {
    secret: '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
    publicKey: 'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
    shared: '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
  },
];

/** RFC 5869 appendix A.1 to A.3 */
const HKDF = [
  {
    name: 'A.1',
    inputKey: '0b'.repeat(22),
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    pseudoRandomKey: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2',
    inputKey: toHex(Uint8Array.from({ length: 80 }, (_, index) => index)),
    salt: toHex(Uint8Array.from({ length: 80 }, (_, index) => 0x60 + index)),
    info: toHex(Uint8Array.from({ length: 80 }, (_, index) => 0xb0 + index)),
    pseudoRandomKey: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    output:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3',
    inputKey: '0b'.repeat(22),
    salt: '',
    info: '',
    pseudoRandomKey: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    output: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

const GCM_KEY = 'feffe9928665731c6d6a8f9467308308';
const GCM_PLAINTEXT =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';

/** "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, appendix B. */
const AES_GCM = [
  {
    name: 'Test Case 4',
    key: GCM_KEY,
    nonce: 'cafebabefacedbaddecaf888',
    associated: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    plaintext: GCM_PLAINTEXT,
    ciphertext:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
    tag: '5bc94fbc3221a5db94fae95ae7121a47',
  },
  {
    name: 'Test Case 13',
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    associated: '',
    plaintext: '',
    ciphertext: '',
    tag: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: 'Test Case 14',
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    associated: '',
    plaintext: '00'.repeat(16),
    ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18',
    tag: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: 'Test Case 15',
    key: GCM_KEY.repeat(2),
    nonce: 'cafebabefacedbaddecaf888',
    associated: '',
    plaintext: `${GCM_PLAINTEXT}1aafd255`,
    ciphertext:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad',
    tag: 'b094dac5d93471bdec1a502270e3cc6c',
  },
  {
    name: 'Test Case 16',
    key: GCM_KEY.repeat(2),
    nonce: 'cafebabefacedbaddecaf888',
    associated: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    plaintext: GCM_PLAINTEXT,
    ciphertext:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

describe.each(BOTH)('%s', (name, crypto) => {
  test('SHA-256 gives the digests of FIPS 180-4, however the input is cut into parts', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(toHex(crypto.sha256(utf8('abc')))).toBe(abc);
    expect(toHex(crypto.sha256(utf8('a'), NO_BYTES, utf8('bc')))).toBe(abc);
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(toHex(crypto.sha256())).toBe(empty);
    expect(toHex(crypto.sha256(NO_BYTES))).toBe(empty);
  });

  test.each(ED25519)('Ed25519 gives key and signature of RFC 8032 $name', (vector) => {
    const [seed, message] = [fromHex(vector.seed), fromHex(vector.message)];
    expect(toHex(crypto.ed25519PublicKey(seed))).toBe(vector.publicKey);
    expect(toHex(crypto.sign(seed, message))).toBe(vector.signature);
    expect(crypto.verify(fromHex(vector.publicKey), message, fromHex(vector.signature))).toBe(true);
    expect(crypto.verify(fromHex(vector.publicKey), utf8('another'), fromHex(vector.signature))).toBe(false);
  });

  test.each(X25519)('X25519 gives the shared secret $shared of RFC 7748 section 5.2', (vector) => {
    expect(toHex(crypto.x25519(fromHex(vector.secret), fromHex(vector.publicKey)) ?? NO_BYTES)).toBe(vector.shared);
  });

  test('X25519 agrees with the key exchange of RFC 7748 section 6.1', () => {
    const alice = fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const bob = fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
    const alicePublic = crypto.x25519PublicKey(alice);
    const bobPublic = crypto.x25519PublicKey(bob);
    expect(toHex(alicePublic)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(toHex(bobPublic)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    const shared = fromHex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
    expect(crypto.x25519(alice, bobPublic)).toEqual(shared);
    expect(crypto.x25519(bob, alicePublic)).toEqual(shared);
  });

  test('X25519 repeated on its own results ends where RFC 7748 section 5.2 says', () => {
    const rounds = name === 'nativeCrypto' ? 1000 : 1;
    let [secret, publicKey] = [new Uint8Array(32).fill(9, 0, 1), new Uint8Array(32).fill(9, 0, 1)];
    for (let round = 0; round < rounds; round++) {
      const shared = new Uint8Array(crypto.x25519(secret, publicKey) ?? NO_BYTES);
      [secret, publicKey] = [shared, secret];
    }
    expect(toHex(secret)).toBe(
      rounds === 1000
        ? '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51'
        : '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079',
    );
  });

  test.each(HKDF)('HKDF gives the keys of RFC 5869 appendix $name', (vector) => {
    const pseudoRandomKey = crypto.hkdfExtract(fromHex(vector.salt), fromHex(vector.inputKey));
    expect(toHex(pseudoRandomKey)).toBe(vector.pseudoRandomKey);
    const output = crypto.hkdfExpand(pseudoRandomKey, fromHex(vector.info), vector.output.length / 2);
    expect(toHex(output)).toBe(vector.output);
  });

  test.each(AES_GCM)('AES-GCM seals and opens $name of its specification', (vector) => {
    const [key, nonce, associated] = [fromHex(vector.key), fromHex(vector.nonce), fromHex(vector.associated)];
    const sealed = crypto.aeadSeal(key, nonce, associated, fromHex(vector.plaintext));
    expect(toHex(sealed)).toBe(vector.ciphertext + vector.tag);
    expect(toHex(crypto.aeadOpen(key, nonce, associated, sealed) ?? utf8('refused'))).toBe(vector.plaintext);
    expect(crypto.aeadOpen(key, nonce, concatBytes(associated, utf8('x')), sealed)).toBeUndefined();
  });
});
