import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { Hex } from '../model/bytes.ts';
import { fromHex, toHex } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { type Codec, defineRecord, type ValueOf } from './codec.ts';
import { readEnvelope, type SignedKind, signedEnvelope, verifyEnvelope } from './envelope.ts';
import { bytes, choice, hexBytes, serialNumber, text, u32 } from './fields.ts';

/** Kinds of container, by number. */
export const CONTAINER_KINDS = { dongle: 1, soft: 2, cloud: 3 } as const;
export type ContainerKind = keyof typeof CONTAINER_KINDS;

/** What a container may issue to other containers. */
export const ISSUE_RIGHTS = { nothing: 0, return: 1, move: 2 } as const;
export type IssueRight = keyof typeof ISSUE_RIGHTS;

export const containerCertificate = defineRecord('container certificate', 'The root certifies a container.', {
  root: [hexBytes<Hex>(8), 'first 8 bytes of the SHA-256 of the root key'],
  serial: [serialNumber, 'never certified with another key'],
  kind: [choice(CONTAINER_KINDS), 'kind of container'],
  key: [hexBytes<PublicKey>(32), 'Ed25519 identity key'],
  sealingKey: [bytes(32, 32), 'X25519 key that files are sealed to'],
  issues: [choice(ISSUE_RIGHTS), 'what it may issue to other containers'],
});
export type ContainerCertificate = ValueOf<typeof containerCertificate>;

export const firmCertificate = defineRecord('firm certificate', 'The root certifies the key of a vendor.', {
  root: [hexBytes<Hex>(8), 'first 8 bytes of the SHA-256 of the root key'],
  firmCode: [u32, 'Firm Code'],
  key: [hexBytes<PublicKey>(32), 'Ed25519 key of the firm'],
  sealingKey: [bytes(32, 32), 'X25519 key that holdings are sealed to'],
  name: [text(64), 'name for people'],
});
export type FirmCertificate = ValueOf<typeof firmCertificate>;

export const timeCertificate = defineRecord('time certificate', 'The root certifies a time server.', {
  root: [hexBytes<Hex>(8), 'first 8 bytes of the SHA-256 of the root key'],
  key: [hexBytes<PublicKey>(32), 'Ed25519 key that certifies time'],
});

export type TimeCertificate = ValueOf<typeof timeCertificate>;

/** A verified certificate with the bytes it was read from. */
export type Certificate =
  | ({ readonly party: 'container'; readonly raw: Uint8Array } & ContainerCertificate)
  | ({ readonly party: 'firm'; readonly raw: Uint8Array } & FirmCertificate);

/** The short name of a root key, as certificates show it. */
export function rootId(crypto: Crypto, rootKey: PublicKey): Hex {
  return toHex(crypto.sha256(fromHex(rootKey)).subarray(0, 8));
}

/** What of the root a container has pinned. */
export interface PinnedRoot {
  readonly key: PublicKey;
  readonly id: Hex;
}

/**
 * Reads a certificate and verifies it under the pinned root.
 *
 * @returns the certificate, or CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, FILE_MALFORMED, FILE_VERSION.
 */
export function verifyCertificate(
  crypto: Crypto,
  root: PinnedRoot,
  raw: Uint8Array,
): { readonly ok: true; readonly value: Certificate } | Refusal {
  const asContainer = readEnvelope(raw, 'containerCertificate', 1, 'a container certificate');
  if (asContainer.ok) return verifyAs(crypto, root, raw, 'containerCertificate', containerCertificate, 'container');
  if (asContainer.code !== 'FILE_KIND') return asContainer;
  return verifyAs(crypto, root, raw, 'firmCertificate', firmCertificate, 'firm');
}

/**
 * Reads the certificate of a time server and verifies it under the pinned root.
 *
 * @returns the key that it certifies, or CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, FILE_KIND, FILE_MALFORMED, FILE_VERSION.
 */
