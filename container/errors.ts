import { CATALOGUE, type CatalogueEntry } from './error-catalogue.ts';

export { CATALOGUE, type CatalogueEntry };

export type ErrorCode = keyof typeof CATALOGUE;
export type Details = Readonly<Record<string, string | number>>;

/** A rule's answer when it says no. */
export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly details: Details;
}

export function refuse(code: ErrorCode, details: Details = {}): Refusal {
  return { ok: false, code, details };
}

/** The catalogue's words for an error, with its details filled in. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly number: number;
  readonly exit: number;
  readonly happened: string;
  readonly effect: string;
  readonly remedy: string;
  readonly field?: number;
}

/** A name in a text of the catalogue that stands for a detail. */
const NAME = /\{(\w+)\}/g;

/**
 * The catalogue's words for an error, filled with its details. No name is ever shown in the place of a detail that is not there, as
 * from another program: what happened is said without any then, and only those other sentences that need none.
 */
export function explain(code: ErrorCode, details: Details = {}): Explanation {
  const entry: CatalogueEntry = CATALOGUE[code];
  const isWhole = (text: string): boolean =>
    [...text.matchAll(NAME)].every(([, name = '']) => details[name] !== undefined);
  const fill = (text: string): string => text.replace(NAME, (_, name: string) => String(details[name]));
  const rest = (text: string, otherwise: string): string =>
    fill(isWhole(text) ? text : sentences(text).filter(isWhole).join(' ') || otherwise);
  return {
    code,
    number: entry.number,
    exit: entry.exit,
    happened: isWhole(entry.happened) ? fill(entry.happened) : summary(code),
    effect: rest(entry.effect, 'What it means for the licenses was not told: `ferry status` shows how they are.'),
    remedy: rest(entry.remedy, 'Ask whoever serves it, with the code of this error.'),
    ...(entry.field === undefined ? {} : { field: entry.field }),
  };
}

function sentences(text: string): readonly string[] {
  return text.split(/(?<=\.) (?=[A-Z{`])/);
}

/** What happened in one sentence, where no details are at hand. */
export function summary(code: ErrorCode): string {
  const { happened, brief, number }: CatalogueEntry = CATALOGUE[code];
  const short = brief ?? happened.replace(/ \([^)]*\{[^)]*\)|: \{\w+\}(?=\.$)/g, '');
  return short.includes('{') ? `Error ${number}, of which nothing more is known.` : short;
}

/** The code with that number; undefined when a newer program refused for a reason that this one does not know. */
export function codeOfNumber(number: number): ErrorCode | undefined {
  return (Object.keys(CATALOGUE) as ErrorCode[]).find((code) => CATALOGUE[code].number === number);
}

/** A refusal on its way to the edge. */
export class FerryError extends Error {
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, details: Details = {}, options?: ErrorOptions) {
    super(explain(code, details).happened, options);
    this.name = 'FerryError';
    this.code = code;
    this.details = details;
  }
}

/** A broken invariant: a defect of this program, never the user's fault. */
export class Defect extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Defect';
  }
}
