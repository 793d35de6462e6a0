/** A dongle is plugged in and out again and again; each time its commands are there, and nothing is left when it is gone. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { claim, need, run, settings } from '../claims.mjs';
import { added, removed, UdevEvents } from '../udev-events.mjs';
import { attributeOf, usbDeviceOf } from '../usb-device.mjs';
import { attach, detach, USBIP_BUS } from '../usbip.mjs';

const REPORT = 64;
/** Asks for a channel: that of all, sequence 0, kind 1, 8 bytes. @see docs/protocol.md, "Reports" */
const OPEN = Buffer.from('ffff00000100000008', 'hex');
const OPENED = Buffer.from('ffff000002', 'hex');
const [server] = settings.dongles;

/** Asks for a channel with a number of chance; the answer has to repeat it. */
async function assertAnswers(hidraw) {
  const node = await fs.promises.open(hidraw, 'r+');
  try {
    const question = Buffer.alloc(REPORT);
    const nonce = randomBytes(8);
    OPEN.copy(question);
    nonce.copy(question, OPEN.length);
    // The first byte is the number of the report, which there is none of.
    await node.write(Buffer.concat([new Uint8Array(1), question]));
    const { buffer } = await node.read({ buffer: Buffer.alloc(REPORT) });
    assert.deepEqual(buffer.subarray(0, OPENED.length), OPENED);
    assert(buffer.includes(nonce), `${buffer.toString('hex')} does not repeat ${nonce.toString('hex')}`);
  } finally {
    await node.close();
  }
}

await need('the kernel takes its disk no more', () => run('modprobe', '--remove', 'uas', 'usb-storage'));
const events = await UdevEvents.listen();
await claim(`its commands are there whenever it is attached (${settings.cycles} x)`, async () => {
  for (let cycle = 0; cycle < settings.cycles; cycle++) {
    await attach(server);
    const { DEVNAME, DEVPATH } = await events.next(`dongle ${cycle}`, added.hidraw(USBIP_BUS));
    const device = usbDeviceOf({ DEVPATH });
    assert.equal(attributeOf(device, 'serial'), server.serial);
    await assertAnswers(DEVNAME);
    await detach(device);
    await events.next(`the end of dongle ${cycle}`, removed(device));
  }
});
await claim('no device of it is left', () => {
  const left = fs.readdirSync('/sys/class/hidraw').map((name) => fs.realpathSync(`/sys/class/hidraw/${name}`));
  assert.deepEqual(
    left.filter((folder) => folder.includes(USBIP_BUS)),
    [],
  );
});
events.close();
await need('the kernel takes disks again', () => run('modprobe', '--all', 'uas', 'usb-storage'));
