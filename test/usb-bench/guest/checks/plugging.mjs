/** The program finds a dongle that is plugged in by itself, lets it blink, and says who may open it and what helps. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, run, runFailing, settings } from '../claims.mjs';
import { attributeOf, usbDeviceOf } from '../usb-device.mjs';

const PROGRAM = '/opt/ferry/dist/ferry.js';
const NOBODY = 65_534;
const FOLDER = '/tmp/plugging';
fs.mkdirSync(FOLDER, { recursive: true });
process.chdir(FOLDER);

const ferry = (...args) => run('node', PROGRAM, ...args);
/** Runs the program as somebody who is not root: his own rights are what decides. */
const asNobody = (...args) => [
  'setpriv',
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  '--clear-groups',
  'node',
  PROGRAM,
  ...args,
];

const dongle = await AttachedDongle.of(settings.dongles[0]);

await claim('without a dongle and a container, listing says that there is nothing', async () => {
  assert.match(await runFailing('node', PROGRAM, 'list'), /\[NOTHING_FOUND\]/);
});

let serial;
await dongle.while(async ({ hidraw }) => {
  const device = usbDeviceOf(hidraw);
  serial = attributeOf(device, 'serial');
  await claim('listing without an address finds it', async () => {
    const { containers } = JSON.parse(await ferry('list', '--json'));
    assert.deepEqual(
      containers.map(({ address }) => address),
      [`hid:${serial}`],
    );
  });
  for (const carrier of ['hid', 'usb'])
    await claim(`it blinks at ${carrier}:`, async () => {
      assert.match(await ferry('blink', `${carrier}:${serial}`), /^Blinking: /);
    });
});

await dongle.while(async ({ hidraw }) => {
  const node = hidraw.DEVNAME;
  const [bus, number] = ['busnum', 'devnum'].map((name) => attributeOf(usbDeviceOf(hidraw), name).padStart(3, '0'));
  await claim('who is not root may not open it without the rule, and is told what to type', async () => {
    for (const address of [`hid:${serial}`, `usb:${serial}`]) {
      const said = await runFailing(...asNobody('list', address));
      assert.match(said, /\[CARRIER_FORBIDDEN\]/);
      assert.match(said, /sudo cp '.*70-license-ferry\.rules'/);
    }
  });
  await claim('the check says the same', async () => {
    const said = await runFailing(...asNobody('doctor'));
    assert.match(said, /^USB of this computer +ok/m);
    assert.match(said, /^udev rule for users +not ok/m);
    assert.match(said, new RegExp(`^dongle ${serial} +not ok +it cannot be opened\n.*${node}`, 'm'));
  });
  await claim('the rule gives both of its nodes to a group', async () => {
    fs.mkdirSync('/etc/udev/rules.d', { recursive: true });
    if (!/^plugdev:/m.test(fs.readFileSync('/etc/group', 'utf8'))) fs.appendFileSync('/etc/group', 'plugdev:x:46:\n');
    fs.copyFileSync('/opt/ferry/docs/70-license-ferry.rules', '/etc/udev/rules.d/70-license-ferry.rules');
    await run('udevadm', 'control', '--reload');
    await run('udevadm', 'trigger', '--settle', '--subsystem-match=usb', '--subsystem-match=hidraw');
    for (const file of [node, `/dev/bus/usb/${bus}/${number}`]) {
      const { mode, gid } = fs.statSync(file);
      assert.deepEqual([file, (mode & 0o777).toString(8), gid], [file, '660', 46]);
    }
  });
  await claim('a member of the group then lists it, and the check finds nothing in the way', async () => {
    const [setpriv, user, , , ...rest] = asNobody('list', `hid:${serial}`, '--json');
    const member = [setpriv, user, '--regid=46', '--clear-groups'];
    assert.equal(JSON.parse(await run(...member, ...rest)).containers[0].serial, serial);
    await run(...member, 'node', PROGRAM, 'doctor');
  });
});

dongle.close();
