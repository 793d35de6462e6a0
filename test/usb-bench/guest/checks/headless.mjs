/** A device that has neither a desktop nor systemd, set up as the documentation says: sticks are mounted, taken in, answered and pulled. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claim, need, run, settings } from '../claims.mjs';
import { seatsOf } from '../ferry.mjs';
import { makeGadget, plugGadget } from '../gadget.mjs';
import {
  asService,
  BELOW,
  DEVICE,
  issueSeat,
  mountAt,
  putOn,
  SERVER_WORDS,
  settle,
  setUpDevice,
  until,
} from '../headless-device.mjs';
import { ServedProgram } from '../served-program.mjs';
import { lastEvent, readable, UdevEvents } from '../udev-events.mjs';
import { usbDeviceOf } from '../usb-device.mjs';
import { mounted } from '../volume.mjs';

const RESULT = 'RESULT.TXT';
const OTHER_RULE = '/run/udev/rules.d/79-bench.rules';
const MEDIUM = '/tmp/headless.img';

const [link] = fs.readdirSync('/dev/disk/by-id').filter((name) => name.includes(settings.stick.serial));
const byId = `/dev/disk/by-id/${link}`;
const usb = usbDeviceOf({
  DEVPATH: fs.realpathSync(`/sys/class/block/${path.basename(fs.realpathSync(byId))}`).slice(4),
});
/** To the kernel, a device that is not authorized any more is one that was pulled. */
const plug = (isIn) => fs.writeFileSync(path.join(usb, 'authorized'), isIn ? '1' : '0');
const placeOf = (device) => path.join(BELOW, path.basename(device));
const isFree = (place) => mountAt(place) === undefined && !fs.existsSync(place);

const serial = await need('a device is set up by the commands of the documentation', setUpDevice);
// Behind what takes the rule away again: nothing is to be mounted by it any more.
process.on('exit', () => plug(true));
await need('an update file is put on the stick', async () =>
  putOn(fs.realpathSync(byId), 'vfat', await issueSeat(`sim:${DEVICE}`)),
);
const served = await need('it is served for sticks by its own user', () => ServedProgram.startBy(...SERVER_WORDS));

const events = await UdevEvents.listen();
/** Plugs the stick in. @returns where it is mounted, once udev is through with it */
async function plugStick() {
  const before = lastEvent();
  plug(true);
  const { DEVNAME } = await events.next(
    'the stick',
    (event) => event.ACTION !== 'remove' && event.DEVTYPE === 'disk' && readable(event.DEVNAME, before)(event),
  );
  return placeOf(DEVNAME);
}

plug(false);
let place = await need('the stick is mounted when it is plugged in, for that user', async () => {
  const at = await plugStick();
  const { type, options } = mountAt(at) ?? assert.fail(`nothing is mounted at ${at}`);
  assert.equal(type, 'vfat');
  for (const option of ['rw', 'nosuid', 'nodev', 'noexec', 'noatime', 'flush', 'fmask=0077', 'dmask=0077'])
    assert.ok(options.includes(option), `${option} is not among ${options}`);
  const { uid, mode } = fs.statSync(at);
  assert.deepEqual([uid, mode & 0o777], [fs.statSync(DEVICE).uid, 0o700]);
  return at;
});

await claim('it is taken in and answered', async () => {
  const { where, taken, receipts } = await served.logged('stick.answered');
  assert.deepEqual({ where, taken, receipts }, { where: place, taken: 1, receipts: ['firm 6000010'] });
});

await claim('it is released when it is pulled without a word', async () => {
  plug(false);
  await served.logged('stick.pulled');
  await until('it is released', () => isFree(place));
});

await claim('the answer is on it: it was safe to pull', async () => {
  place = await plugStick();
  assert.match(fs.readFileSync(path.join(place, RESULT), 'utf8'), new RegExp(serial));
  assert.ok(fs.existsSync(path.join(place, `${serial}-for-firm-6000010-receipt.ferry-context`)));
  const { where, taken } = await served.logged('stick.answered');
  assert.deepEqual({ where, taken }, { where: place, taken: 0 });
});

await claim('the vendor takes the receipt home from it', async () => {
  assert.match(await settle(place), new RegExp(serial));
});

