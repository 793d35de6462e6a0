import { codeOfNumber, type ErrorCode, explain } from '../../container/errors.ts';
import { plain } from '../../container/files/plain-text.ts';
import type { Failure } from '../failure.ts';
import type { ImportedFile, ImportReport } from '../update-import/import-report.ts';

/** The name of the text for people, at the root of a stick. */
export const RESULT_NAME = 'RESULT.TXT';

const LINE = '\r\n';
const TITLE = 'License Ferry: what became of the update files on this stick.';
const HEAD = /^== (\S{1,40}) ==$/;
/** Containers of which a stick is told; of more, the first is left out. */
const MOST_SECTIONS = 100;
/** Lines about one of them. */
const MOST_LINES = 500;
/** Bytes of such a text at most. */
export const LONGEST_RESULT = 4 * 1024 * 1024;

/** What is said about each container, by its serial number, in lines. */
export type ResultSheet = ReadonlyMap<string, readonly string[]>;

/** What such a text says; undefined for every other text. */
export function readResultText(text: string): ResultSheet | undefined {
  const [title, ...lines] = text.split(LINE);
  if (title !== TITLE || text.length > LONGEST_RESULT) return undefined;
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

/**
 * What is to be said on a stick after an import: what is there of other containers stays. What an earlier import said of this one
 * stays, too, where nothing is new.
 *
 * @param before the text that is there
 * @param hasEarlier whether receipts for the files of an earlier stick were written to this one, too
 * @returns undefined where it may stay as it is
 */
export function resultAfter(before: string | undefined, report: ImportReport, hasEarlier: boolean): string | undefined {
  const sheet = before === undefined ? undefined : readResultText(before);
  const { serial, files } = report;
  const isNothingNew = !hasEarlier && files.every(({ state }) => state === 'known');
  if (isNothingNew && sheet?.has(serial) === true) return undefined;
  const others = [...(sheet ?? [])].filter(([other]) => other !== serial).slice(1 - MOST_SECTIONS);
  const text = resultText(new Map([...others, [serial, linesOf(report, hasEarlier).slice(0, MOST_LINES)]]));
  return text === before ? undefined : text;
}

function linesOf({ files, receipts, interruption }: ImportReport, hasEarlier: boolean): readonly string[] {
  const lines = files.flatMap(linesOfFile);
  if (files.length === 0) lines.push('There is no update file for it on this stick.');
  for (const { issuer, failure } of receipts)
    if (failure !== null) lines.push(`No receipt for ${issuer}:`, ...sentencesOf(failure));
  if (interruption !== null) lines.push('It broke off:', ...sentencesOf(interruption));
  const answered = receipts.flatMap(({ issuer, file }) => (file === null ? [] : [issuer]));
  const earlier = hasEarlier ? ['Receipts for the files of an earlier stick are here, too.'] : [];
  return [...lines, ...earlier, ...nextLines(answered, hasEarlier)].map(plain);
}

function linesOfFile({ file, state, entries, deferral, failure }: ImportedFile): string[] {
  const applied = entries.filter(({ reason }) => reason === 0).length;
  if (failure !== null) return [`${file}: not taken in.`, ...sentencesOf(failure)];
  if (state === 'known') return [`${file}: was taken in before.`];
  const refused = entries.filter(({ reason }) => reason !== 0);
  return [
    refused.length === 0 ? `${file}: taken in.` : `${file}: taken in, ${applied} of ${entries.length} entries.`,
    ...refused.flatMap(({ sequence, reason }) => wordsOfEntry(`Entry ${sequence} was refused`, reason)),
    ...(deferral === null ? [] : wordsOfEntry(`Entry ${deferral.sequence} and all after it wait`, deferral.reason)),
  ];
}

function nextLines(answered: readonly string[], hasEarlier: boolean): readonly string[] {
  if (answered.length === 0 && !hasEarlier) return [];
  return [
    ...(answered.length === 0 ? [] : [`Receipts for: ${answered.join(', ')}.`]),
    'Next: bring this stick back to whoever gave it to you; the receipts tell what has arrived. Other devices may be served first.',
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
