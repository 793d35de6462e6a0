import fs from 'node:fs';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FileUpdateFolder, importUpdates, openSoftContainer } from '../../../device-side/index.ts';

/**
 * Imports a folder of update files into the device in another folder, and kills itself with SIGKILL just before it would
 * change the disk once more than it is allowed to. Tells the report when it comes to an end.
 */
const [folder = '', updates = '', allowed = ''] = process.argv.slice(2);

const CHANGES = [
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'fdatasyncSync',
  'renameSync',
  'linkSync',
  'rmSync',
] as const;
let left = Number(allowed);
for (const name of CHANGES) {
  const change = fs[name] as (...args: unknown[]) => unknown;
  const counted = (...args: unknown[]): unknown => {
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    left -= 1;
    return change(...args);
  };
  Object.assign(fs, { [name]: counted });
}

const { client, close } = openSoftContainer(folder);
const report = await importUpdates({ client, folder: new FileUpdateFolder(updates), crypto: nativeCrypto() });
close();
process.stdout.write(JSON.stringify(report));
