import type { ContainerClient } from './commands/client.ts';
import type { Crypto } from './crypto/port.ts';
import { FerryError } from './errors.ts';
import { type PinnedRoot, partyName, verifyCertificate } from './files/certificate.ts';
import { isSuitablePin, type PinPurpose, pinBytes, sealPin } from './files/sealed-pin.ts';
import { FORMAT, LEAST_PIN_BYTES } from './model/limits.ts';

/** What it takes to show a PIN to a container and to nobody else. */
export interface OwnerTools {
  readonly crypto: Crypto;
  /** `length` unpredictable bytes. */
  readonly random: (length: number) => Uint8Array;
  /** The root that certified the container; a PIN is sealed to no key that it did not certify. */
  readonly root: PinnedRoot;
  /**
   * The certificate of the container that is meant, from the same listing as the name by which its PIN was asked for; null where
   * it showed none. Nobody else can open what is sealed.
   */
  readonly certificate: Uint8Array | null;
}

/**
 * Shows the PIN to a container: from then on this client is its owner. The PIN travels sealed, good for this once. To show it again
 * does no harm, so that one whose answer was lost is no command with an unknown outcome, only a way that broke.
 *
 * @returns tries left
 * @throws PIN_UNSUITABLE, CERTIFICATE_WRONG and CERTIFICATE_OTHER_ROOT before anything is sent; PIN_NOT_SET, PIN_WRONG, PIN_BLOCKED, CHALLENGE_MISSING,
 * CONTAINER_LOCKED, NOT_ENROLLED; CARRIER_LOST and what else of a way that broke
 */
export async function unlockOwner(
  client: ContainerClient,
  pin: string,
  tools: OwnerTools,
): Promise<{ readonly tries: number }> {
  const sealed = await sealFor(client, 'unlock', pin, tools);
  try {
    return await client.call('unlock', { sealed });
  } catch (error) {
    if (error instanceof FerryError && error.code === 'OUTCOME_UNKNOWN' && error.cause instanceof FerryError)
      throw error.cause;
    throw error;
  }
}

/**
 * Sets or changes the PIN of a container, or with null removes it. Where one is set, the client has shown it before.
 *
 * @throws PIN_UNSUITABLE, CERTIFICATE_WRONG and CERTIFICATE_OTHER_ROOT before anything is sent; OWNER_NEEDED, CHALLENGE_MISSING, CONTAINER_LOCKED, NOT_ENROLLED,
 * MEMORY_FULL
 */
export async function setOwnerPin(client: ContainerClient, pin: string | null, tools: OwnerTools): Promise<void> {
  const sealed = pin === null ? null : await sealFor(client, 'set-pin', pin, tools);
  await client.call('set-pin', { sealed });
}

async function sealFor(
  client: ContainerClient,
  purpose: PinPurpose,
  text: string,
  { crypto, random, root, certificate }: OwnerTools,
): Promise<Uint8Array> {
  const pin = pinBytes(text);
  if (!isSuitablePin(pin))
    throw new FerryError('PIN_UNSUITABLE', { least: LEAST_PIN_BYTES, most: FORMAT.pinBytes, bytes: pin.length });
  if (certificate === null) throw new FerryError('NOT_ENROLLED', { where: 'that address' });
  const certified = verifyCertificate(crypto, root, certificate);
  if (!certified.ok) throw new FerryError(certified.code, certified.details);
  if (certified.value.party === 'firm')
    throw new FerryError('CERTIFICATE_WRONG', { who: partyName(certified.value), why: 'it is none of a container' });
  const { key: container, sealingKey } = certified.value;
  const { challenge } = await client.call('challenge', {});
  return sealPin(crypto, sealingKey, { purpose, container, challenge }, pin, random(32));
}
