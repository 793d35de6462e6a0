/** Two dongles of one server at one computer, which are told apart by their serial numbers. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, need, settings } from '../claims.mjs';
import { listed } from '../ferry.mjs';
import { attributeOf, usbDeviceOf } from '../usb-device.mjs';

const serials = settings.dongles.map(({ serial }) => serial);
const attached = [];
for (const server of settings.dongles) {
  // Begins to listen when what the other one has caused is over.
  const dongle = await AttachedDongle.of(server);
  const nodes = await need(`dongle ${server.serial} appears`, () => dongle.plugIn());
  attached.push({ dongle, nodes });
}

await claim('each has its serial number on the bus, and a disk that is named by it', () => {
  const found = attached.map(({ nodes }) => attributeOf(usbDeviceOf(nodes.hidraw), 'serial'));
  assert.deepEqual(found, serials);
  for (const [at, { nodes }] of attached.entries()) {
    const link = fs.readdirSync('/dev/disk/by-id').find((name) => name.includes(serials[at]));
    assert.equal(fs.realpathSync(`/dev/disk/by-id/${link}`), nodes.disk.DEVNAME);
  }
});

await claim('both answer at hid: at once, each to its own serial number', async () => {
  const answers = await Promise.all(serials.map((serial) => listed(`hid:${serial}`)));
  assert.deepEqual(
    answers.map(({ serial }) => serial),
    serials,
  );
});

const [first, second] = attached;
await claim('one is plugged out, and the other still answers', async () => {
  await first.dongle.plugOut();
  const { serial } = await listed(`hid:${serials[1]}`);
  assert.equal(serial, serials[1]);
});
await need('the other is plugged out, too', () => second.dongle.plugOut());
for (const { dongle } of attached) dongle.close();
