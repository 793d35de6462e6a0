import { CATALOGUE, type CatalogueEntry, codeOfNumber, type ErrorCode, summary } from '../../container/errors.ts';

/** Something that ended for a reason that travels as a number; 0: none. */
interface WithReason {
  readonly reason: number;
}

/** As `--json` shows it: with the code of the error beside its number, null where there is none, or none that is known here. */
export function withCode<T extends WithReason>(one: T): T & { readonly code: ErrorCode | null } {
  return { ...one, code: codeOfNumber(one.reason) ?? null };
}

/** What an error number in a file means. */
export function words(reason: number): string {
  const code = codeOfNumber(reason);
  return code === undefined ? `reason ${reason}, unknown to this program` : `${summary(code)} [${code}]`;
}

/**
 * What such errors mean for the licenses and what to do next, each once; not for those of which nothing can be said without more
 * details than a file has.
 */
export function advice(reasons: readonly number[]): readonly string[] {
  const codes = new Set(reasons.flatMap((reason) => codeOfNumber(reason) ?? []));
  return [...codes].flatMap((code) => {
    const { effect, remedy }: CatalogueEntry = CATALOGUE[code];
    return [effect, remedy].filter((text) => !text.includes('{'));
  });
}

/** What somebody is told of an entry that has no room for now, or of all from one on, and of what to do. @param needed bytes that were missing; 0: not known */
export function waitingLines(which: string, reason: number, needed: number): readonly string[] {
  const missing = needed > 0 ? ` ${needed} bytes are missing.` : '';
  return [`${which}: ${words(reason)}${missing}`, ...advice([reason])];
}

/** The same of all entries of a file from one on. */
export function restWaits(sequence: number, reason: number, needed: number): readonly string[] {
  return waitingLines(`Sequence ${sequence} and all after it wait`, reason, needed);
}
