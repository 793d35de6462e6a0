import { CATALOGUE, type ErrorCode } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import { SIGNED_KINDS, type SignedEnvelope, signedEnvelope } from '../files/envelope.ts';
import {
  type NoticeSigners,
  openNotice,
  type ReAnchorNotice,
  type RevocationNotice,
  type TimeNotice,
} from '../files/notices.ts';
import { copyBytes, toHex } from '../model/bytes.ts';
import { floorAfter } from './certified-time.ts';
import { Draft, type Rulebook } from './draft.ts';
import { leavesMemory } from './foreign-lists.ts';
import { reAnchorChallenge, unlockFirm } from './lock.ts';
import { keepCertificate } from './partners.ts';
import { fitsRecord } from './reserve.ts';
import { isRevokedByRoot, standingList } from './revoked-keys.ts';
import { counter, type Lock } from './state.ts';

/** What became of one notice of a file. */
export interface TakenNotice {
  /** Number of the signed kind; 0 when it cannot be read. */
  readonly kind: number;
  /** Whether it was news. */
  readonly isNew: boolean;
  /** Number of the error for which it was not taken; 0: none. */
  readonly reason: number;
}

/** What is to be known of the file that notices came in: who may sign them, and what else it needs. */
export interface NoticeSource {
  readonly signers: NoticeSigners;
  readonly issuer: Certificate;
  /** Bytes of the journal record that settling by the file's statement needs, at most: no list takes them. */
  readonly settling: number;
}

/**
 * Takes the notices of a file, each by itself: a notice that is wrong, not meant for here or too large for its room is
 * passed over, and never keeps licenses from being applied. The root's list comes first, wherever in the file it is: what the
 * root has withdrawn signs none of the others.
 *
 * @returns what became of each, in the order of the file
 */
export function takeNotices(
  draft: Draft,
  book: Rulebook,
  source: NoticeSource,
  notices: readonly Uint8Array[],
): readonly TakenNotice[] {
  const read = notices.map((raw) => ({ raw, envelope: signedEnvelope.decode(raw) }));
  const take = ({ raw, envelope }: (typeof read)[number]): TakenNotice => {
    if (!envelope.ok) return { kind: 0, isNew: false, reason: CATALOGUE[envelope.code].number };
    const code = takeOne(draft, book, source, raw, envelope.value);
    const reason = code === null || code === 'known' ? 0 : CATALOGUE[code].number;
    return { kind: SIGNED_KINDS[envelope.value.kind], isNew: code === null, reason };
  };
  const isOfRoot = ({ envelope }: (typeof read)[number]): boolean =>
    envelope.ok && envelope.value.kind === 'rootRevocations';
  const ofRoot = new Map(read.filter(isOfRoot).map((one) => [one, take(one)]));
  return read.map((one) => ofRoot.get(one) ?? take(one));
}

function takeOne(
  draft: Draft,
  book: Rulebook,
  source: NoticeSource,
  raw: Uint8Array,
  envelope: SignedEnvelope,
): ErrorCode | 'known' | null {
  const opened = openNotice(book.crypto, source.signers, envelope);
  if (!opened.ok) return opened.code;
  const notice = opened.value;
  if (notice.kind === 'reAnchor') return takeReAnchor(draft, book.lock, notice);
  // Nothing else may be committed beside an anchor of another state.
  if (book.lock !== null) return 'CONTAINER_LOCKED';
  if (notice.kind === 'certifiedTime') return takeTime(draft, notice);
  return takeRevocations(draft, source, notice, raw);
}

/** A list that is newer than the one here, with the certificate by which others verify it. */
function takeRevocations(
  draft: Draft,
  { issuer, settling }: NoticeSource,
  notice: RevocationNotice,
  raw: Uint8Array,
): ErrorCode | 'known' | null {
  const { version } = notice;
  const [firmCode, signer] = notice.kind === 'rootRevocations' ? [null, null] : [notice.firmCode, notice.signer];
  if (version <= (standingList(draft.state, firmCode ?? 'root')?.version ?? 0)) return 'known';
  const inner = new Draft(draft.state);
  if (signer !== null) keepCertificate(inner, signer);
  inner.push({ change: 'revocationsPut', firmCode, version, signer: signer?.key ?? null, raw: copyBytes(raw) });
  const record = settling + draft.recordBytes + inner.recordBytes;
  if (inner.full !== undefined || !fitsRecord(draft.state, record)) return 'MEMORY_FULL';
  if (!leavesMemory(draft.state, inner.state, issuer)) return 'LISTS_FULL';
  draft.take(inner);
  return null;
}

/** The answer to a challenge of this container that is open: it sets the floor, and every open challenge is over. */
function takeTime(draft: Draft, { container, challenge, time, server }: TimeNotice): ErrorCode | null {
  const { state } = draft;
  if (container !== state.identity.key) return 'NOT_ADDRESSED';
  if (isRevokedByRoot(state, server)) return 'CERTIFICATE_REVOKED';
  const asked = state.challenges.get(toHex(challenge));
  if (asked === undefined) return 'CHALLENGE_UNKNOWN';
  const after = floorAfter(time, counter(state, 'timeFloor'), asked.floor);
  draft.push({ change: 'timeCertified', time: after });
  return null;
}

/** A firm accepts the state that is here, found beside the anchor that is here; the same word again is known. */
function takeReAnchor(
  draft: Draft,
  found: Lock | null,
  { container, challenge, firmCode }: ReAnchorNotice,
): ErrorCode | 'known' | null {
  const { state } = draft;
  if (container !== state.identity.key) return 'NOT_ADDRESSED';
  const named = toHex(challenge);
  // Memory that was set back may remember a word that was taken: of a locked container only its own challenge counts.
  if (found !== null && found.challenge !== named) return 'CHALLENGE_UNKNOWN';
  const isAccepted = state.marks.get('retired') === named;
  // Of two firms in one file, the first has set what is committed with the second.
  const lock = isAccepted ? null : found;
  if (isAccepted && !state.locks.has(firmCode)) return 'known';
  if (reAnchorChallenge(state, lock, firmCode) !== named) return 'CHALLENGE_UNKNOWN';
  draft.push(unlockFirm(state, lock, firmCode, named));
  return null;
}
