import { codeOfNumber, type ErrorCode, explain } from '../../container/errors.ts';
import type { Deferral, EntryOutcome, Failure } from '../../state-machines/index.ts';
import { plain } from './plain-text.ts';

/** What somebody is told about a file, in the words of the catalogue. */
export interface Answer {
  /** Its path, or what else it is about. */
  readonly about: string;
  /** Sentences: what happened, what it means for the licenses, what to do next. */
  readonly sentences: readonly string[];
}

export function answerTo(about: string, { code, details }: Failure): Answer {
  const { happened, effect, remedy } = explain(code, details);
  const doable = code === 'OWNER_NEEDED' ? withoutPin(details.what) : remedy;
  return { about, sentences: [`${happened} [${code}]`, effect, doable] };
}

/** Nobody can give a PIN on a volume. @param what the owner alone may do */
function withoutPin(what: unknown): string {
  const there = 'can do it with the ferry program at a computer';
  return what === 'issue' || what === 'settle'
    ? `For a license, have a work order armed on this dongle: its owner ${there}, by ferry order arm ADDRESS --item FIRM:PRODUCTxN. The file may stay in INBOX meanwhile: eject this volume again then. A receipt for what the owner has issued, the owner settles there, too.`
    : `Its owner ${there}.`;
}

/** For an update file of which an entry waits for room, with all after it. */
export function deferredAnswer(about: string, { sequence, reason }: Deferral): Answer {
  return { about, sentences: withoutDetails(`Entry ${sequence} has to wait`, reason) };
}

/** For the entries of an update file that were refused for good. */
export function entryAnswers(about: string, entries: readonly EntryOutcome[]): readonly Answer[] {
  return entries
    .filter(({ reason }) => reason !== 0)
    .map(({ sequence, reason }) => ({ about, sentences: withoutDetails(`Entry ${sequence} was refused`, reason) }));
}

/** Files name reasons by numbers, without the details that some words need. */
function withoutDetails(what: string, reason: number): readonly string[] {
  const code: ErrorCode | undefined = codeOfNumber(reason);
  if (code === undefined) return [`${what} for reason ${reason}, unknown to this dongle.`];
  const { happened, effect, remedy } = explain(code);
  return [`${what}: ${happened} [${code}]`, effect, remedy];
}

/** Files that are answered one by one. */
const MOST_ANSWERS = 200;

/** The text with all answers, for people. */
export function answerText(taken: number, answers: readonly Answer[]): string {
  const told = answers.slice(0, MOST_ANSWERS);
  return [
    taken === 1 ? '1 file was taken out of INBOX.' : `${taken} files were taken out of INBOX.`,
    ...(answers.length === 0 ? [] : ['', 'There is something to say about:']),
    ...told.flatMap(({ about, sentences }) => ['', plain(about), ...sentences.map((one) => `  ${plain(one)}`)]),
    ...(answers.length > told.length ? ['', `And about ${answers.length - told.length} more.`] : []),
    '',
  ].join('\r\n');
}
