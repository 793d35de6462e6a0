import fs from 'node:fs';
import { createSoftContainer } from '../../../device-side/index.ts';
import { createDongle } from '../../../dongle-firmware-sim/index.ts';

/**
 * Makes a container, and is killed before its n-th operation on files: `killed-create KIND FOLDER ANCHOR N`. Tells how
 * many operations it took when it comes to its end.
 */
const [kind = '', folder = '', anchorFolder = '', last = ''] = process.argv.slice(2);
const CHANGING = [
  'mkdirSync',
  'openSync',
  'writeSync',
  'writeFileSync',
  'ftruncateSync',
  'fsyncSync',
  'fdatasyncSync',
  'linkSync',
  'renameSync',
  'rmSync',
] as const;

let operations = 0;
for (const name of CHANGING) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]): unknown => {
      operations += 1;
      if (operations === Number(last)) process.kill(process.pid, 'SIGKILL');
      return real(...args);
    },
  });
}
if (kind === 'dongle') createDongle({ folder, flashBytes: 160 * 1024 });
else createSoftContainer({ folder, anchorFolder, memoryBytes: 2 * 1024 * 1024 });
fs.writeFileSync(process.stdout.fd, `${operations}\n`);
