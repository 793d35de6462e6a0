import type { AppliedEntry } from '../../../container/commands/apply.ts';
import { lockedFirms, reAnchorChallenge } from '../../../container/engine/lock.ts';
import { type ContainerState, counter, logKey } from '../../../container/engine/state.ts';
import { grantOf } from '../../../container/engine/stored.ts';
import { decodeEntry, type EntryContent } from '../../../container/files/entries.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { grant } from '../../../container/files/grant.ts';
import { type CertifiedTime, certifiedTime } from '../../../container/files/notices.ts';
import { transferRecord } from '../../../container/files/transfer-record.ts';
import type { UpdateBody, UpdateFile } from '../../../container/files/update-file.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { type Chronicle, withSeats } from './chronicle.ts';
import { lockOf, type Moment } from './container-states.ts';
import { toyCrypto } from './toy-crypto.ts';

/** An update file that a command was given, as it reads when it is opened, and what became of its entries. */
export interface GivenFile {
  read(): { readonly file: UpdateFile; readonly body: UpdateBody };
  readonly entries: readonly AppliedEntry[];
}

/** What a step broke that only its past shows. */
export class BrokenChronicle extends Error {}

/**
 * Goes on with the chronicle over one step. Where `keepsLedger`, it also notes what firms grant.
 *
 * @throws BrokenChronicle when more was written off than a firm says, an accepted duplicate came home without evidence, something
 * was granted twice, or time went back further than the answer allows
 */
export function chronicleAfter(
  before: Moment,
  after: Moment,
  given: GivenFile | null,
  keepsLedger: boolean,
): Chronicle {
  let { granted, accepted, answered } = before.chronicle;
  demandMeant(before.state, after.state, given);
  accepted = withComeHome(before.state, after.state, accepted);
  if (after.incident !== null && hasMoved(before.state, after.state))
    throw new BrokenChronicle('it moves something under the key of a memory that was set back');
  const opened = firmsUnlocked(before, after);
  const unlocked = opened.length === 0 ? before.chronicle.unlocked : withWords(before, opened);
  if (opened.length > 0) accepted = withUnlocked(after, opened, accepted);
  if (given !== null && keepsLedger && given.entries.length > 0) granted = withGranted(given, granted);
  if (given !== null && after.chronicle.answered.length > answered.length)
    answered = withAnswer(before.state, after.state, given.read().body, answered);
  else if (counter(after.state, 'timeFloor') < counter(before.state, 'timeFloor'))
    throw new BrokenChronicle('its time goes back without an answer');
  const { chronicle } = before;
  const isSame = granted === chronicle.granted && accepted === chronicle.accepted && answered === chronicle.answered;
  return isSame && unlocked === chronicle.unlocked ? chronicle : { granted, accepted, answered, unlocked };
}

/** What is written off in a step is what an entry of the file says, and nothing behind it. */
function demandMeant(before: ContainerState, after: ContainerState, given: GivenFile | null): void {
  const written = [...after.pending.entries()].filter(
    ([key, { writtenOff }]) => writtenOff !== null && before.pending.get(key)?.writtenOff === null,
  );
  if (written.length === 0) return;
  const meant = given === null ? [] : appliedIn(given).filter((content) => content.kind === 'writeOff');
  for (const [, { target, sequence }] of written)
    if (!meant.some((writeOff) => writeOff.target === target && sequence <= writeOff.through))
      throw new BrokenChronicle('it writes off what no firm says');
}

/** Entries that were written off and are settled as applied: duplicates that the vendor accepted, and that are shown. */
function withComeHome(before: ContainerState, after: ContainerState, accepted: Chronicle['accepted']) {
  let seats = accepted;
  for (const [key, { writtenOff, target, firmCode }] of before.pending.entries()) {
    if (writtenOff === null || after.pending.has(key)) continue;
    if (!logsAnew(before, after, firmCode, toHex(toyCrypto.sha256(writtenOff)) as Hash)) continue;
    if (![...after.evidence.values()].some(({ about }) => about === target))
      throw new BrokenChronicle('there is no evidence of a duplicate that its vendor accepted');
    for (const { itemId, quantity } of transferRecord.decodeTrusted(writtenOff).items)
      seats = withSeats(seats, itemId, quantity);
  }
  return seats;
}

