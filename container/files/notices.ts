import type { Crypto } from '../crypto/port.ts';
import { refuse } from '../errors.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { type Certificate, rootId, verifyTimeCertificate } from './certificate.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { type SignedEnvelope, type SignedKind, sealEnvelope, signedEnvelope, verifyEnvelope } from './envelope.ts';
import { bytes, hexBytes, list, u32, u32From } from './fields.ts';
import type { Result } from './signed-file.ts';

const keys = list(hexBytes<PublicKey>(32), FORMAT.revokedKeys);

/** Notices travel beside the sequence, each signed by whoever may say it, and taking one twice changes nothing. */
export const rootRevocations = defineRecord('root revocations', 'Certificates that the root has withdrawn.', {
  version: [u32From(1), 'only a higher version replaces a list'],
  keys: [keys, 'identity keys, ascending'],
});

export const firmRevocations = defineRecord(
  'firm revocations',
  'Containers whose entries a firm refuses from now on.',
  {
    firmCode: [u32, 'Firm Code'],
    version: [u32From(1), 'only a higher version replaces a list'],
    keys: [keys, 'identity keys, ascending'],
  },
);

export const certifiedTime = defineRecord('certified time', 'The answer of a time server to one challenge.', {
  container: [hexBytes<PublicKey>(32), 'identity key of the container that asked'],
  challenge: [bytes(16, 16), 'its challenge; answered once'],
  time: [u32, 'seconds since 2000-01-01'],
});

export const reAnchor = defineRecord('re-anchor', 'A firm accepts the present state of a locked container.', {
  firmCode: [u32, 'Firm Code whose items become usable again'],
  container: [hexBytes<PublicKey>(32), 'identity key of the container'],
  challenge: [bytes(16, 16), 'challenge of its context, which stands for its state and its anchor'],
});

export type RootRevocations = ValueOf<typeof rootRevocations>;
export type FirmRevocations = ValueOf<typeof firmRevocations>;

/** A list of revocations whose signature holds; a firm's with the certificate of the key that signed it. */
export type RevocationNotice =
  | ({ readonly kind: 'rootRevocations' } & RootRevocations)
  | ({ readonly kind: 'firmRevocations'; readonly signer: Certificate } & FirmRevocations);

/** The answer to a challenge whose signature holds, under a certificate of the root for a time server. */
export interface TimeNotice extends CertifiedTime {
  readonly kind: 'certifiedTime';
  /** Key of the time server. */
  readonly server: PublicKey;
}

export type CertifiedTime = ValueOf<typeof certifiedTime>;

/** The word of a firm that a state may be used as it is, whose signature holds. */
export interface ReAnchorNotice extends ReAnchor {
  readonly kind: 'reAnchor';
}

export type ReAnchor = ValueOf<typeof reAnchor>;
export type Notice = RevocationNotice | TimeNotice | ReAnchorNotice;

/** Who may sign what: the root's key, and every certificate for a Firm Code, as far as they are at hand. */
export interface NoticeSigners {
  readonly root: PublicKey;
  readonly firm: (firmCode: number) => readonly Certificate[];
}

/** Signs a list of the root. Keys are sorted, each once. @throws RangeError when there are too many, or the version is 0 */
export function signRootRevocations(crypto: Crypto, rootSeed: Uint8Array, content: RootRevocations): Uint8Array {
  const part = rootRevocations.encode({ ...content, keys: sorted(content.keys) });
  return sealEnvelope(crypto, rootSeed, 'rootRevocations', [part]);
}

/** Signs the answer to a challenge, with the certificate of the time server beside it. */
export function signCertifiedTime(
  crypto: Crypto,
  server: { readonly seed: Uint8Array; readonly certificate: Uint8Array },
  content: CertifiedTime,
): Uint8Array {
  return sealEnvelope(crypto, server.seed, 'certifiedTime', [certifiedTime.encode(content), server.certificate]);
}

/** Signs the word of a firm that its licenses may be used in the state that a container has told. */
export function signReAnchor(crypto: Crypto, firmSeed: Uint8Array, content: ReAnchor): Uint8Array {
  return sealEnvelope(crypto, firmSeed, 'reAnchor', [reAnchor.encode(content)]);
}

/** Signs a list of a firm. Keys are sorted, each once. @throws RangeError when there are too many, or the version is 0 */
export function signFirmRevocations(crypto: Crypto, firmSeed: Uint8Array, content: FirmRevocations): Uint8Array {
  const part = firmRevocations.encode({ ...content, keys: sorted(content.keys) });
  return sealEnvelope(crypto, firmSeed, 'firmRevocations', [part]);
}

function sorted(listed: readonly PublicKey[]): readonly PublicKey[] {
  return [...new Set(listed)].sort();
}

