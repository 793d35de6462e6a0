import { FerryError } from '../../../container/errors.ts';
import { acquireLock } from '../../../container/store/file-lock.adapter.ts';

/**
 * Waits for a line, tries to become the writer of the named folder and tells what came of it. A winner holds the lock
 * until its next line, on which it releases it.
 */
const folder = process.argv[2] ?? '';
const lines = process.stdin[Symbol.asyncIterator]();

process.stdout.write('ready\n');
await lines.next();
try {
  const lock = acquireLock(folder);
  process.stdout.write('won\n');
  await lines.next();
  lock.release();
  process.stdout.write('released\n');
} catch (error) {
  process.stdout.write(`${error instanceof FerryError ? `${error.code} ${error.details.process}` : String(error)}\n`);
}
process.exit(0);
