import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import { equalBytes } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import {
  type Certificate,
  claimedKey,
  type PinnedRoot,
  partyName,
  readStoredCertificate,
  verifyCertificate,
} from './certificate.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { readEnvelope, type SignedEnvelope, verifyParts } from './envelope.ts';
import { bytes, choice, list } from './fields.ts';
import { type Statement, statement } from './statement.ts';

export type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

/** What a party needs to check the files of others. */
export interface Verifier {
  readonly crypto: Crypto;
  readonly root: PinnedRoot;
  /** The stored certificate of that key, verified when it was stored. */
  readonly known: (key: PublicKey) => Uint8Array | undefined;
  /** Whether the root has withdrawn the certificate of that key, as far as it is known here. */
  readonly isRevoked: (key: PublicKey) => boolean;
}

/** A statement with the proof that its signer made it: what witnesses and evidence consist of. */
export const signedStatement = defineRecord('signed statement', 'A statement cut out of its file, still verifiable.', {
  file: [choice({ contextFile: 7, updateFile: 8 }), 'kind of file it came in'],
  statement: [bytes(1, 4096), 'the statement as it was signed'],
  others: [list(bytes(32, 32), 2, 2), 'SHA-256 of the two other parts of the file'],
  signature: [bytes(64, 64), 'the signature of the file'],
});
export type SignedStatement = ValueOf<typeof signedStatement>;

/** The parts that both files have in common, checked as far as they can be without opening the sealed part. */
export interface CheckedFile {
  readonly certificate: Certificate;
  readonly statement: Statement;
  readonly signed: SignedStatement;
  /** SHA-256 of statement and header: what the sealed part is bound to. */
  readonly hashes: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly sealed: Uint8Array;
}

/** Certificate bytes may come from the file again and again: those equal to a stored one need no new verification. */
export function certify(verifier: Verifier, raw: Uint8Array): Result<Certificate> {
  const verified = verifyUnlessStored(verifier, raw);
  if (!verified.ok || !verifier.isRevoked(verified.value.key)) return verified;
  return refuse('CERTIFICATE_REVOKED', { who: partyName(verified.value) });
}

function verifyUnlessStored(verifier: Verifier, raw: Uint8Array): Result<Certificate> {
  const claimed = claimedKey(raw);
  const stored = claimed === undefined ? undefined : verifier.known(claimed);
  if (stored !== undefined && equalBytes(stored, raw)) return { ok: true, value: readStoredCertificate(stored) };
  return verifyCertificate(verifier.crypto, verifier.root, raw);
}

/** Reads the outer structure of a file within the size cap. Nothing is verified yet. */
export function readFile(raw: Uint8Array, kind: 'contextFile' | 'updateFile', what: string): Result<SignedEnvelope> {
  if (raw.length > FORMAT.fileBytes) return refuse('FILE_TOO_LARGE', { size: raw.length, limit: FORMAT.fileBytes });
  return readEnvelope(raw, kind, 3, what);
}

/** Certificate, then signature, then the statement's own names: in that order. */
export function checkFile(
  verifier: Verifier,
  envelope: SignedEnvelope,
  certificateRaw: Uint8Array,
): Result<CheckedFile> {
  const certificate = certify(verifier, certificateRaw);
  if (!certificate.ok) return certificate;
  const [statementRaw, header, sealed] = envelope.parts as [Uint8Array, Uint8Array, Uint8Array];
  const { crypto } = verifier;
  const hashes = [crypto.sha256(statementRaw), crypto.sha256(header), crypto.sha256(sealed)] as const;
  if (!verifyParts(crypto, certificate.value.key, envelope.kind, hashes, envelope.signature))
    return refuse('SIGNATURE_WRONG', { what: `the file of ${partyName(certificate.value)}` });
  const said = statement.decode(statementRaw);
  if (!said.ok) return said;
  if (said.value.signer !== certificate.value.key)
    return refuse('FILE_MALFORMED', { what: 'the statement names another signer than the certificate' });
  return {
    ok: true,
    value: {
      certificate: certificate.value,
      statement: said.value,
      signed: {
        file: envelope.kind as 'contextFile' | 'updateFile',
        statement: statementRaw,
        others: [hashes[1], hashes[2]],
        signature: envelope.signature,
      },
      hashes,
      sealed,
    },
  };
}
