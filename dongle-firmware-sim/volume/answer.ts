import { codeOfNumber, type ErrorCode, explain } from '../../container/errors.ts';
import { plain } from '../../container/files/plain-text.ts';
import type { Deferral, EntryOutcome, Failure } from '../../state-machines/index.ts';

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

/** What is said of an entry that is never tried again. */
const REFUSED = 'was refused';

/** For the entries of an update file that were refused for good. */
export function entryAnswers(about: string, entries: readonly EntryOutcome[]): readonly Answer[] {
  return entries
    .filter(({ reason }) => reason !== 0)
    .map(({ sequence, reason }) => ({ about, sentences: withoutDetails(`Entry ${sequence} ${REFUSED}`, reason) }));
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
const LINE = '\r\n';
const SAID = 'There is something to say about:';

/** What ANSWER.TXT says. */
export interface AnswerSheet {
  /** Files that were taken. */
  readonly taken: number;
  /** What there is to say, each with the lines of one answer: what it is about comes first. */
  readonly paragraphs: readonly string[];
  /** Stands for the files that are left in the inbox; null when there are none. */
  readonly mark: string | null;
}

export function paragraphOf({ about, sentences }: Answer): string {
  return [plain(about), ...sentences.map((one) => `  ${plain(one)}`)].join(LINE);
}

/** The text with all answers, for people. */
export function answerText({ taken, paragraphs, mark }: AnswerSheet): string {
  const told = paragraphs.slice(0, MOST_ANSWERS);
  return [
    taken === 1 ? '1 file was taken out of INBOX.' : `${taken} files were taken out of INBOX.`,
    ...(paragraphs.length === 0 ? [] : ['', SAID]),
    ...told.flatMap((one) => ['', one]),
    ...(paragraphs.length > told.length ? ['', `And about ${paragraphs.length - told.length} more.`] : []),
    ...(mark === null ? [] : ['', `This answer stands until other files lie in INBOX (${mark}).`]),
    '',
  ].join(LINE);
}

/** What such a text says; undefined for every other text. */
export function readAnswerText(text: string): AnswerSheet | undefined {
  const whole = text.endsWith(LINE) ? text.slice(0, -LINE.length) : text;
  const [first = '', ...others] = whole.split(`${LINE}${LINE}`);
  const taken = /^(\d{1,6}) files? (?:was|were) taken out of INBOX\.\s*$/.exec(first)?.[1];
  if (taken === undefined) return undefined;
  const mark = /^This answer stands .* \(([0-9a-f]+)\)\.\s*$/.exec(others.at(-1) ?? '')?.[1] ?? null;
  return { taken: Number(taken), paragraphs: others.filter((one) => one.includes(`${LINE}  `)), mark };
}

/**
 * The answer after a pass over mail of which nothing is new is the one that is there: what was taken stays said, and which entries
 * were refused, which the container forgets once their issuer has settled them. Where a reason is another one by now, it is said in
 * place of the old one.
 *
 * @param found the mark of the files that lay in the inbox and were not taken; also of those that cannot stay
 * @returns what is to be said; `before` itself where it says all
 */
export function standingAnswer(
  before: AnswerSheet | undefined,
  now: AnswerSheet,
  found: AnswerSheet['mark'],
): AnswerSheet {
  const isNewMail = now.taken > 0 || (found !== null && found !== before?.mark);
  if (before === undefined || isNewMail) return now;
  const said = new Set(before.paragraphs);
  if (now.paragraphs.slice(0, MOST_ANSWERS).every((one) => said.has(one))) return before;
  const [anew, subjects] = [new Set(now.paragraphs), new Set(now.paragraphs.map(subjectOf))];
  const others = before.paragraphs.filter(
    (one) => !anew.has(one) && (isOfRefusedEntry(one) || !subjects.has(subjectOf(one))),
  );
  return { taken: before.taken, paragraphs: [...now.paragraphs, ...others], mark: now.mark };
}

function subjectOf(paragraph: string): string | undefined {
  return paragraph.split(LINE, 1)[0];
}

function isOfRefusedEntry(paragraph: string): boolean {
  return new RegExp(`^  Entry \\d+ ${REFUSED}`).test(paragraph.split(LINE)[1] ?? '');
}
