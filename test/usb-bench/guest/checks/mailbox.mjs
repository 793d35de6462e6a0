/** A move through files alone: the disk of a dongle as a mailbox, with the tools of any Linux, and pulled out while it is written. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, need, run, settings } from '../claims.mjs';
import { eject } from '../eject.mjs';
import { ferry, listedAll, makeDevice, PRODUCT, seatsOf } from '../ferry.mjs';
import { Relay } from '../relay.mjs';
import { forgetReads, mounted, volumeOf } from '../volume.mjs';

const DESK = fs.mkdtempSync('/run/desk-');
/** Writes that pass before the dongle is pulled out: of a small file the contents, the table of files and the folder are written. */
const PULLED_AFTER_WRITES = 1;

const relay = await Relay.to(settings.dongles[1]);
const dongle = await AttachedDongle.of(relay.server);

const status = (folder) => fs.readFileSync(path.join(folder, 'STATUS.TXT'), 'utf8');
const freeIn = (text) => Number(new RegExp(`${PRODUCT} .*: (\\d+) free`).exec(text)?.[1]);
const put = (disk, file) =>
  mounted(volumeOf(disk), 'rw', (folder) => fs.copyFileSync(file, path.join(folder, 'INBOX', path.basename(file))));

async function contextOf(device, disk) {
  const context = path.join(DESK, `${path.basename(device)}.ferry-context`);
  const certificate = path.join(DESK, 'dongle.ferry-certificate');
  await mounted(volumeOf(disk), 'ro', (folder) => {
    const [name] = fs.readdirSync(folder).filter((entry) => /\.ferry-certificate$/i.test(entry));
    fs.copyFileSync(path.join(folder, name), certificate);
  });
  await ferry('context', device, '--for', certificate, '-o', context);
  return context;
}

/** Ejects, and waits until the dongle has its answer on the volume. */
async function ejectAndWait(disk) {
  await dongle.newMedium(disk, () => eject(disk));
}

async function claimAnswered(device, disk, free) {
  const receipt = path.join(DESK, `${path.basename(device)}-receipt.ferry-context`);
  await claim(
    'the update for the device lies in OUTBOX, its seat is in transit, and the device applies it',
    async () => {
      const update = path.join(DESK, `${path.basename(device)}.ferry-update`);
      await mounted(volumeOf(disk), 'ro', (folder) => {
        const updates = fs.readdirSync(path.join(folder, 'OUTBOX')).filter((name) => /\.ferry-update$/i.test(name));
        assert.equal(updates.length, 1, updates.join(' '));
        fs.copyFileSync(path.join(folder, 'OUTBOX', updates[0]), update);
        assert.match(status(folder), /^In transit, until a receipt comes back:/m);
      });
      await ferry('apply', device, update, '-o', receipt);
    },
  );
  await claim('after its receipt is in INBOX and the volume ejected, nothing is in transit', async () => {
    await put(disk, receipt);
    await ejectAndWait(disk);
    await mounted(volumeOf(disk), 'ro', (folder) => {
      assert.match(status(folder), /^Nothing is in transit\.\r?$/m);
      assert.equal(freeIn(status(folder)), free);
    });
  });
}

const devices = await need('two devices are made', async () => [
  await makeDevice('/run/walk-up'),
  await makeDevice('/run/pulled'),
]);
let free;
await dongle.while(async ({ disk }) => {
  await dongle.medium(disk);
  await claim('STATUS.TXT says what is free', async () => {
    free = await mounted(volumeOf(disk.DEVNAME), 'ro', (folder) => freeIn(status(folder)));
    assert(free > 1, String(free));
  });
  await need('the context of a device is put into INBOX, and the volume is there again after ejecting', async () => {
    await put(disk.DEVNAME, await contextOf(devices[0], disk.DEVNAME));
    await ejectAndWait(disk.DEVNAME);
  });
  await claimAnswered(devices[0], disk.DEVNAME, free - 1);
});

let context;
const { disk: pulled } = await need('it is attached again', () => dongle.plugIn());
await claim('it is plugged out while a context is written into INBOX', async () => {
  await dongle.medium(pulled);
  context = await contextOf(devices[1], pulled.DEVNAME);
  const folder = fs.mkdtempSync('/run/pulled-');
  await run('mount', '-t', 'vfat', volumeOf(pulled.DEVNAME), folder);
  const stopped = relay.stopAt('sectors', PULLED_AFTER_WRITES);
  const written = run('dd', `if=${context}`, `of=${folder}/INBOX/PULLED.CTX`, 'conv=fsync').then(
    () => 'written',
    () => 'failed',
  );
  assert.equal(await Promise.race([stopped.then(() => 'stopped'), written]), 'stopped');
  await dongle.plugOut();
  assert.equal(await written, 'failed');
  await run('umount', folder);
});
relay.goOn();
await dongle.while(async ({ disk }) => {
  await dongle.medium(disk);
  await claim('its volume is whole after that, and tells of the same licenses', async () => {
    await forgetReads(volumeOf(disk.DEVNAME));
    await run('fsck.vfat', '-n', volumeOf(disk.DEVNAME));
    const now = await mounted(volumeOf(disk.DEVNAME), 'ro', (folder) => status(folder));
    assert.equal(freeIn(now), free - 1, now);
  });
  await need('the same context is put into INBOX once more', async () => {
    await put(disk.DEVNAME, context);
    await ejectAndWait(disk.DEVNAME);
  });
  await claimAnswered(devices[1], disk.DEVNAME, free - 2);
});
await claim('each device has one seat', async () => {
  assert.deepEqual(
    (await listedAll(...devices)).map((container) => seatsOf(container).free),
    [1, 1],
  );
});
dongle.close();
await relay.close();
