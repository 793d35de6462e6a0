import { type Refusal, refuse } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import { certify } from '../files/signed-file.ts';
import type { Hex } from '../model/bytes.ts';
import { RESERVED_CHANNELS } from '../model/limits.ts';
import { askForTime } from './certified-time.ts';
import { type Decided, Draft, nameOf, type Rulebook, verifierOf } from './draft.ts';
import { certificateOf, reservePartner } from './partners.ts';
import { isRevokedByRoot } from './revoked-keys.ts';
import type { ContainerState } from './state.ts';
import { makeRoomForUnused } from './unused-channels.ts';

/**
 * Decides for whom a context is made; an issuer shown by its certificate gets a channel record, so that whatever it answers can
 * be taken or refused, and a firm is asked for the time. Since anybody may ask for anybody, unused records are few. Pure.
 *
 * @param random 16 fresh bytes, for a challenge
 */
export function decideContext(
  state: ContainerState,
  book: Rulebook,
  issuer: { readonly certificate: Uint8Array | null; readonly firmCode: number | null },
  random: Hex,
): Decided<Certificate> | Refusal {
  const here = nameOf(state);
  if (state.identity.certified === null) return refuse('NOT_ENROLLED', { where: here });
  const known = issuer.certificate ?? firmCertificate(state, issuer.firmCode);
  if (known === undefined) return refuse('ISSUER_UNKNOWN', { here, issuer: `firm ${issuer.firmCode ?? '(none)'}` });
  const certificate = certify(verifierOf(state, book.crypto), known);
  if (!certificate.ok) return certificate;
  if (certificate.value.key === state.identity.key)
    return refuse('ISSUER_UNKNOWN', { here, issuer: 'itself: a container issues nothing to itself' });
  // A locked container must not commit: its anchor belongs to another state.
  if (book.lock !== null) return { ok: true, changes: [], result: certificate.value };
  const draft = new Draft(state);
  if (!state.partners.has(certificate.value.key)) makeRoomForUnused(draft);
  const full = reservePartner(book.crypto, draft, certificate.value, RESERVED_CHANNELS) ?? draft.full;
  if (full !== undefined) return full;
  askForTime(draft, certificate.value, random);
  return { ok: true, changes: draft.changes, result: certificate.value };
}

/**
 * The certificate of a firm of which there is a channel or a license here; with two keys of one firm, that of the key which
 * the root has not withdrawn, and the channel's.
 */
function firmCertificate(state: ContainerState, firmCode: number | null): Uint8Array | undefined {
  const ofFirm = [...state.partners.keys(), ...state.certificates.keys()].flatMap((key) => {
    const certificate = certificateOf(state, key);
    return certificate?.party === 'firm' && certificate.firmCode === firmCode ? [certificate] : [];
  });
  return (ofFirm.find(({ key }) => !isRevokedByRoot(state, key)) ?? ofFirm[0])?.raw;
}