await claim('what else udev says of a stick that is mounted changes nothing', async () => {
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  await run('udevadm', 'trigger', '--settle', '--subsystem-match=block');
  assert.equal(fs.readFileSync('/proc/self/mountinfo', 'utf8'), before);
});

await claim('a drive that is mounted elsewhere is no stick', async () => {
  const device = path.join('/dev', path.basename(place));
  await run('umount', place);
  await mounted(device, 'ro', async () => {
    await run('udevadm', 'trigger', '--settle', '--subsystem-match=block');
    assert.equal(mountAt(place), undefined);
  });
});

await claim('nor is one that another rule leaves out', async () => {
  fs.mkdirSync(path.dirname(OTHER_RULE), { recursive: true });
  fs.writeFileSync(OTHER_RULE, `ENV{ID_SERIAL_SHORT}=="${settings.stick.serial}", ENV{LICENSE_FERRY_STICK}="no"\n`);
  await run('udevadm', 'control', '--reload');
  await run('udevadm', 'trigger', '--settle', '--subsystem-match=block');
  assert.equal(mountAt(place), undefined);
  fs.rmSync(OTHER_RULE);
  await run('udevadm', 'control', '--reload');
});

plug(false);
fs.writeFileSync(MEDIUM, '');
fs.truncateSync(MEDIUM, 32 * 2 ** 20);
await run('modprobe', 'loop');
await makeGadget(MEDIUM);

/** Makes another stick with an update file, and plugs it in. @returns where it is mounted */
async function plugMade(type, file, mode = 0o755) {
  await run(`mkfs.${type}`, ...(type === 'ext4' ? ['-F'] : []), MEDIUM);
  await run('mount', '-t', type, '-o', 'loop', MEDIUM, '/mnt');
  fs.copyFileSync(file, path.join('/mnt', path.basename(file)));
  fs.chmodSync('/mnt', mode);
  await run('umount', '/mnt');
  const before = lastEvent();
  plugGadget(true);
  const { DEVNAME } = await events.next(
    `a stick of ${type}`,
    (event) => event.ACTION !== 'remove' && event.DEVTYPE === 'disk' && readable(event.DEVNAME, before)(event),
  );
  return placeOf(DEVNAME);
}

/** Pulls it, waits until it is released, and reads the answer from what it holds then. */
async function pullMade(type, at) {
  plugGadget(false);
  await until('it is released', () => isFree(at));
  await run('mount', '-t', type, '-o', 'loop', MEDIUM, '/mnt');
  try {
    assert.match(fs.readFileSync(path.join('/mnt', RESULT), 'utf8'), new RegExp(serial));
  } finally {
    await run('umount', '/mnt');
  }
}

fs.mkdirSync('/mnt', { recursive: true });
await claim('of ext4 it is taken in, and the receipts are kept, as its owner is another one', async () => {
  const at = await plugMade('ext4', await issueSeat(serial));
  assert.equal(mountAt(at)?.type, 'ext4');
  const { where, taken } = await served.logged('stick.unanswered');
  assert.deepEqual({ where, taken }, { where: at, taken: 1 });
  plugGadget(false);
  await until('it is released', () => isFree(at));
});

await claim('of ext4 it is answered where its folder is for everybody, and may be pulled', async () => {
  const at = await plugMade('ext4', await issueSeat(serial), 0o1777);
  const { where, taken } = await served.logged('stick.answered');
  assert.deepEqual({ where, taken }, { where: at, taken: 1 });
  assert.equal(fs.statSync(path.join(at, RESULT)).mode & 0o777, 0o644);
  await pullMade('ext4', at);
});

await claim('of exfat it is taken in and answered, and may be pulled', async () => {
  const at = await plugMade('exfat', await issueSeat(serial));
  assert.equal(mountAt(at)?.type, 'exfat');
  const { where, taken } = await served.logged('stick.answered');
  assert.deepEqual({ where, taken }, { where: at, taken: 1 });
  await pullMade('exfat', at);
});

await claim('the server ends when it is asked to, and the device has all of it', async () => {
  assert.equal(await served.end('SIGTERM'), 0);
  const { containers } = JSON.parse(await asService('list', `sim:${DEVICE}`, '--json'));
  assert.equal(seatsOf(containers[0]).free, 4);
});

events.close();
