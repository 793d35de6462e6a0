import { codeOfNumber, summary } from '../../container/errors.ts';

/** What an error number in a file means. */
export function words(reason: number): string {
  const code = codeOfNumber(reason);
  return code === undefined ? `reason ${reason}, unknown to this program` : `${summary(code)} [${code}]`;
}
