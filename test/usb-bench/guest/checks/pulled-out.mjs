/** A move waits for a dongle that is pulled out in the middle, and goes on by itself. */
import assert from 'node:assert/strict';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, need, settings } from '../claims.mjs';
import { copyLoaded, ferry, PRODUCT, PROGRAM } from '../ferry.mjs';
import { startNode } from '../started-program.mjs';
import { attributeOf, usbDeviceOf } from '../usb-device.mjs';

const FOLDER = '/run/pulled-out';
const VENDOR = `${FOLDER}/vendor`;

/** Loaded before the program: it stops before it changes its disk once more than so many times. */
const STOP = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; let left = 40;
const say = fs.writeSync; for (const name of ['writeSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'linkSync', 'rmSync']) {
const change = fs[name]; fs[name] = (...args) => { if (--left === -1) { say(1, '(stopped)'); process.kill(process.pid, 'SIGSTOP'); }
return change(...args); }; } syncBuiltinESMExports();`;

const dongle = await AttachedDongle.of(settings.dongles[0]);
copyLoaded('vendor', VENDOR);
for (const carrier of ['hid', 'usb']) {
  let moving;
  await dongle.while(async ({ hidraw }) => {
    const address = `${carrier}:${attributeOf(usbDeviceOf(hidraw), 'serial')}`;
    await ferry(
      'central',
      'issue',
      VENDOR,
      '--to',
      address,
      '--item',
      PRODUCT,
      '-o',
      `folder:${FOLDER}/sent-${carrier}`,
    );
    const preload = `data:text/javascript,${encodeURIComponent(STOP)}`;
    moving = startNode(
      '--import',
      preload,
      PROGRAM,
      'move',
      '--from',
      `central:${VENDOR}`,
      '--to',
      address,
      '--all',
      '--wait',
    );
    await need(`a move to ${carrier}: begins`, () => moving.until('(stopped)'));
  });
  moving.kill('SIGCONT');
  await need(`it says that the dongle at ${carrier}: is gone, and waits`, () =>
    moving.until('Ctrl-C leaves it unfinished'),
  );
  await dongle.while(async () => {
    await claim('it goes on by itself once that is back, and ends', async () => {
      const { code, said } = await moving.ended;
      assert.equal(code, 0, said);
      assert.match(said, /is back: the move goes on/);
    });
  });
}
dongle.close();
