import type { Listing } from '../../container/commands/list.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { armor } from '../../container/files/armor.ts';
import { certificateFileName } from '../../container/files/file-names.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { equalBytes, NO_BYTES, toHex, utf8 } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { type Answer, answerText, answerTo, paragraphOf, readAnswerText, standingAnswer } from './answer.ts';
import { composeVolume, type NewFile } from './compose-volume.ts';
import { fatStamp } from './fat-stamp.ts';
import type { VolumeLabel } from './label-volume.ts';
import { type FirmContexts, firmContexts, type OutgoingUpdates, outgoingUpdates, unarmored } from './letters.ts';
import { type FoundFile, type FoundFiles, readVolume } from './read-volume.ts';
import { readmeText } from './readme-text.ts';
import { sortMail } from './sort-mail.ts';
import { statusText } from './status-text.ts';
import { type MailPorts, type TakenMail, takeMail, unreadable } from './take-mail.ts';
import { isWithin, PLACE, samePath } from './volume-layout.ts';

/** Bytes of the answers to earlier mail that are kept until there is new mail. */
const LONGEST_ANSWER = 1024 * 1024;
/** Digits that tell one mail from another. */
const MARK_LENGTH = 16;

/**
 * Does the firmware's work with a volume: takes what is in its inbox, and makes the volume that answers it. Everything that a
 * dongle puts on it is made from its container alone, so that nothing depends on what became of the old one. Repeatable, and safe
 * to break off at any moment: done again, it does what is missing, and gives nothing twice.
 *
 * @param image a copy of the volume, which is not altered
 * @returns the new volume, of the same size
 * @throws what stops the container itself, such as STORE_WRITE_FAILED; the old volume is to stay then
 */
export async function answerMail(image: Uint8Array, ports: MailPorts): Promise<Uint8Array> {
  const found = await readVolume(image);
  const mail = found.files.filter(({ path }) => isWithin(PLACE.inbox, path));
  const before = await ports.container.client.call('list', {});
  const taken = await takeMail(ports, mail, receiptsIn(found.files, before));
  const forFirms = await firmContexts(ports.container.client, ports.crypto, rootFiles(found.files));
  const self = await ports.container.client.call('list', {});
  const outgoing = await outgoingUpdates(ports.container, self);
  const answers = [...taken.answers, ...otherAnswers(found, forFirms, outgoing)];
  const { contexts } = forFirms;
  const standing = standingLetters(found, self, outgoing);
  const stamp = fatStamp(ports.env.now());
  const desk: Desk = { found, taken, self, contexts, outgoing, standing, answers, stamp, crypto: ports.crypto };
  const label = labelOf(self, desk.stamp, ports);
  const composed = await composeVolume(image.length, label, filesOf(desk, []));
  if (composed.leftOut.length === 0) return composed.image;
  const told = filesOf(desk, composed.leftOut);
  return (await composeVolume(image.length, label, told)).image;
}

/** What the new volume is made from. */
interface Desk {
  readonly found: FoundFiles;
  readonly taken: TakenMail;
  readonly self: Listing;
  readonly contexts: ReadonlyMap<string, Uint8Array>;
  readonly outgoing: OutgoingUpdates;
  readonly standing: ReadonlyMap<string, PublicKey>;
  readonly answers: readonly Answer[];
  readonly stamp: number;
  readonly crypto: Crypto;
}

/** The receipts of this container that lie in the outbox from before: whoever they are for may come in a year. */
function receiptsIn(files: readonly FoundFile[], { key }: Listing): ReadonlyMap<string, Uint8Array> {
  const receipts = new Map<string, Uint8Array>();
  for (const { path, bytes } of files) {
    const raw = isWithin(PLACE.outbox, path) ? unarmored(bytes) : undefined;
    if (raw !== undefined && statementIn(raw)?.signer === key) receipts.set(path.slice(PLACE.outbox.length + 1), raw);
  }
  return receipts;
}

function rootFiles(files: readonly FoundFile[]): ReadonlyMap<string, Uint8Array> {
  return new Map(files.flatMap(({ path, bytes }) => (bytes === null || path.includes('/') ? [] : [[path, bytes]])));
}

function otherAnswers(
  { isVolume, files }: FoundFiles,
  { failures: contextFailures }: FirmContexts,
  { failures }: OutgoingUpdates,
): readonly Answer[] {
  const why = 'it had no file system that can be read, and was made anew';
  const lost = answerTo('This volume', { code: 'FILE_UNREADABLE', details: { file: 'system of this volume', why } });
  return [
    ...(isVolume ? [] : [lost]),
    // Those of the inbox have their answer as mail.
    ...files
      .filter(({ path, bytes }) => bytes === null && !isWithin(PLACE.inbox, path))
      .map(({ path }) => answerTo(path, unreadable(path))),
    ...[...contextFailures].map(([firmCode, failure]) => answerTo(`The context for the firm ${firmCode}`, failure)),
    ...[...failures].map(([serial, failure]) => answerTo(`What is in transit to ${serial}`, failure)),
  ];
}

/**
 * All files of the new volume: first what the dongle says, then what was not taken, then what else lay there.
 *
 * @param leftOut those for which there is no room
 */
