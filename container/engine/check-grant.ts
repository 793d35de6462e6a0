import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import { readEnvelope, verifyEnvelope } from '../files/envelope.ts';
import { type Grant, grant } from '../files/grant.ts';
import { equalBytes } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import type { ContainerState } from './state.ts';
import { readGrant } from './stored.ts';

/** The certificates that an entry may lean on, by their keys: the container's own, those in the file, and the issuer's. */
export type Certificates = ReadonlyMap<PublicKey, Certificate>;

export interface CheckedGrant {
  readonly grant: Grant;
  readonly firm: Certificate;
  readonly raw: Uint8Array;
}

/**
 * Verifies that a certified firm granted this Product Item, for its own Firm Code. Bytes equal to a stored grant were
 * verified before.
 *
 * @returns the grant, or GRANT_WRONG.
 */
export function checkGrant(
  crypto: Crypto,
  state: ContainerState,
  certificates: Certificates,
  raw: Uint8Array,
): { readonly ok: true; readonly value: CheckedGrant } | Refusal {
  const envelope = readEnvelope(raw, 'grant', 1, 'a grant');
  if (!envelope.ok) return refuse('GRANT_WRONG', { why: 'it cannot be read' });
  const content = grant.decode(envelope.value.parts[0] as Uint8Array);
  if (!content.ok) return refuse('GRANT_WRONG', { why: String(content.details.what) });
  const stored = state.grants.get(content.value.itemId);
  if (stored !== undefined && !equalBytes(stored.raw, raw))
    return refuse('GRANT_WRONG', { why: 'another grant with the same id is here' });
  for (const firm of certificates.values()) {
    if (firm.party !== 'firm' || firm.firmCode !== content.value.firmCode) continue;
    const known = stored !== undefined && stored.firm === firm.key;
    if (known) return { ok: true, value: { grant: readGrant(stored.raw), firm, raw: stored.raw } };
    if (verifyEnvelope(crypto, firm.key, envelope.value))
      return { ok: true, value: { grant: content.value, firm, raw } };
  }
  return refuse('GRANT_WRONG', { why: `no certified key of firm ${content.value.firmCode} signed it` });
}
