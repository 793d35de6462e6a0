/** A board with a device port, which dummy_hcd plays: the kernel's own HID and mass storage, as a dongle is made of them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { claim, need, run } from '../claims.mjs';
import { assertBytes, DONGLE_REPORTS } from '../descriptors.mjs';
import { GADGET_BUS, makeGadget, plugGadget } from '../gadget.mjs';
import { added, removed, UdevEvents } from '../udev-events.mjs';
import { attributeOf, reportDescriptorOf, usbDeviceOf } from '../usb-device.mjs';
import { volumeOf, writeAndReadBack } from '../volume.mjs';

const MEDIUM = '/run/gadget.img';
const SIZE = 16 * 2 ** 20;
const REPORT = 64;

await need('the kernel makes a device of its HID and mass storage functions', async () => {
  fs.writeFileSync(MEDIUM, new Uint8Array(SIZE));
  await run('mkfs.vfat', '-F', '16', MEDIUM);
  await makeGadget(MEDIUM);
});

const events = await UdevEvents.listen();
const { disk, hidraw } = await need('it appears as a disk and a raw HID node when it is plugged in', () => {
  plugGadget(true);
  return events.all('the gadget', { disk: added.disk(GADGET_BUS), hidraw: added.hidraw(GADGET_BUS) });
});

await claim('both belong to one high-speed device with its serial number', () => {
  assert.equal(usbDeviceOf(disk), usbDeviceOf(hidraw));
  assert.equal(attributeOf(usbDeviceOf(disk), 'speed'), '480');
  assert.equal(attributeOf(usbDeviceOf(disk), 'serial'), 'GADGET1');
});

await claim('its reports are those of a dongle', () => assertBytes(reportDescriptorOf(hidraw.DEVNAME), DONGLE_REPORTS));

await claim('a report of 64 bytes goes each way', async () => {
  const sides = [await fs.promises.open(hidraw.DEVNAME, 'r+'), await fs.promises.open('/dev/hidg0', 'r+')];
  const [host, device] = sides;
  try {
    const [there, back] = [randomBytes(REPORT), randomBytes(REPORT)];
    // The first byte is the number of the report, which there is none of.
    await host.write(Buffer.concat([new Uint8Array(1), there]));
    assert.deepEqual((await device.read({ buffer: Buffer.alloc(REPORT) })).buffer, there);
    await device.write(back);
    assert.deepEqual((await host.read({ buffer: Buffer.alloc(REPORT) })).buffer, back);
  } finally {
    for (const side of sides) await side.close();
  }
});

await claim('a file is written to its disk and read back', () =>
  writeAndReadBack(volumeOf(disk.DEVNAME), 'CHANCE.BIN', 2 ** 18),
);

await claim('it is gone when it is unplugged', async () => {
  plugGadget(false);
  await events.next('the end of the gadget', removed(GADGET_BUS));
});
events.close();