/**
 * Verifies that whoever signed a notice may say so.
 *
 * @returns the notice, or FILE_MALFORMED, FILE_VERSION, SIGNATURE_WRONG, CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, NOTICE_UNKNOWN
 *   for a kind that this program does not take, ISSUER_UNKNOWN when no certificate of its firm is at hand.
 */
export function openNotice(crypto: Crypto, signers: NoticeSigners, envelope: SignedEnvelope): Result<Notice> {
  const { kind, version, parts } = envelope;
  const open = OPENERS[kind];
  if (open === undefined) return refuse('NOTICE_UNKNOWN');
  if (version !== 1) return refuse('FILE_VERSION', { version, known: 1 });
  const wanted = kind === 'certifiedTime' ? 2 : 1;
  if (parts.length !== wanted) return refuse('FILE_MALFORMED', { what: `a notice with ${parts.length} parts` });
  return open(crypto, signers, envelope);
}

type Opener = (crypto: Crypto, signers: NoticeSigners, envelope: SignedEnvelope) => Result<Notice>;

const OPENERS: { readonly [K in SignedKind]?: Opener } = {
  rootRevocations: openRootList,
  firmRevocations: openFirmList,
  certifiedTime: openTime,
  reAnchor: openReAnchor,
};

function openTime(crypto: Crypto, { root }: NoticeSigners, envelope: SignedEnvelope): Result<TimeNotice> {
  const [part, certificate] = envelope.parts as [Uint8Array, Uint8Array];
  const certified = verifyTimeCertificate(crypto, { key: root, id: rootId(crypto, root) }, certificate);
  if (!certified.ok) return certified;
  if (!verifyEnvelope(crypto, certified.value.key, envelope))
    return refuse('SIGNATURE_WRONG', { what: 'the certified time' });
  const content = certifiedTime.decode(part);
  if (!content.ok) return content;
  return { ok: true, value: { kind: 'certifiedTime', server: certified.value.key, ...content.value } };
}

function openRootList(crypto: Crypto, { root }: NoticeSigners, envelope: SignedEnvelope): Result<RevocationNotice> {
  if (!verifyEnvelope(crypto, root, envelope)) return refuse('SIGNATURE_WRONG', { what: 'the list of the root' });
  const content = rootRevocations.decode(envelope.parts[0] as Uint8Array);
  if (!content.ok) return content;
  return checkedOrder({ kind: 'rootRevocations', ...content.value });
}

function openFirmList(crypto: Crypto, signers: NoticeSigners, envelope: SignedEnvelope): Result<RevocationNotice> {
  const content = firmRevocations.decode(envelope.parts[0] as Uint8Array);
  if (!content.ok) return content;
  const signer = signingFirm(crypto, signers, envelope, content.value.firmCode);
  if (!signer.ok) return signer;
  return checkedOrder({ kind: 'firmRevocations', signer: signer.value, ...content.value });
}

function openReAnchor(crypto: Crypto, signers: NoticeSigners, envelope: SignedEnvelope): Result<ReAnchorNotice> {
  const content = reAnchor.decode(envelope.parts[0] as Uint8Array);
  if (!content.ok) return content;
  const signer = signingFirm(crypto, signers, envelope, content.value.firmCode);
  return signer.ok ? { ok: true, value: { kind: 'reAnchor', ...content.value } } : signer;
}

function signingFirm(
  crypto: Crypto,
  signers: NoticeSigners,
  envelope: SignedEnvelope,
  firmCode: number,
): Result<Certificate> {
  const known = signers.firm(firmCode);
  if (known.length === 0) return refuse('ISSUER_UNKNOWN', { here: 'the container', issuer: `firm ${firmCode}` });
  const signer = known.find(({ key }) => verifyEnvelope(crypto, key, envelope));
  if (signer !== undefined) return { ok: true, value: signer };
  return refuse('SIGNATURE_WRONG', { what: `the notice of firm ${firmCode}` });
}

function checkedOrder(notice: RevocationNotice): Result<RevocationNotice> {
  const isAscending = notice.keys.every((key, at) => at === 0 || (notice.keys[at - 1] as PublicKey) < key);
  return isAscending
    ? { ok: true, value: notice }
    : refuse('FILE_MALFORMED', { what: 'revoked keys are not ascending' });
}

const KEY_SETS = new WeakMap<Uint8Array, ReadonlySet<PublicKey>>();

/** The keys of a stored list. Remembered as long as its bytes live. */
export function revokedKeys(raw: Uint8Array): ReadonlySet<PublicKey> {
  const remembered = KEY_SETS.get(raw);
  if (remembered !== undefined) return remembered;
  const { kind, parts } = signedEnvelope.decodeTrusted(raw);
  const part = parts[0] as Uint8Array;
  const listed =
    kind === 'rootRevocations' ? rootRevocations.decodeTrusted(part).keys : firmRevocations.decodeTrusted(part).keys;
  const set = new Set(listed);
  KEY_SETS.set(raw, set);
  return set;
}
