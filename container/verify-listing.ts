import type { Listing } from './commands/list.ts';
import type { Crypto } from './crypto/port.ts';
import { type Refusal, refuse } from './errors.ts';
import { type ContainerCertificate, type PinnedRoot, verifyCertificate } from './files/certificate.ts';

type Shown = Pick<Listing, 'serial' | 'kind' | 'key' | 'certificate'>;

/**
 * Verifies that serial number, kind and key of a listing are those of the certificate in it, which the root has signed.
 *
 * That proves who is meant, not who answers: a listing is no secret, and anybody may show one that he has seen. Only what
 * is signed or opened with the key proves the rest.
 *
 * @returns the certificate; null where none is shown and no serial number either, so that nothing but the key has a name;
 *   LISTING_FALSE, or what `verifyCertificate` says
 */
export function verifyListing(
  crypto: Crypto,
  root: PinnedRoot,
  shown: Shown,
): { readonly ok: true; readonly value: ContainerCertificate | null } | Refusal {
  const { serial, kind, key, certificate } = shown;
  const claimed = `${serial ?? 'a container without a serial number'}, ${kind}, with the key ${key.slice(0, KEY_SHOWN)}`;
  if (certificate === null)
    return serial === null ? { ok: true, value: null } : refuse('LISTING_FALSE', { claimed, certified: 'nothing' });
  const verified = verifyCertificate(crypto, root, certificate);
  if (!verified.ok) return verified;
  if (verified.value.party === 'firm')
    return refuse('LISTING_FALSE', { claimed, certified: `the firm ${verified.value.firmCode}` });
  const own = verified.value;
  if (own.serial === serial && own.kind === kind && own.key === key) return { ok: true, value: own };
  const certified = `${own.serial}, ${own.kind}, with the key ${own.key.slice(0, KEY_SHOWN)}`;
  return refuse('LISTING_FALSE', { claimed, certified });
}

/** Hexadecimal digits. */
const KEY_SHOWN = 8;
