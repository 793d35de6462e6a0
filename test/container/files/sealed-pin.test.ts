import { describe, expect, it } from 'vitest';
import { hpkeSeal } from '../../../container/crypto/hpke.ts';
import {
  isSuitablePin,
  openPin,
  type PinSeal,
  pinBytes,
  SEALED_PIN_BYTES,
  sealPin,
} from '../../../container/files/sealed-pin.ts';
import { concatBytes, fromHex, NO_BYTES, utf8 } from '../../../container/model/bytes.ts';
import { crypto, seededEnv, TestFirm } from '../../world/parties.ts';

const { sealingSecret, key } = new TestFirm();
const sealingKey = crypto.x25519PublicKey(sealingSecret);
const seal: PinSeal = { purpose: 'unlock', container: key, challenge: new Uint8Array(16) };
const entropy = seededEnv('a person').random(32);

describe('a PIN', () => {
  it.each([
    [3, false],
    [4, true],
    [64, true],
    [65, false],
  ])('of %i bytes in UTF-8 is suitable: %s', (length, suitable) => {
    expect(isSuitablePin(pinBytes('x'.repeat(length)))).toBe(suitable);
    expect(isSuitablePin(pinBytes(`ä${'x'.repeat(length - 2)}`))).toBe(suitable);
  });

  it('is sealed to one length and opened as it was, from the shortest to the longest', () => {
    for (const length of [4, 64]) {
      const pin = pinBytes('7'.repeat(length));
      const sealed = sealPin(crypto, sealingKey, seal, pin, entropy);
      expect(sealed.length).toBe(SEALED_PIN_BYTES);
      expect(openPin(crypto, sealingSecret, seal, sealed)).toEqual(pin);
    }
  });

  it('is not opened for another purpose, container or challenge', () => {
    const sealed = sealPin(crypto, sealingKey, seal, pinBytes('1234'), entropy);
    for (const other of [
      { purpose: 'set-pin' },
      { container: new TestFirm(1).key },
      { challenge: new Uint8Array(16).fill(1) },
    ] as const)
      expect(openPin(crypto, sealingSecret, { ...seal, ...other }, sealed)).toBeUndefined();
  });

  it('is none when what was sealed has another length, so that it was not made as PINs are', () => {
    const info = concatBytes(utf8('license-ferry unlock\0'), fromHex(key), seal.challenge);
    const opened = [64, 65, 66].map((length) => {
      const box = hpkeSeal(crypto, sealingKey, info, NO_BYTES, new Uint8Array(length).fill(4), entropy);
      return openPin(crypto, sealingSecret, seal, concatBytes(box.encapsulated, box.sealed));
    });
    expect(opened).toEqual([undefined, new Uint8Array(4).fill(4), undefined]);
    expect(openPin(crypto, sealingSecret, seal, NO_BYTES)).toBeUndefined();
  });
});