function logsAnew(before: ContainerState, after: ContainerState, firmCode: number, record: Hash): boolean {
  const { next: last } = after.logs.get(firmCode) ?? { next: 1 };
  for (let position = before.logs.get(firmCode)?.next ?? 1; position < last; position++)
    if (after.log.get(logKey(firmCode, position)) === record) return true;
  return false;
}

/** Whether something was issued or applied. */
function hasMoved(before: ContainerState, after: ContainerState): boolean {
  return [...after.partners.values()].some(({ key, inbound, outbound }) => {
    const was = before.partners.get(key);
    return inbound.applied > (was?.inbound.applied ?? 0) || outbound.issued > (was?.outbound.issued ?? 0);
  });
}

function firmsUnlocked(before: Moment, after: Moment): readonly number[] {
  const still = new Set(lockedFirms(after.state, lockOf(after)));
  return lockedFirms(before.state, lockOf(before)).filter((firmCode) => !still.has(firmCode));
}

/** Once a word has unlocked something, no state beside any anchor is named by it. */
function withWords({ state, anchor, chronicle: { unlocked } }: Moment, opened: readonly number[]): readonly string[] {
  const words = opened.map(
    (firmCode) => `${firmCode} ${reAnchorChallenge(state, lockOf({ state, anchor }), firmCode)}`,
  );
  if (words.some((word) => unlocked.includes(word))) throw new BrokenChronicle('it takes a word twice');
  return [...unlocked, ...words];
}

/** What a firm has accepted in a container that was set back may be elsewhere, too. It moves nowhere from there. */
function withUnlocked({ state }: Moment, opened: readonly number[], accepted: Chronicle['accepted']) {
  const seats = { ...accepted };
  for (const { itemId, quantity, pending } of state.holdings.values())
    if (opened.includes(grantOf(state, itemId).firmCode)) seats[itemId] = quantity + pending;
  return seats;
}

function withGranted(given: GivenFile, granted: Chronicle['granted']) {
  if (given.read().file.certificate.party !== 'firm') return granted;
  let seats = granted;
  for (const content of appliedIn(given)) {
    if (content.kind === 'add') for (const raw of content.grants) seats = grantedOnce(seats, raw);
    if (content.kind === 'withdraw') seats = withSeats(seats, content.itemId, -content.quantity);
    if (content.kind !== 'replace') continue;
    seats = withSeats(seats, content.expected.itemId, -content.expected.quantity);
    seats = grantedOnce(seats, content.grant);
  }
  return seats;
}

/** The entries of a file that were applied. */
function appliedIn({ read, entries }: GivenFile): readonly EntryContent[] {
  const { file, body } = read();
  return entries.flatMap(({ sequence, reason }) => {
    const reading = reason === 0 ? decodeEntry(body.entries[sequence - file.header.first] as Uint8Array) : null;
    return reading?.outcome === 'known' ? [reading.content] : [];
  });
}

function grantedOnce(granted: Chronicle['granted'], raw: Uint8Array) {
  const [part] = signedEnvelope.decodeTrusted(raw).parts;
  const { itemId, quantity } = grant.decodeTrusted(part as Uint8Array);
  if (itemId in granted) throw new BrokenChronicle('it takes a grant twice');
  return withSeats(granted, itemId, quantity);
}

/** The answer that was taken: to a challenge that was open, once, and not back beyond what it allows (R9). */
function withAnswer(before: ContainerState, after: ContainerState, body: UpdateBody, answered: readonly string[]) {
  const answer = answersIn(body).find(({ challenge }) => before.challenges.has(toHex(challenge)));
  if (answer === undefined) throw new BrokenChronicle('a challenge is over without an answer');
  const challenge = toHex(answer.challenge);
  if (answered.includes(challenge)) throw new BrokenChronicle('an answer is taken twice');
  const [floor, floorBefore] = [counter(after, 'timeFloor'), counter(before, 'timeFloor')];
  const risen = floorBefore - (before.challenges.get(challenge)?.floor ?? 0);
  if (floor < answer.time || floor < Math.min(floorBefore, answer.time + risen))
    throw new BrokenChronicle('its time goes back further than the answer allows');
  return [...answered, challenge];
}

function answersIn({ notices }: UpdateBody): readonly CertifiedTime[] {
  return notices.flatMap((raw) => {
    const { kind, parts } = signedEnvelope.decodeTrusted(raw);
    return kind === 'certifiedTime' ? [certifiedTime.decodeTrusted(parts[0] as Uint8Array)] : [];
  });
}
