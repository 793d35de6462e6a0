/** A device without a desktop under systemd, set up as the documentation says: its udev, `systemd-mount`, and the service that comes with the program. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claim, need, runFailing, settings } from '../claims.mjs';
import { BELOW, DEVICE, issueSeat, mountIn, putOn, SET_UP_SERVICE, setUpDevice, until } from '../headless-device.mjs';
import { Systemd } from '../systemd.mjs';
import { usbDeviceOf } from '../usb-device.mjs';

const SERVICE = 'license-ferry-device.service';
/** Other services that stay, by what they ask for. */
const VIEWS = { 'private-mounts': 'PrivateMounts=yes', 'private-propagation': 'MountFlags=private' };

const [link] = fs.readdirSync('/dev/disk/by-id').filter((name) => name.includes(settings.stick.serial));
const disk = fs.realpathSync(`/dev/disk/by-id/${link}`);
const usb = usbDeviceOf({ DEVPATH: fs.realpathSync(`/sys/class/block/${path.basename(disk)}`).slice('/sys'.length) });
const plug = (isIn) => fs.writeFileSync(path.join(usb, 'authorized'), isIn ? '1' : '0');

const systemd = await need('systemd starts, with its udev', () => Systemd.start());
const serial = await need('a device is set up by the commands of the documentation', setUpDevice);
await need('an update file is put on the stick', async () => putOn(disk, 'vfat', await issueSeat(`sim:${DEVICE}`)));
process.on('exit', () => {
  for (const place of ['multi-user.target.wants/', ''])
    fs.rmSync(`/etc/systemd/system/${place}${SERVICE}`, { force: true });
  // Behind what takes the rule away again: nothing is to be mounted by it any more.
  plug(true);
});
await need('its service starts by the commands of the documentation', async () => {
  await systemd.run('bash', '-c', SET_UP_SERVICE);
  assert.ok(await systemd.isActive(SERVICE));
});
for (const [name, property] of Object.entries(VIEWS))
  await systemd.run('systemd-run', `--unit=${name}`, `--property=${property}`, 'sleep', 'infinity');

/** What the service has logged, one object for each line. */
async function logged() {
  const lines = await systemd.run('journalctl', `--unit=${SERVICE}`, '--output=cat', '--no-pager');
  return lines.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}
let heard = 0;
/** The next record of that event; those before it are given up. */
async function next(event) {
  let found;
  await until(event, async () => {
    const records = await logged();
    const at = records.findIndex((record, index) => index >= heard && record.event === event);
    if (at !== -1) [found, heard] = [records[at], at + 1];
    return at !== -1;
  });
  return found;
}
/** What a process of that service has mounted at a place. */
const seenBy = async (service, place) => mountIn(await systemd.ofProcess(service, 'mountinfo'), place);
const mountOf = async (place) => mountIn(await systemd.run('cat', '/proc/self/mountinfo'), place);

plug(false);
await until('the disk is gone', () => !fs.existsSync(disk));
plug(true);
let place;
await claim('a stick that is plugged in while it runs is taken in and answered', async () => {
  const { where, taken, receipts } = await next('stick.answered');
  assert.deepEqual({ taken, receipts }, { taken: 1, receipts: ['firm 6000010'] });
  assert.equal(path.dirname(where), BELOW);
  place = where;
});

await claim('systemd has mounted it, for the user of the service', async () => {
  const unit = (await systemd.run('systemd-escape', '--path', '--suffix=mount', place)).trim();
  assert.equal(await systemd.property(unit, 'ActiveState'), 'active');
  const { type, options } = await mountOf(place);
  assert.equal(type, 'vfat');
  for (const option of ['rw', 'nosuid', 'nodev', 'noexec', 'noatime', 'flush', 'fmask=0077', 'dmask=0077'])
    assert.ok(options.includes(option), `${option} is not among ${options}`);
  assert.ok(options.includes(`uid=${fs.statSync(DEVICE).uid}`), `${options}`);
});

await claim(
  'the service sees it, as does another one with PrivateMounts=, but none with MountFlags=private',
  async () => {
    assert.ok((await seenBy(SERVICE, place)).options.includes('rw'));
    assert.ok((await seenBy('private-mounts', place)) !== undefined);
    assert.equal(await seenBy('private-propagation', place), undefined);
  },
);

await claim('it is released when it is pulled without a word, in the view of the service, too', async () => {
  plug(false);
  await next('stick.pulled');
  await until('it is released', async () => (await mountOf(place)) === undefined);
  assert.equal(await seenBy(SERVICE, place), undefined);
});

await claim('the answer is on it: it was safe to pull', async () => {
  plug(true);
  const { where, taken } = await next('stick.answered');
  assert.equal(taken, 0);
  place = where;
  assert.match(await systemd.run('cat', `${place}/RESULT.TXT`), new RegExp(serial));
});

await claim('it is written to as well when it is there before the service', async () => {
  await systemd.run('systemctl', 'restart', SERVICE);
  await next('stick.answered');
  assert.ok((await seenBy(SERVICE, place)).options.includes('rw'));
  await systemd.run('cp', await issueSeat(serial), place);
  assert.equal((await next('stick.answered')).taken, 1);
});

await claim('the service has no rights beside its own', async () => {
  const status = await systemd.ofProcess(SERVICE, 'status');
  for (const line of [/^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m, /^CapEff:\t0+$/m, /^CapBnd:\t0+$/m])
    assert.match(status, line);
  const uid = fs.statSync(DEVICE).uid;
  assert.match(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t`, 'm'));
});

await claim('it is started again when it was killed', async () => {
  const before = await systemd.property(SERVICE, 'MainPID');
  await systemd.run('systemctl', 'kill', '--signal=SIGKILL', SERVICE);
  await next('container.served');
  assert.notEqual(await systemd.property(SERVICE, 'MainPID'), before);
});

await claim('its memory stays far below its limit', async () => {
  const [most, limit] = await Promise.all(
    ['MemoryCurrent', 'MemoryMax'].map((name) => systemd.property(SERVICE, name)),
  );
  assert.equal(limit, String(512 * 2 ** 20));
  assert.ok(Number(most) < limit / 2, most);
});

await claim('it ends when it is asked to, and the stick is unmounted', async () => {
  await systemd.run('systemctl', 'stop', SERVICE);
  assert.equal(await systemd.property(SERVICE, 'Result'), 'success');
  await systemd.run('systemd-umount', place);
  assert.equal(await mountOf(place), undefined);
  // It was pulled twice: that it was not unmounted is all there is to find.
  const found = await runFailing('fsck.vfat', '-n', path.join('/dev', path.basename(place)));
  assert.match(found, /Dirty bit is set/);
  assert.doesNotMatch(found, /truncat|orphan|lost|wrong|differ|free cluster/i);
});
