import { readPlainFile } from '../../container/store/file-plain.adapter.ts';
import type { FarBank } from './addresses.ts';
import { usage } from './parse-arguments.ts';

/** In one script. */
const MOST_FAULTS = 1000;

/** The faults of a script, as they are sent on. @throws USAGE_WRONG where a line is none; FILE_UNREADABLE */
export async function faultsIn(far: FarBank, file: string): Promise<string[]> {
  const text = Buffer.from(readPlainFile(file, { links: 'followed' })).toString();
  const read = await (await far.dongle()).readFaults(text);
  if ('wrong' in read)
    throw usage(
      `Line ${read.wrong.line} of ${file}, "${read.wrong.text}", is no fault: ${read.wrong.why}. Every one that there is: ferry dongle fault --help`,
    );
  if (read.faults.length === 0) throw usage(`There is no fault in ${file}`);
  if (read.faults.length > MOST_FAULTS) throw usage(`There are more than ${MOST_FAULTS} faults in ${file}`);
  return [...read.faults];
}
