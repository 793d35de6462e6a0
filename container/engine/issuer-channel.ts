import type { Crypto } from '../crypto/port.ts';
import type { InboundState, RefusedEntry, Statement } from '../files/statement.ts';
import { fromHex, toHex, utf8 } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';

/**
 * The rules of one channel as its issuer sees it: the same code for a container and for License Central, which differ
 * only in what an entry is made of and where the numbers are kept.
 */
export interface IssuedHead {
  readonly epoch: number;
  readonly issued: number;
  readonly issuedChain: Hash;
  readonly settled: number;
  readonly settledChain: Hash;
}

const CHAIN_DOMAIN = utf8('license-ferry chain\0');
const ENTRY_DOMAIN = utf8('license-ferry entry\0');
const REFUSED_DOMAIN = utf8('license-ferry refused\0');

/** chain(0) of a channel: fixed by the two keys alone. 32 bytes. @see docs/protocol.md, "Channels" */
export function chainStart(crypto: Crypto, issuer: PublicKey, container: PublicKey): Hash {
  return toHex(crypto.sha256(CHAIN_DOMAIN, fromHex(issuer), fromHex(container))) as Hash;
}

export function entryHash(crypto: Crypto, entry: Uint8Array): Hash {
  return toHex(crypto.sha256(ENTRY_DOMAIN, entry)) as Hash;
}

/** chain(n) = H(chain(n-1) || H(entry n)). */
export function chainNext(crypto: Crypto, before: Hash, entry: Hash): Hash {
  return toHex(crypto.sha256(fromHex(before), fromHex(entry))) as Hash;
}

/**
 * The chain of refusals after one more: H(domain || before || sequence u32 || reason u16), big-endian. It begins with chain(0)
 * of the channel. The head of a channel says which entries there are; this says which of them came to nothing, also when
 * that was settled long ago.
 *
 * @see docs/protocol.md, "Channels"
 */
export function refusedChainNext(crypto: Crypto, before: Hash, { sequence, reason }: RefusedEntry): Hash {
  const numbers = new Uint8Array(6);
  const view = new DataView(numbers.buffer);
  view.setUint32(0, sequence);
  view.setUint16(4, reason);
  return toHex(crypto.sha256(REFUSED_DOMAIN, fromHex(before), numbers)) as Hash;
}

/** A channel on which nothing was issued yet. */
export function newHead(crypto: Crypto, issuer: PublicKey, container: PublicKey): IssuedHead {
  const start = chainStart(crypto, issuer, container);
  return { epoch: 0, issued: 0, issuedChain: start, settled: 0, settledChain: start };
}

/** A channel on which nothing was applied yet. */
export function newInbound(crypto: Crypto, issuer: PublicKey, container: PublicKey): InboundState {
  const start = chainStart(crypto, issuer, container);
  return { epoch: 0, applied: 0, hash: start, refused: [], prunedThrough: 0, refusedChain: start };
}

/** What a target has applied once it took one entry more. `reason` null: it was applied; otherwise the number of the refusal. */
export function inboundNext(crypto: Crypto, before: InboundState, entry: Hash, reason: number | null): InboundState {
  const [sequence, hash] = [before.applied + 1, chainNext(crypto, before.hash, entry)];
  if (reason === null) return { ...before, applied: sequence, hash };
  const refusal = { sequence, reason };
  const refusedChain = refusedChainNext(crypto, before.refusedChain, refusal);
  return { ...before, applied: sequence, hash, refused: [...before.refused, refusal], refusedChain };
}

/** How one entry ended at its target. */
export interface Outcome {
  readonly sequence: number;
  /** Number of the error for which the target refused it; null when it was applied. */
  readonly reason: number | null;
}

export type Settlement =
  /** Nothing new: the statement says no more than was settled before. */
  | { readonly verdict: 'late' }
  | { readonly verdict: 'settles'; readonly outcomes: readonly Outcome[]; readonly chain: Hash }
  /** The target's signed word proves that the issuer itself was set back (R4). */
  | { readonly verdict: 'issuerRolledBack'; readonly why: string };

/**
 * Judges what a target's statement settles (R4): entries are let go only where its chain value equals the issuer's own.
 *
 * `chainAt` gives the issuer's chain value of every sequence in transit.
 */
export function judgeSettlement(
  head: IssuedHead,
  said: InboundState,
  chainAt: (sequence: number) => Hash | undefined,
): Settlement {
  if (said.epoch !== head.epoch) {
    if (said.epoch < head.epoch) return { verdict: 'late' };
    return { verdict: 'issuerRolledBack', why: 'the target is in a later epoch of the channel' };
  }
  if (said.applied > head.issued)
    return { verdict: 'issuerRolledBack', why: 'the target applied more than was issued' };
  if (said.prunedThrough > head.settled)
    return { verdict: 'issuerRolledBack', why: 'the target was told of a settlement that is not known here' };
  if (said.applied < head.settled) return { verdict: 'late' };
  const own = said.applied === head.settled ? head.settledChain : chainAt(said.applied);
  if (own !== said.hash)
    return { verdict: 'issuerRolledBack', why: 'the target applied other entries than are known here' };
  if (said.applied === head.settled) return { verdict: 'late' };
  const refused = new Map(said.refused.map(({ sequence, reason }) => [sequence, reason]));
  const outcomes: Outcome[] = [];
  for (let sequence = head.settled + 1; sequence <= said.applied; sequence++)
    outcomes.push({ sequence, reason: refused.get(sequence) ?? null });
  return { verdict: 'settles', outcomes, chain: said.hash };
}

