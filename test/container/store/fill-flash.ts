import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import { FileFlash } from '../../../container/store/file-flash.adapter.ts';
import { Journal } from '../../../container/store/journal.ts';

/** Appends to a new journal in the named file until the system refuses, and tells what it then met. */
const file = process.argv[2] ?? '';
const header = 4096;
const geometry = { size: 64 * 1024 - header, pageSize: 256, sectorSize: 4096 };

function refusalOf(work: () => void): object | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof FerryError ? { code: error.code, why: error.details.why } : { code: String(error) };
  }
}

let flash = FileFlash.create({ path: file, geometry });
const journal = Journal.format(flash, { crypto: nativeCrypto(), where: file });
let appended = 0;
let first: object | undefined;
while (first === undefined) {
  first = refusalOf(() => journal.append(new Uint8Array(3000)));
  if (first === undefined) appended += 1;
}
const then = refusalOf(() => journal.append(new Uint8Array(1)));
flash.close();
process.stdout.write(JSON.stringify({ appended, first, then }));