function filesOf(desk: Desk, leftOut: readonly NewFile[]): readonly NewFile[] {
  const { found, taken, stamp } = desk;
  const old = new Map(found.files.map((file) => [samePath(file.path), file]));
  const own = ownFiles(desk, leftOut).map(({ path, bytes }): NewFile => {
    const there = old.get(samePath(path));
    const isSame = there?.bytes != null && equalBytes(there.bytes, bytes);
    return { path, bytes, stamp: isSame ? there.stamp : stamp };
  });
  const places = new Set(own.map(({ path }) => samePath(path)));
  const kept = found.files.flatMap(({ path, bytes, stamp: written }): NewFile[] => {
    const isOver = taken.taken.has(path) || places.has(samePath(path)) || isOldLetter(desk, path, bytes);
    return isOver || bytes === null ? [] : [{ path, bytes, stamp: written }];
  });
  return [...own, ...kept];
}

/** What is in transit to somebody, lies in the outbox, and is not made here: by path, for whom. It stays until the receipt comes. */
function standingLetters({ files }: FoundFiles, self: Listing, { targets }: OutgoingUpdates): Desk['standing'] {
  const letters = new Map<string, PublicKey>();
  const waiting = new Set(self.transit.map(({ target }) => target).filter((target) => !targets.has(target)));
  for (const { path, bytes } of files) {
    const target = isWithin(PLACE.outbox, path) ? targetOfOwn(self, bytes) : undefined;
    if (target !== undefined && waiting.has(target)) letters.set(path, target);
  }
  return letters;
}

/** An answer is there anew, or nobody asked. So is an update of this dongle, or its receipt has come. */
function isOldLetter({ self, standing }: Desk, path: string, bytes: Uint8Array | null): boolean {
  if (!isWithin(PLACE.outbox, path) || standing.has(path)) return false;
  return samePath(path) === PLACE.answer || targetOfOwn(self, bytes) !== undefined;
}

/** Whom an update of this dongle is for; undefined for every other file. */
function targetOfOwn({ key }: Listing, bytes: Uint8Array | null): PublicKey | undefined {
  const mail = bytes === null ? undefined : sortMail(bytes);
  return mail?.ok === true && mail.value.kind === 'update' && mail.value.issuer === key ? mail.value.target : undefined;
}

function ownFiles(desk: Desk, leftOut: readonly NewFile[]): readonly Omit<NewFile, 'stamp'>[] {
  const { found, taken, self, contexts, outgoing, standing } = desk;
  const refused = found.files.filter(({ path }) => isWithin(PLACE.inbox, path) && !taken.taken.has(path));
  const waiting = refused.filter(({ bytes }) => bytes !== null);
  const status = {
    targets: new Set([...outgoing.targets, ...standing.values()]),
    waiting: waiting.length,
    leftOut: found.passedOver + leftOut.length,
  };
  const without = new Set(leftOut.map(({ path }) => path));
  const letters = [...taken.letters, ...outgoing.updates].map(
    ([name, raw]) => [`${PLACE.outbox}/${name}`, raw] as const,
  );
  return [
    { path: PLACE.status, bytes: utf8(statusText(self, status)) },
    { path: PLACE.readme, bytes: utf8(readmeText()) },
    ...answerFile(desk, { refused, left: waiting.filter(({ path }) => !without.has(path)) }),
    ...(self.serial === null ? [] : [{ path: certificateFileName(self.serial), bytes: self.certificate ?? NO_BYTES }]),
    ...[...contexts, ...letters].map(([path, raw]) => ({ path, bytes: utf8(armor(raw)) })),
  ];
}

/** Files of the inbox that were not taken. */
interface Refused {
  readonly refused: readonly FoundFile[];
  /** Those of them that stay there. */
  readonly left: readonly FoundFile[];
}

/**
 * An answer stays until there is new mail: who ejected twice, or pulled the plug, finds it still. What was left is tried again every
 * time, and is no new mail.
 */
function answerFile(
  { found, taken, answers, crypto }: Desk,
  { refused, left }: Refused,
): readonly Omit<NewFile, 'stamp'>[] {
  const there = found.files.find(({ path }) => samePath(path) === PLACE.answer)?.bytes ?? null;
  const bytes = there === null || there.length > LONGEST_ANSWER ? null : there;
  const before = bytes === null ? undefined : readAnswerText(new TextDecoder().decode(bytes));
  const now = { taken: taken.taken.size, paragraphs: answers.map(paragraphOf), mark: markOf(left, crypto) };
  const answer = standingAnswer(before, now, markOf(refused, crypto));
  const isNothing = answer === now && now.taken + now.paragraphs.length === 0;
  if (bytes !== null && (answer === before || isNothing)) return [{ path: PLACE.answer, bytes }];
  return isNothing ? [] : [{ path: PLACE.answer, bytes: utf8(answerText(answer)) }];
}

/** Stands for files with their paths and contents; null where there are none. */
function markOf(files: readonly FoundFile[], crypto: Crypto): string | null {
  if (files.length === 0) return null;
  const each = files.map(({ path, bytes }) => {
    const content = bytes === null ? 'unreadable' : toHex(crypto.sha256(bytes));
    return `${content} ${samePath(path)}`;
  });
  return toHex(crypto.sha256(utf8(each.sort().join('\n')))).slice(0, MARK_LENGTH);
}

/** The same for a dongle at all times, so that a computer knows its volume again. */
function labelOf({ key }: Listing, stamp: number, { crypto }: MailPorts): VolumeLabel {
  const [a = 0, b = 0, c = 0, d = 0] = crypto.sha256(utf8(`license-ferry volume ${key}`));
  return { name: 'FERRY', id: a * 0x1000000 + b * 0x10000 + c * 0x100 + d, stamp };
}
