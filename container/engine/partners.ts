import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import { type Certificate, partyName, readStoredCertificate } from '../files/certificate.ts';
import type { CheckedFile, SignedStatement } from '../files/signed-file.ts';
import { type Statement, statement } from '../files/statement.ts';
import { copyBytes } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { type Draft, nameOf } from './draft.ts';
import { contradiction, newHead, newInbound, PROOFS_OF_TWO } from './issuer-channel.ts';
import { memoryOf } from './memory.ts';
import { type ContainerState, counter, type Partner, stateHash } from './state.ts';

/** The partner as the state knows it, or as it would be on first contact. */
export function partnerOrNew(crypto: Crypto, state: ContainerState, key: PublicKey): Partner {
  return (
    state.partners.get(key) ?? {
      key,
      inbound: newInbound(crypto, key, state.identity.key),
      outbound: { ...newHead(crypto, state.identity.key, key), orders: [] },
      witness: null,
    }
  );
}

/** Keeps a verified certificate, unless one for the same key is kept: the first stays, also when it has other bytes. */
export function keepCertificate(draft: Draft, certificate: Certificate): void {
  if (!draft.state.certificates.has(certificate.key))
    draft.push({ change: 'certificateStored', key: certificate.key, raw: copyBytes(certificate.raw) });
}

/** Reserves both channels with a partner, once; a channel record that was used is never dropped. @returns TABLE_FULL when none is free. */
export function reservePartner(
  crypto: Crypto,
  draft: Draft,
  certificate: Certificate,
  keepFree: number,
): Refusal | undefined {
  const { state } = draft;
  if (state.partners.has(certificate.key)) return undefined;
  if (state.partners.size + keepFree >= state.limits.channels)
    return refuse('TABLE_FULL', { here: nameOf(state), what: 'no channel record is free' });
  keepCertificate(draft, certificate);
  draft.push({ change: 'partnerPut', ...partnerOrNew(crypto, state, certificate.key) });
  return undefined;
}

/** What this container says to a partner about itself and their two channels. */
export function statementFor(crypto: Crypto, state: ContainerState, key: PublicKey): Statement {
  const partner = partnerOrNew(crypto, state, key);
  return {
    signer: state.identity.key,
    partner: key,
    generation: counter(state, 'generation'),
    stateHash: stateHash(state),
    outbound: {
      epoch: partner.outbound.epoch,
      issued: partner.outbound.issued,
      hash: partner.outbound.issuedChain,
    },
    inbound: partner.inbound,
  };
}

/**
 * Holds a partner's statement against what is remembered of it (R8) and remembers it when it is newer. Of a container that
 * was proven to be there twice no later statement is believed.
 *
 * @returns PARTNER_ROLLED_BACK with evidence kept in the draft, or undefined when the partner's history is consistent.
 */
export function witnessPartner(draft: Draft, crypto: Crypto, file: CheckedFile): Refusal | undefined {
  const partner = draft.state.partners.get(file.certificate.key);
  if (partner === undefined) return undefined;
  const proven = provenTwice(draft.state, file.certificate);
  if (proven !== undefined) return refuse('PARTNER_ROLLED_BACK', { partner: partyName(file.certificate), why: proven });
  const remembered = partner.witness === null ? undefined : statement.decodeTrusted(partner.witness.statement);
  const seen = { applied: partner.inbound.applied, settled: partner.outbound.settled };
  const why = contradiction(crypto, remembered, file.statement, seen);
  if (why !== undefined) {
    const statements = partner.witness === null ? [file.signed] : [partner.witness, file.signed];
    keepEvidence(draft, partner.key, why, statements);
    return refuse('PARTNER_ROLLED_BACK', { partner: partyName(file.certificate), why });
  }
  if (remembered === undefined || file.statement.generation > remembered.generation)
    draft.push({ change: 'partnerPut', ...partner, witness: keptStatement(file.signed) });
  return undefined;
}

/**
 * What has proven that there are two of a container, by the evidence about it or, where that had no room, by what is
 * remembered instead. A firm goes on in another epoch.
 */
function provenTwice(state: ContainerState, { party, key }: Certificate): string | undefined {
  if (party !== 'container') return undefined;
  const evidence = [...state.evidence.values()].find(({ about, reason }) => about === key && PROOFS_OF_TWO.has(reason));
  return evidence?.reason ?? state.twice.get(key);
}

/**
 * Keeps signed evidence, of each party once for each thing that it proves, in the memory reserved for it. When that is
 * full, the oldest stays; that there are two of a container is remembered all the same, in the room of its witness.
 */
export function keepEvidence(
  draft: Draft,
  about: PublicKey,
  reason: string,
  statements: readonly SignedStatement[],
): void {
  const { state } = draft;
  const isKnown = [...state.evidence.values()].some((known) => known.about === about && known.reason === reason);
  if (isKnown) return;
  const evidence = { about, reason, statements: statements.map(keptStatement) };
  const bytes = counter(state, 'evidenceBytes') + memoryOf.evidence(evidence);
  const isFull = bytes > state.limits.evidence || state.evidence.size >= MOST_EVIDENCE;
  if (!isFull) draft.push({ change: 'evidenceKept', ...evidence });
  else if (PROOFS_OF_TWO.has(reason) && certificateOf(state, about)?.party === 'container' && state.partners.has(about))
    draft.push({ change: 'twoFound', partner: about, reason });
}

const MOST_EVIDENCE = 64;

/** A signed statement as it is kept: a copy, so that the file it came in is let go. */
export function keptStatement({ file, statement: said, others, signature }: SignedStatement): SignedStatement {
  return { file, statement: copyBytes(said), others: others.map(copyBytes), signature: copyBytes(signature) };
}

/** The stored certificate of a partner, grant's firm or earlier holder. */
export function certificateOf(state: ContainerState, key: PublicKey): Certificate | undefined {
  const stored = state.certificates.get(key);
  return stored === undefined ? undefined : readStoredCertificate(stored.raw);
}

/** What people call the holder of a key: serial number or firm, else the beginning of the key. */
export function partnerName(state: ContainerState, key: PublicKey): string {
  if (key === state.identity.key) return nameOf(state);
  const certificate = certificateOf(state, key);
  return certificate === undefined ? key.slice(0, 8) : partyName(certificate);
}

/** SELF_ROLLED_BACK once a partner proved that this container was set back (R4). */
export function provenRolledBack(state: ContainerState): Refusal | undefined {
  const key = state.marks.get('rolledBack') as PublicKey | undefined;
  if (key === undefined) return undefined;
  return refuse('SELF_ROLLED_BACK', { partner: partnerName(state, key), here: nameOf(state), key });
}