const TWO_STATES = 'two different states have the same generation';
const TWO_OUTCOMES = 'the outcome of an entry changed';
/** What a fork of a channel proves of its issuer. */
export const TWO_ENTRIES = 'two entries with one sequence';
const twoEntries = (what: string): string => `it ${what} two different entries with one sequence`;

/**
 * What proves that a partner exists twice, whatever it says later. By any other contradiction it may have been put back for
 * a while only, and its latest state is consistent with all that was seen.
 */
export const PROOFS_OF_TWO: ReadonlySet<string> = new Set([
  TWO_STATES,
  TWO_ENTRIES,
  TWO_OUTCOMES,
  twoEntries('issued'),
  twoEntries('applied'),
]);

/**
 * Whether a partner was set back or cloned, by its two statements and by what was taken from it (R8).
 *
 * @returns undefined when the statements can belong to one honest history, otherwise what contradicts it.
 */
export function contradiction(
  crypto: Crypto,
  witness: Statement | undefined,
  now: Statement,
  seen: { readonly applied: number; readonly settled: number },
): string | undefined {
  const older = witness !== undefined && now.generation < witness.generation;
  if (witness !== undefined) {
    const wrong = older ? against(crypto, now, witness) : against(crypto, witness, now);
    if (wrong !== undefined) return wrong;
  }
  if (older) return undefined;
  if (now.outbound.issued < seen.applied) return 'it forgot what it had issued';
  if (now.inbound.applied < seen.settled) return 'it forgot what it had applied';
  return undefined;
}

function against(crypto: Crypto, earlier: Statement, later: Statement): string | undefined {
  // What is only less or earlier proves no two, and must not hide what does.
  return provesTwo(crypto, earlier, later) ?? isBehind(earlier, later);
}

/** What proves that the signer of two statements is there twice, whichever of them is the later one. */
function provesTwo(crypto: Crypto, one: Statement, other: Statement): string | undefined {
  if (one.generation === other.generation && one.stateHash !== other.stateHash) return TWO_STATES;
  if (outcomesDiffer(crypto, one.inbound, other.inbound)) return TWO_OUTCOMES;
  const fork = headsOf(one, other).find(({ before, after }) => before.at === after.at && before.hash !== after.hash);
  return fork && twoEntries(fork.what);
}

/** What proves that a later state is none: it is behind an earlier one of the same container. */
function isBehind(earlier: Statement, later: Statement): string | undefined {
  // The epoch of what a container applies only rises; that of what it issues is the word of a firm that may be restored.
  if (later.inbound.epoch < earlier.inbound.epoch) return 'a newer state is in an earlier epoch';
  const less = headsOf(earlier, later).find(({ before, after }) => after.at < before.at);
  return less && `a newer state has ${less.what} less`;
}

interface Head {
  readonly at: number;
  readonly hash: Hash;
}

/** The heads of both channels in two statements; without those of another epoch, which are compared with nothing. */
function headsOf(one: Statement, other: Statement): readonly { what: string; before: Head; after: Head }[] {
  const heads = (said: Statement): readonly (Head & { readonly what: string; readonly epoch: number })[] => [
    { what: 'issued', epoch: said.outbound.epoch, at: said.outbound.issued, hash: said.outbound.hash },
    { what: 'applied', epoch: said.inbound.epoch, at: said.inbound.applied, hash: said.inbound.hash },
  ];
  return heads(one).flatMap(({ what, ...before }) => {
    const after = heads(other).find((head) => head.what === what && head.epoch === before.epoch);
    return after === undefined ? [] : [{ what, before, after }];
  });
}

/**
 * Whether two states of a channel have other refusals up to where both are, whichever is said to be the newer one: what the one
 * that has come further refused since has to lead from one chain to the other, also where an epoch began between them. Where a
 * part of that is settled, and told no more, nothing can be said.
 */
function outcomesDiffer(crypto: Crypto, one: InboundState, other: InboundState): boolean {
  const [behind, ahead] = one.applied <= other.applied ? [one, other] : [other, one];
  const { applied, refusedChain } = behind;
  if (ahead.prunedThrough > applied) return false;
  const since = ahead.refused.filter(({ sequence }) => sequence > applied && sequence <= ahead.applied);
  return (
    since.reduce((chain, refusal) => refusedChainNext(crypto, chain, refusal), refusedChain) !== ahead.refusedChain
  );
}

