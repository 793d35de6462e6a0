/** `ferry dongle serve --gadget`: a board with a device port, which dummy_hcd plays, is a dongle for the computer it is plugged into. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claim, need, run, runFailing } from '../claims.mjs';
import { assertBytes, DONGLE_REPORTS } from '../descriptors.mjs';
import { eject, untilMedium } from '../eject.mjs';
import { copyLoaded, ferry, listed, listedAll, makeDevice, PRODUCT, seatsOf } from '../ferry.mjs';
import { GADGET_BUS } from '../gadget.mjs';
import { ServedProgram } from '../served-program.mjs';
import { added, removed, UdevEvents } from '../udev-events.mjs';
import { attributeOf, reportDescriptorOf, usbDeviceOf } from '../usb-device.mjs';
import { mounted, volumeOf } from '../volume.mjs';

const CONFIGFS = '/sys/kernel/config';
const GADGETS = `${CONFIGFS}/usb_gadget`;
const [DONGLE, DEVICE, OTHER] = ['dongle', 'device', 'other'].map((name) => `/run/board/${name}`);
const FILES = ['README.TXT', 'STATUS.TXT', 'INBOX', 'OUTBOX'];
const free = (container) => seatsOf(container).free;
const unready = () => runFailing('node', '/opt/ferry/dist/ferry.js', 'dongle', 'serve', DONGLE, '--gadget');

fs.mkdirSync('/run/board');
copyLoaded('dongle', DONGLE);
const container = await need('there are a loaded dongle and two devices', async () => {
  for (const folder of [DEVICE, OTHER]) await makeDevice(folder);
  return listed(`sim:${DONGLE}`);
});
const { serial } = container;
const seats = seatsOf(container).free;

await claim('where configfs is missing, it says so with the commands', async () => {
  await run('modprobe', '--remove', 'dummy_hcd').catch(() => undefined);
  await run('umount', CONFIGFS).catch(() => undefined);
  const said = await unready();
  assert.match(said, /mount -t configfs none \/sys\/kernel\/config/);
  assert.match(said, /GADGET_UNREADY/);
});
await claim('where there is no device port, it says so with the commands', async () => {
  await run('modprobe', 'libcomposite');
  await run('mount', '-t', 'configfs', 'none', CONFIGFS);
  assert.match(await unready(), /modprobe dummy_hcd/);
});

await run('modprobe', 'dummy_hcd');
const events = await UdevEvents.listen();
const appeared = () => events.all('the dongle', { disk: added.disk(GADGET_BUS), hidraw: added.hidraw(GADGET_BUS) });
let served = await need('it serves a dongle', () => ServedProgram.start(DONGLE, '--gadget'));
let nodes = await need('it appears as a disk and a raw HID node', appeared);
const device = usbDeviceOf(nodes.disk);

await claim('it says of itself what the emulated dongle says', () => {
  assert.equal(usbDeviceOf(nodes.hidraw), device);
  const said = ['idVendor', 'idProduct', 'bcdDevice', 'manufacturer', 'product', 'serial', 'speed', 'bMaxPower'];
  assert.deepEqual(
    said.map((name) => attributeOf(device, name)),
    ['1209', '0001', '0100', 'License Ferry', 'Transfer Dongle', serial, '480', '100mA'],
  );
  assertBytes(reportDescriptorOf(nodes.hidraw.DEVNAME), DONGLE_REPORTS);
});
await claim('its disk names its maker, and is removable', async () => {
  const said = await run('sg_inq', nodes.disk.DEVNAME);
  for (const what of [/RMB=1/, /Ferry/, /Transfer Dongle/]) assert.match(said, what);
});
await claim('the program lists it at hid:, by the driver of the system', async () => {
  assert.equal((await listed(`hid:${serial}`)).serial, serial);
});
await claim('the program lists it at usb:, without that driver, and gives it back', async () => {
  assert.equal((await listed(`usb:${serial}`)).serial, serial);
  await events.next('the raw HID node', added.hidraw(GADGET_BUS));
});

await claim('a license moves over hid: to a device', async () => {
  await ferry('move', '--from', `hid:${serial}`, '--to', `sim:${OTHER}`, '--item', PRODUCT);
  assert.deepEqual((await listedAll(`sim:${OTHER}`, `hid:${serial}`)).map(free), [1, seats - 1]);
});

const inVolume = async (options, work) => {
  await untilMedium(nodes.disk.DEVNAME);
  return mounted(volumeOf(nodes.disk.DEVNAME), options, work);
};
await claim(`its volume has ${FILES.join(', ')}`, () =>
  inVolume('ro', (folder) =>
    assert.deepEqual(
      FILES.filter((name) => !fs.existsSync(path.join(folder, name))),
      [],
    ),
  ),
);
await claim('a mounted volume is not taken away, and what a computer writes is not touched', async () => {
  await inVolume('rw', async (folder) => {
    await ferry('context', `sim:${DEVICE}`, '--for', `hid:${serial}`, '-o', `folder:${folder}/INBOX`);
    assert.equal(fs.readdirSync(path.join(folder, 'INBOX')).length, 1);
  });
});
await claim('after ejecting, the mail is answered with an update, which a device applies', async () => {
  await eject(nodes.disk.DEVNAME);
  await served.logged('mail.answered');
  await inVolume('rw', async (folder) => {
    const updates = fs.readdirSync(path.join(folder, 'OUTBOX')).filter((name) => name.endsWith('.ferry-update'));
    assert.equal(updates.length, 1, fs.readdirSync(path.join(folder, 'OUTBOX')).join(' '));
    await ferry('apply', `sim:${DEVICE}`, path.join(folder, 'OUTBOX', updates[0]), '-o', `folder:${folder}/INBOX`);
  });
  assert.equal(free(await listed(`sim:${DEVICE}`)), 1);
});
await claim('mail is taken, too, when the dongle is let go without ejecting', async () => {
  fs.writeFileSync(`${device}/authorized`, '0');
  await served.logged('device.detached');
  await served.logged('mail.answered');
  fs.writeFileSync(`${device}/authorized`, '1');
  nodes = await appeared();
  await inVolume('ro', (folder) => {
    assert.match(fs.readFileSync(path.join(folder, 'STATUS.TXT'), 'utf8'), /Nothing is in transit/);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'INBOX')), []);
  });
});
await claim('what a killed server left behind is cleared away by the next one, which goes on', async () => {
  assert.equal(await served.end('SIGKILL'), 'SIGKILL');
  assert.equal(fs.readdirSync(GADGETS).length, 1);
  served = await ServedProgram.start(DONGLE, '--gadget');
  nodes = await appeared();
  assert.equal(fs.readdirSync(GADGETS).length, 1);
  assert.equal(free(await listed(`hid:${serial}`)), seats - 2);
});
await claim('when it ends, it is gone and leaves nothing behind', async () => {
  assert.equal(await served.end('SIGTERM'), 0);
  await events.next('the end of the dongle', removed(GADGET_BUS));
  assert.deepEqual(fs.readdirSync(GADGETS), []);
});
events.close();
