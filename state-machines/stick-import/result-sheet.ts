import { codeOfNumber, type ErrorCode, explain } from '../../container/errors.ts';
import { CERTIFICATE_SUFFIX } from '../../container/files/file-names.ts';
import { plain } from '../../container/files/plain-text.ts';
import { utf8 } from '../../container/model/bytes.ts';
import type { Failure } from '../failure.ts';
import type { ImportedFile, ImportReport, WrittenReceipt } from '../update-import/import-report.ts';

/** The name of the text for people, at the root of a stick. */
export const RESULT_NAME = 'RESULT.TXT';

const LINE = '\r\n';
const TITLE = 'License Ferry: what became of the update files on this stick.';
const HEAD = /^== (\S{1,40}) ==$/;
/** Containers of which a stick is told; of more, the first is left out. */
const MOST_SECTIONS = 100;
/** Lines about one of them. */
const MOST_LINES = 500;
/** Of these, about its files. */
const MOST_OF_FILES = 480;
/** Bytes of such a text at most, and of what is read as one. */
const LONGEST = 1024 * 1024;

/** What is said about each container, by its serial number, in lines. */
export type ResultSheet = ReadonlyMap<string, readonly string[]>;

/** What such a text says; undefined for every other text. */
export function readResultText(text: string): ResultSheet | undefined {
  const [title, ...lines] = text.split(LINE);
  if (title !== TITLE) return undefined;
  const sheet = new Map<string, string[]>();
  let section: string[] | undefined;
  for (const line of lines.map(plain)) {
    const [, serial] = HEAD.exec(line) ?? [];
    if (serial === undefined) {
      section?.push(line);
      continue;
    }
    section = [];
    sheet.set(serial, section);
  }
  for (const [serial, said] of sheet) sheet.set(serial, withoutEmptyEnds(said).slice(0, MOST_LINES));
  return sheet;
}

export function resultText(sheet: ResultSheet): string {
  const sections = [...sheet].flatMap(([serial, lines]) => ['', `== ${serial} ==`, ...lines]);
  return [TITLE, ...sections, ''].join(LINE);
}

/** What else there is to say. */
export interface Answered {
  /** Whether receipts were written to the stick now. */
  readonly isAnswered: boolean;
  /** Files that were not looked at. */
  readonly leftOut: number;
  /** Contexts that were asked for; null where none were. */
  readonly requested: readonly WrittenReceipt[] | null;
}

/**
 * What is to be said on a stick after an import: what is there of other containers stays, the latest of them if it is too much. What an
 * earlier import said of this one stays, too, where nothing is new.
 *
 * @param before the text that is there
 * @returns undefined where it may stay as it is
 */
export function resultAfter(before: string | undefined, report: ImportReport, more: Answered): string | undefined {
  const sheet = before === undefined ? undefined : readResultText(before);
  const { serial, files } = report;
  const isNothingNew =
    !more.isAnswered && files.every(({ state }) => state === 'known') && isAnsweredBefore(report, more);
  if (isNothingNew && sheet?.has(serial) === true) return undefined;
  const others = [...(sheet ?? [])].filter(([other]) => other !== serial).slice(1 - MOST_SECTIONS);
  const own = [serial, linesOf(report, more)] as const;
  let text = resultText(new Map([...others, own]));
  while (others.length > 0 && utf8(text).length > LONGEST) {
    others.shift();
    text = resultText(new Map([...others, own]));
  }
  return text === before ? undefined : text;
}

/** Whether the contexts that were asked for lie there since an earlier import. */
function isAnsweredBefore({ receipts }: ImportReport, { requested }: Answered): boolean {
  if (requested === null) return true;
  return requested.length + receipts.length > 0 && requested.every(({ file, isNew }) => file !== null && !isNew);
}

