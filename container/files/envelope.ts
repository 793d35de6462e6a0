import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import { concatBytes, fromHex, utf8 } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { bytes, choice, list, u8 } from './fields.ts';

/** Everything that is ever signed, by number. */
export const SIGNED_KINDS = {
  containerCertificate: 1,
  firmCertificate: 2,
  timeCertificate: 3,
  rootRevocations: 4,
  grant: 5,
  transferRecord: 6,
  contextFile: 7,
  updateFile: 8,
  firmRevocations: 9,
  certifiedTime: 10,
  reAnchor: 11,
  keyRequest: 12,
  workOrder: 13,
} as const;

export type SignedKind = keyof typeof SIGNED_KINDS;

const KIND_NAMES: Readonly<Record<SignedKind, string>> = {
  containerCertificate: 'the certificate of a container',
  firmCertificate: 'the certificate of a firm',
  timeCertificate: 'the certificate of a time server',
  rootRevocations: 'a list of revocations',
  grant: 'a grant',
  transferRecord: 'a transfer record',
  contextFile: 'a context file',
  updateFile: 'an update file',
  firmRevocations: 'a list of revocations',
  certifiedTime: 'a certified time',
  reAnchor: 'a new anchor',
  keyRequest: 'a key request',
  workOrder: 'a work order',
};

/** The one version of every signed structure so far. */
export const FORMAT_VERSION = 1;

const MAX_PART_BYTES = 2 * 1024 * 1024;

export const signedEnvelope = defineRecord('signed envelope', 'What carries every signature.', {
  kind: [choice(SIGNED_KINDS), 'what is signed'],
  version: [u8, 'format version of the parts'],
  parts: [list(bytes(0, MAX_PART_BYTES), 3, 1), 'the signed byte strings; the signature covers the SHA-256 of each'],
  signature: [bytes(64, 64), 'Ed25519'],
});

export type SignedEnvelope = ValueOf<typeof signedEnvelope>;

const DOMAIN = utf8('license-ferry signed\0');

/**
 * The bytes that a signature covers: domain, kind, version, number of parts, SHA-256 of every part as received.
 *
 * Hashing the parts apart lets a witness keep a statement with its proof without keeping the whole file.
 *
 * @see docs/protocol.md, "Signatures"
 */
export function signingInput(kind: SignedKind, version: number, partHashes: readonly Uint8Array[]): Uint8Array {
  return concatBytes(DOMAIN, new Uint8Array([SIGNED_KINDS[kind], version, partHashes.length]), ...partHashes);
}

/** Signs the parts and gives the whole envelope as bytes. */
export function sealEnvelope(
  crypto: Crypto,
  seed: Uint8Array,
  kind: SignedKind,
  parts: readonly Uint8Array[],
): Uint8Array {
  return signedEnvelope.encode({
    kind,
    version: FORMAT_VERSION,
    parts,
    signature: signParts(crypto, seed, kind, parts),
  });
}

export function signParts(
  crypto: Crypto,
  seed: Uint8Array,
  kind: SignedKind,
  parts: readonly Uint8Array[],
): Uint8Array {
  return crypto.sign(
    seed,
    signingInput(
      kind,
      FORMAT_VERSION,
      parts.map((part) => crypto.sha256(part)),
    ),
  );
}

export function verifyParts(
  crypto: Crypto,
  signer: PublicKey,
  kind: SignedKind,
  partHashes: readonly Uint8Array[],
  signature: Uint8Array,
): boolean {
  return crypto.verify(fromHex(signer), signingInput(kind, FORMAT_VERSION, partHashes), signature);
}

export function verifyEnvelope(crypto: Crypto, signer: PublicKey, envelope: SignedEnvelope): boolean {
  const hashes = envelope.parts.map((part) => crypto.sha256(part));
  return verifyParts(crypto, signer, envelope.kind, hashes, envelope.signature);
}

/** Reads an envelope of one kind; the signature is not checked yet, since the signer is named inside. */
export function readEnvelope(
  raw: Uint8Array,
  kind: SignedKind,
  parts: number,
  what: string,
): { readonly ok: true; readonly value: SignedEnvelope } | Refusal {
  const read = signedEnvelope.decode(raw);
  if (!read.ok) return read;
  if (read.value.kind !== kind) return refuse('FILE_KIND', { found: KIND_NAMES[read.value.kind], expected: what });
  if (read.value.version !== FORMAT_VERSION)
    return refuse('FILE_VERSION', { version: read.value.version, known: FORMAT_VERSION });
  if (read.value.parts.length !== parts)
    return refuse('FILE_MALFORMED', { what: `${what}: ${read.value.parts.length} parts instead of ${parts}` });
  return read;
}
