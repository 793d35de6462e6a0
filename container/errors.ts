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

export function explain(code: ErrorCode, details: Details = {}): Explanation {
  const entry: CatalogueEntry = CATALOGUE[code];
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `(${name})`));
  return {
    code,
    number: entry.number,
    exit: entry.exit,
    happened: fill(entry.happened),
    effect: fill(entry.effect),
    remedy: fill(entry.remedy),
    ...(entry.field === undefined ? {} : { field: entry.field }),
  };
}

/** What happened in one sentence, where no details are at hand. */
export function summary(code: ErrorCode): string {
  return CATALOGUE[code].happened.replace(/ \([^)]*\{[^)]*\)|: \{\w+\}/g, '');
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
