import { CATALOGUE, type CatalogueEntry, codeOfNumber, summary } from '../../container/errors.ts';

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