export function verifyTimeCertificate(
  crypto: Crypto,
  root: PinnedRoot,
  raw: Uint8Array,
): { readonly ok: true; readonly value: TimeCertificate } | Refusal {
  const envelope = readEnvelope(raw, 'timeCertificate', 1, 'the certificate of a time server');
  if (!envelope.ok) return envelope;
  const content = timeCertificate.decode(envelope.value.parts[0] as Uint8Array);
  if (!content.ok) return content;
  const who = 'the time server';
  if (content.value.root !== root.id)
    return refuse('CERTIFICATE_OTHER_ROOT', { who, found: content.value.root, pinned: root.id });
  if (!verifyEnvelope(crypto, root.key, envelope.value))
    return refuse('CERTIFICATE_WRONG', { who, why: 'the root did not sign it' });
  return { ok: true, value: content.value };
}

/** Any secret tells keys of small order: with each of them it shares nothing but zeros. @see RFC 7748 section 6.1 */
const PROBE = new Uint8Array(32).fill(1);

export function canSealTo(crypto: Crypto, sealingKey: Uint8Array): boolean {
  return crypto.x25519(PROBE, sealingKey) !== undefined;
}

function verifyAs<T extends { readonly root: Hex; readonly sealingKey: Uint8Array }, P extends 'container' | 'firm'>(
  crypto: Crypto,
  root: PinnedRoot,
  raw: Uint8Array,
  kind: SignedKind,
  codec: Codec<T>,
  party: P,
): { readonly ok: true; readonly value: Certificate } | Refusal {
  const envelope = readEnvelope(raw, kind, 1, 'a certificate');
  if (!envelope.ok) return envelope;
  const content = codec.decode(envelope.value.parts[0] as Uint8Array);
  if (!content.ok) return content;
  const who = nameOfCertified(content.value);
  if (content.value.root !== root.id)
    return refuse('CERTIFICATE_OTHER_ROOT', { who, found: content.value.root, pinned: root.id });
  if (!verifyEnvelope(crypto, root.key, envelope.value))
    return refuse('CERTIFICATE_WRONG', { who, why: 'the root did not sign it' });
  if (!canSealTo(crypto, content.value.sealingKey))
    return refuse('CERTIFICATE_WRONG', { who, why: 'nothing can be sealed to its sealing key' });
  return { ok: true, value: { party, raw, ...content.value } as unknown as Certificate };
}

/** The key that a certificate of a container or firm says it is for; nothing is verified. Undefined when it cannot be read. */
export function claimedKey(raw: Uint8Array): PublicKey | undefined {
  const envelope = signedEnvelope.decode(raw);
  if (!envelope.ok) return undefined;
  const { kind, parts } = envelope.value;
  const codec = kind === 'containerCertificate' ? containerCertificate : firmCertificate;
  const content = codec.decode(parts[0] as Uint8Array);
  return content.ok ? content.value.key : undefined;
}

/** Reads a certificate that was verified before it was stored. */
export function readStoredCertificate(raw: Uint8Array): Certificate {
  const asContainer = readEnvelope(raw, 'containerCertificate', 1, 'a certificate');
  if (asContainer.ok)
    return {
      party: 'container',
      raw,
      ...containerCertificate.decodeTrusted(asContainer.value.parts[0] as Uint8Array),
    };
  const asFirm = readEnvelope(raw, 'firmCertificate', 1, 'a certificate');
  if (!asFirm.ok) throw new TypeError('a stored certificate cannot be read');
  return { party: 'firm', raw, ...firmCertificate.decodeTrusted(asFirm.value.parts[0] as Uint8Array) };
}

function nameOfCertified(content: object): string {
  if ('serial' in content) return String(content.serial);
  if ('firmCode' in content) return `firm ${String(content.firmCode)}`;
  return 'the signer';
}

/** What people call the certified party. */
export function partyName(certificate: Certificate): string {
  return certificate.party === 'container' ? certificate.serial : `firm ${certificate.firmCode}`;
}