function linesOf(report: ImportReport, { isAnswered, leftOut, requested }: Answered): readonly string[] {
  const { files, receipts, interruption } = report;
  const ofFiles = files.flatMap(linesOfFile);
  const lines = ofFiles.slice(0, MOST_OF_FILES);
  if (lines.length < ofFiles.length) lines.push('And so on: not all of it is said here.');
  if (files.length === 0) lines.push('There is no update file for it on this stick.');
  if (leftOut > 0) lines.push(`${leftOut} files were not looked at: there are too many. Take away what was taken in.`);
  if (interruption !== null) lines.push('It broke off. Plug the stick in again.');
  const failed = receipts.filter(({ failure }) => failure !== null);
  if (failed.length > 0)
    lines.push(
      `No receipt could be made for: ${failed.map(({ issuer }) => issuer).join(', ')}. Plug the stick in again.`,
    );
  const issuers = receipts.flatMap(({ issuer, file }) => (file === null ? [] : [issuer]));
  if (issuers.length > 0) lines.push(`Receipts for: ${issuers.join(', ')}.`);
  if (requested !== null) lines.push(...linesOfRequest(requested, issuers.length > 0));
  if (isAnswered || issuers.length > 0)
    lines.push(
      'Next: bring this stick back to whoever gave it to you; the receipts tell what has arrived. Other devices may be served first.',
    );
  return lines.map(plain).slice(0, MOST_LINES);
}

/** @param isAnswered whether receipts, which say the same as contexts, lie there */
function linesOfRequest(requested: readonly WrittenReceipt[], isAnswered: boolean): readonly string[] {
  const failed = requested.flatMap(({ issuer, failure }) =>
    failure === null ? [] : [`No context could be made for "${issuer}".`, ...sentencesOf(failure)],
  );
  const issuers = requested.flatMap(({ issuer, file }) => (file === null ? [] : [issuer]));
  if (issuers.length === 0 && isAnswered) return failed;
  if (issuers.length === 0)
    return [
      ...failed,
      `Licenses are asked for, but of nobody who is known here. Put the certificate of an issuer, a file that ends with ${CERTIFICATE_SUFFIX}, on this stick.`,
    ];
  const said = [...failed, `Contexts, which ask for licenses, for: ${issuers.join(', ')}.`];
  return isAnswered
    ? said
    : [...said, 'Next: bring this stick to whoever issues licenses. Other devices may be asked first.'];
}

function linesOfFile({ file, state, entries, deferral, failure }: ImportedFile): string[] {
  const applied = entries.filter(({ reason }) => reason === 0).length;
  if (failure !== null) return [`"${file}": not taken in.`, ...sentencesOf(failure)];
  if (state === 'known') return [`"${file}": was taken in before.`];
  const refused = entries.filter(({ reason }) => reason !== 0);
  return [
    refused.length === 0 ? `"${file}": taken in.` : `"${file}": taken in, ${applied} of ${entries.length} entries.`,
    ...refused.flatMap(({ sequence, reason }) => wordsOfEntry(`Entry ${sequence} was refused`, reason)),
    ...(deferral === null ? [] : wordsOfEntry(`Entry ${deferral.sequence} and all after it wait`, deferral.reason)),
  ];
}

function sentencesOf({ code, details }: Failure): readonly string[] {
  const { happened, effect, remedy } = explain(code, details);
  return [`  ${happened} [${code}]`, `  ${effect}`, `  ${remedy}`];
}

/** Files name reasons by numbers, without the details that some words need. */
function wordsOfEntry(what: string, reason: number): readonly string[] {
  const code: ErrorCode | undefined = codeOfNumber(reason);
  if (code === undefined) return [`  ${what} for reason ${reason}, unknown to this device.`];
  const { happened, effect, remedy } = explain(code);
  return [`  ${what}: ${happened} [${code}]`, `    ${effect}`, `    ${remedy}`];
}

function withoutEmptyEnds(lines: readonly string[]): string[] {
  const [first, last] = [lines.findIndex((line) => line !== ''), lines.findLastIndex((line) => line !== '')];
  return first === -1 ? [] : lines.slice(first, last + 1);
}
