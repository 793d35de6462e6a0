import { hpkeOpen, hpkeSeal } from '../crypto/hpke.ts';
import type { Crypto } from '../crypto/port.ts';
import { concatBytes, fromHex, NO_BYTES, utf8 } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT, LEAST_PIN_BYTES } from '../model/limits.ts';

/** Bytes of the random number that a sealed PIN answers. */
export const CHALLENGE_BYTES = 16;

/** What a PIN is padded to before it is sealed, so that its length does not show: its length, then itself, then zeros. */
const PADDED_BYTES = 1 + FORMAT.pinBytes;
const ENCAPSULATED_BYTES = 32;
const TAG_BYTES = 16;

/** Bytes of a sealed PIN, whatever its length. */
export const SEALED_PIN_BYTES = ENCAPSULATED_BYTES + PADDED_BYTES + TAG_BYTES;

/** What a PIN is sealed for: one sealed to show it is never taken for a new one, nor the other way round. */
export type PinPurpose = 'unlock' | 'set-pin';

const DOMAINS: Readonly<Record<PinPurpose, Uint8Array>> = {
  unlock: utf8('license-ferry unlock\0'),
  'set-pin': utf8('license-ferry set-pin\0'),
};

/** To which message of which conversation a sealed PIN belongs. */
export interface PinSeal {
  readonly purpose: PinPurpose;
  /** Identity key of the container. */
  readonly container: PublicKey;
  readonly challenge: Uint8Array;
}

function infoOf({ purpose, container, challenge }: PinSeal): Uint8Array {
  return concatBytes(DOMAINS[purpose], fromHex(container), challenge);
}

/** The bytes of a PIN as it is compared: the same text always gives the same bytes, whichever keyboard typed it. */
export function pinBytes(pin: string): Uint8Array {
  return utf8(pin.normalize('NFC'));
}

export function isSuitablePin(pin: Uint8Array): boolean {
  return pin.length >= LEAST_PIN_BYTES && pin.length <= FORMAT.pinBytes;
}

/**
 * Seals a PIN to the sealing key of a container, in answer to one challenge.
 *
 * `pin` is a suitable one; `entropy` is 32 unpredictable bytes that are never used again.
 */
export function sealPin(
  crypto: Crypto,
  sealingKey: Uint8Array,
  seal: PinSeal,
  pin: Uint8Array,
  entropy: Uint8Array,
): Uint8Array {
  const padded = new Uint8Array(PADDED_BYTES);
  padded[0] = pin.length;
  padded.set(pin, 1);
  const { encapsulated, sealed } = hpkeSeal(crypto, sealingKey, infoOf(seal), NO_BYTES, padded, entropy);
  return concatBytes(encapsulated, sealed);
}

/** The PIN that was sealed in answer to this challenge; undefined when it was sealed for anything else. */
export function openPin(
  crypto: Crypto,
  sealingSecret: Uint8Array,
  seal: PinSeal,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const encapsulated = sealed.subarray(0, ENCAPSULATED_BYTES);
  const rest = sealed.subarray(ENCAPSULATED_BYTES);
  const padded = hpkeOpen(crypto, sealingSecret, encapsulated, infoOf(seal), NO_BYTES, rest);
  if (padded === undefined || padded.length !== PADDED_BYTES) return undefined;
  return padded.subarray(1, 1 + (padded[0] as number));
}