/** One consecutive part of what is in transit, small enough for one file. */
export interface FileRange {
  readonly first: number;
  readonly last: number;
}

/** Bytes of a file beside its entries: statement, header, seal, signature, framing, generously. */
const FILE_OVERHEAD = 4096;

/**
 * Splits what is in transit into consecutive ranges that each make a valid file for the target.
 *
 * `weight` is what a sequence adds to a file in bytes: the entry with its signature and the certificates it needs, of
 * which it brings at most `certificates`.
 * There is always at least one range; it is empty when nothing is in transit.
 */
export function fileRanges(
  head: IssuedHead,
  largestRecord: number,
  weight: (sequence: number) => number,
  certificates: (sequence: number) => number = () => 0,
): FileRange[] {
  const limit = fileRoom(largestRecord);
  const ranges: FileRange[] = [];
  let first = head.settled + 1;
  let bytes = 0;
  let shown = 0;
  for (let sequence = first; sequence <= head.issued; sequence++) {
    const more = weight(sequence);
    const shows = certificates(sequence);
    const isFull =
      bytes + more > limit || shown + shows > FORMAT.fileCertificates || sequence - first >= FORMAT.fileEntries;
    if (sequence > first && isFull) {
      ranges.push({ first, last: sequence - 1 });
      first = sequence;
      bytes = 0;
      shown = 0;
    }
    bytes += more;
    shown += shows;
  }
  ranges.push({ first, last: head.issued });
  return ranges;
}

/** A signed notice that files carry. */
export interface CarriedNotice {
  readonly raw: Uint8Array;
  /** The firm that signed it, whose certificate travels with it; null where the target needs none. */
  readonly signer: PublicKey | null;
}

/** One file: its entries, and the notices that it carries. */
export interface FilePlan extends FileRange {
  readonly notices: readonly CarriedNotice[];
}

/**
 * The ranges with the notices that their files carry: each in the first file that has room for it, otherwise in one more
 * behind the others, which has no entries. A notice that alone is too large for the target is left out: neither licenses nor
 * other notices wait for it.
 */
export function placeNotices(
  head: IssuedHead,
  ranges: readonly FileRange[],
  largestRecord: number,
  notices: readonly CarriedNotice[],
  weight: (sequence: number) => number,
  certificates: (sequence: number) => number = () => 0,
): FilePlan[] {
  const room = fileRoom(largestRecord);
  const behind: FilledFile = { first: head.issued + 1, last: head.issued, notices: [], bytes: 0, shown: 0 };
  const files = ranges.map((range) => filledBy(range, weight, certificates));
  for (const notice of notices) {
    const found = files.findIndex((file) => hasRoom(file, notice, room));
    const file = files[found] ?? behind;
    if (hasRoom(file, notice, room)) files[found < 0 ? files.length : found] = withNotice(file, notice);
  }
  return files.map(({ first, last, notices: carried }) => ({ first, last, notices: carried }));
}

/** A file with what it already carries: bytes, and certificates. */
interface FilledFile extends FilePlan {
  readonly bytes: number;
  readonly shown: number;
}

function filledBy(
  { first, last }: FileRange,
  weight: (sequence: number) => number,
  certificates: (sequence: number) => number,
): FilledFile {
  let [bytes, shown] = [0, 0];
  for (let sequence = first; sequence <= last; sequence++) {
    bytes += weight(sequence);
    shown += certificates(sequence);
  }
  return { first, last, notices: [], bytes, shown };
}

function hasRoom({ notices, bytes, shown }: FilledFile, notice: CarriedNotice, room: number): boolean {
  if (notices.length >= FORMAT.fileNotices || bytes + noticeWeight(notice) > room) return false;
  return shown + certificatesOf(notice) <= FORMAT.fileCertificates;
}

function withNotice({ notices, bytes, shown, ...range }: FilledFile, notice: CarriedNotice): FilledFile {
  return {
    ...range,
    notices: [...notices, notice],
    bytes: bytes + noticeWeight(notice),
    shown: shown + certificatesOf(notice),
  };
}

function certificatesOf({ signer }: CarriedNotice): number {
  return signer === null ? 0 : 1;
}

/** Bytes that entries and certificates may take in a file for a target with that `largestRecord`. */
export function fileRoom(largestRecord: number): number {
  return Math.min(FORMAT.fileBytes, largestRecord) - FILE_OVERHEAD;
}

/** What a notice adds to a file at most: its bytes, and the certificate that verifies it. Bytes. */
export function noticeWeight(notice: CarriedNotice): number {
  return notice.raw.length + 8 + 320 * certificatesOf(notice);
}

/** What an entry adds to a file at most: its bytes, its signature, and the certificates that it needs. Bytes. */
export function fileWeight(entryBytes: number, certificates: number): number {
  return entryBytes + 80 + 320 * certificates;
}

/** The largest entry that a target with that `largestRecord` can be sent. Bytes. */
export function largestEntry(largestRecord: number): number {
  return Math.min(FORMAT.entryBytes, fileRoom(largestRecord) - 2048);
}
