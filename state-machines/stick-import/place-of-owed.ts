import { CONTEXT_SUFFIX, isForAnother } from '../../container/files/file-names.ts';
import { statementIn } from '../../container/files/statement-in.ts';

/** Digits of a key that tell two issuers of one name apart. */
const DIGITS = 8;

/**
 * Where a receipt that was kept goes on a stick.
 *
 * @param file the name that it was to have on the stick that it answers
 * @param there what lies under that name on this one
 * @returns undefined where a receipt of the same container for the same issuer is there that is as late
 */
export function placeOfOwed(file: string, there: Uint8Array | undefined, receipt: Uint8Array): string | undefined {
  const owed = statementIn(receipt);
  const before = there === undefined ? undefined : statementIn(there);
  if (owed === undefined || there === undefined || before === undefined) return file;
  if (isForAnother(there, owed.partner)) {
    const end = `-receipt${CONTEXT_SUFFIX}`;
    const plain = file.endsWith(end) ? file.slice(0, -end.length) : file;
    const apart = owed.partner.slice(0, DIGITS);
    return plain.endsWith(apart) ? file : `${plain}-${apart}${end}`;
  }
  return before.signer === owed.signer && before.generation >= owed.generation ? undefined : file;
}
