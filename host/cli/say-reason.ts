import { codeOfNumber, explain, type FerryError } from '../../container/errors.ts';

/** What an error number in a file means. */
export function words(reason: number): string {
  const code = codeOfNumber(reason);
  return code === undefined ? `reason ${reason}, unknown to this program` : `${explain(code).happened} [${code}]`;
}

/** One file that could not be taken, beside others that could, as `--json` shows it. */
export function failureDocument(file: string, error: FerryError): object {
  return { file, ...explain(error.code, error.details) };
}
