import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import { FileFlash } from '../../../container/store/file-flash.adapter.ts';
import { Journal } from '../../../container/store/journal.ts';

/** Appends to the journal in the named file until the system refuses, and tells what it then met. */
const file = process.argv[2] ?? '';

function refusalOf(work: () => void): object | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof FerryError ? { code: error.code, why: error.details.why } : { code: String(error) };
  }
}

const { journal } = Journal.open(FileFlash.open({ path: file }), { crypto: nativeCrypto(), where: file });
let appended = 0;
let first: object | undefined;
while (first === undefined) {
  first = refusalOf(() => journal.append(new Uint8Array(3000)));
  if (first === undefined) appended += 1;
}
const then = refusalOf(() => journal.append(new Uint8Array(1)));
process.stdout.write(JSON.stringify({ appended, first, then }));
