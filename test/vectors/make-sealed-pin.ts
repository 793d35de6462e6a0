import { pinBytes, sealPin } from '../../container/files/sealed-pin.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { Parties, Vector } from './make-parts.ts';

/** A PIN sealed to the dongle, to show it and as a new one. */
export function makeSealedPins({ crypto, dongle }: Parties): Vector[] {
  const challenge = new Uint8Array(16).fill(0xc5);
  const entropy = new Uint8Array(32).fill(0xe7);
  return (['unlock', 'set-pin'] as const).map((purpose) => {
    const pin = pinBytes('Zu\u0308rich 4711');
    const sealed = sealPin(crypto, dongle.sealingKey, { purpose, container: dongle.key, challenge }, pin, entropy);
    return {
      name: purpose,
      pin: toHex(pin),
      container: dongle.key,
      sealingKey: toHex(dongle.sealingKey),
      sealingSecret: toHex(dongle.sealingSecret),
      challenge: toHex(challenge),
      entropy: toHex(entropy),
      sealed: toHex(sealed),
    };
  });
}
