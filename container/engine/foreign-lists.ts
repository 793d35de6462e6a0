import type { Certificate } from '../files/certificate.ts';
import type { PublicKey } from '../model/ids.ts';
import { must } from './charged-tables.ts';
import { memoryOf } from './memory.ts';
import { certificateOf } from './partners.ts';
import type { ContainerState, RevocationList } from './state.ts';
import { readGrant } from './stored.ts';
import { isUnused } from './unused-channels.ts';

/** All lists of firms that have nothing in a container take at most this part of its memory. */
const SHARE = 1 / 16;

/**
 * Whether lists of firms that have no license, used channel or custody log in a container leave its memory to those that have:
 * all of them together keep to their share, or take no more than before.
 *
 * @param issuer whose file brings a list: a firm has a channel by it
 */
export function leavesMemory(before: ContainerState, after: ContainerState, issuer: Certificate): boolean {
  const share = Math.floor(before.limits.capacity * SHARE);
  return foreignBytes(after, issuer) <= Math.max(share, foreignBytes(before, issuer));
}

/** What the lists of firms that have nothing here are charged, with the certificates that are kept with them. */
function foreignBytes(state: ContainerState, issuer: Certificate): number {
  const known = firmsHere(state, issuer);
  const foreign = [...state.revocations.values()].filter(({ firmCode }) => !known.has(firmCode));
  return foreign.reduce((sum, list) => sum + bytesOf(state, list), 0);
}

function bytesOf(state: ContainerState, list: RevocationList): number {
  const certificate = must(state.certificates.get(list.signer as PublicKey), 'certificate');
  return memoryOf.revocations(list) + memoryOf.certificate(certificate);
}

/** Codes of the firms that have something here; null, the root's, is always among them. A context alone gives nothing. */
function firmsHere(state: ContainerState, issuer: Certificate): ReadonlySet<number | null> {
  const firms = new Set<number | null>([null, ...state.logs.keys()]);
  if (issuer.party === 'firm') firms.add(issuer.firmCode);
  for (const { raw } of state.grants.values()) firms.add(readGrant(raw).firmCode);
  for (const partner of state.partners.values()) {
    const certificate = isUnused(state, partner) ? undefined : certificateOf(state, partner.key);
    if (certificate?.party === 'firm') firms.add(certificate.firmCode);
  }
  return firms;
}
