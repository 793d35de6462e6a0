/** `ferry dongle serve --bind`: the emulated dongle exists while a real HID device is plugged in, which the kernel's own functions play. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { claim, need, run } from '../claims.mjs';
import { copyLoaded, ferry, listed, listedAll, makeDevice, PRODUCT, seatsOf } from '../ferry.mjs';
import { GADGET_BUS, makeGadget, plugGadget } from '../gadget.mjs';
import { ServedProgram } from '../served-program.mjs';
import { added, removed, UdevEvents } from '../udev-events.mjs';
import { attach, attachRefused, listRemote, USBIP_BUS } from '../usbip.mjs';

const MEDIUM = '/run/bound.img';
const SIZE = 16 * 2 ** 20;
const PORT = 3241;
const SERVER = { host: '127.0.0.1', port: PORT, busid: '1-1' };
const ADDRESS = `usbip://127.0.0.1:${PORT}/1-1`;
const [DONGLE, DEVICE] = ['dongle', 'device'].map((name) => `/run/bound/${name}`);
const REAL = 'hid:1209:0001:GADGET1';
const REPORT = 64;
/** @see docs/protocol.md, "Reports" */
const [BROADCAST, OPEN, OPENED, BLINK] = [0xffff, 1, 2, 9];

const free = (container) => seatsOf(container).free;

/** A first report that is the whole message. */
function report(channel, kind, message = Buffer.alloc(0)) {
  const bytes = Buffer.alloc(REPORT);
  bytes.writeUInt16BE(channel, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32BE(message.length, 5);
  message.copy(bytes, 9);
  return bytes;
}

/** Who stands behind the real device, and opens a channel of the dongle through it. */
async function openChannel() {
  const behind = await fs.promises.open('/dev/hidg0', 'r+');
  try {
    const nonce = randomBytes(8);
    await behind.write(report(BROADCAST, OPEN, nonce));
    const { buffer: opened } = await behind.read({ buffer: Buffer.alloc(REPORT) });
    assert.deepEqual([opened.readUInt16BE(0), opened.readUInt8(4)], [BROADCAST, OPENED]);
    assert.deepEqual(opened.subarray(9, 17), nonce);
    await behind.write(report(opened.readUInt16BE(17), BLINK));
    const { buffer: blinked } = await behind.read({ buffer: Buffer.alloc(REPORT) });
    assert.deepEqual([blinked.readUInt16BE(0), blinked.readUInt8(4)], [opened.readUInt16BE(17), BLINK]);
  } finally {
    await behind.close();
  }
}

fs.mkdirSync('/run/bound');
copyLoaded('dongle', DONGLE);
const seats = await need('there are a loaded dongle, a device, and a real device that is not plugged in', async () => {
  await makeDevice(DEVICE);
  fs.writeFileSync(MEDIUM, new Uint8Array(SIZE));
  await run('mkfs.vfat', '-F', '16', MEDIUM);
  await makeGadget(MEDIUM);
  return free(await listed(`sim:${DONGLE}`));
});
const events = await UdevEvents.listen();
const plugIn = async (served) => {
  plugGadget(true);
  await served.logged('device.relayed');
};
const pullOut = async (served) => {
  plugGadget(false);
  await served.logged('device.unbound');
};

const alone = await need('a dongle that is bound to it is served', () => ServedProgram.start(DONGLE, '--bind', REAL));
await claim('who stands behind the device speaks to the dongle through its reports', async () => {
  await plugIn(alone);
  await openChannel();
  await alone.logged('led.blinked');
});
await claim('it does so again when the device was pulled out and plugged in again', async () => {
  await pullOut(alone);
  await plugIn(alone);
  await openChannel();
  await alone.logged('led.blinked');
});
await claim('it ends as it should, with the device plugged in', async () => {
  assert.equal(await alone.end('SIGTERM'), 0);
  plugGadget(false);
  await events.next('the end of the device', removed(GADGET_BUS));
});

const served = await need('with --usbip it is served before the device is there', () =>
  ServedProgram.start(DONGLE, '--usbip', `127.0.0.1:${PORT}`, '--bind', REAL),
);
await claim('and nobody can attach it then', async () => {
  await attachRefused(SERVER);
  assert.doesNotMatch(await listRemote(SERVER).catch(({ stdout }) => `${stdout}`), /1-1:/);
});
await claim('it can be reached once the device is plugged in', async () => {
  await plugIn(served);
  assert.equal(free(await listed(ADDRESS)), seats);
});
await claim('a computer that has it sees it go with the device', async () => {
  await run('modprobe', 'vhci-hcd');
  await attach(SERVER);
  await events.next('the dongle', added.hidraw(USBIP_BUS));
  await pullOut(served);
  await events.next('the end of the dongle', removed(USBIP_BUS));
});
await claim('when the device is pulled out in the middle of a move, the same command finishes it later', async () => {
  await plugIn(served);
  const move = ['move', '--from', ADDRESS, '--to', `sim:${DEVICE}`, '--item', `${PRODUCT}x2`];
  const first = ferry(...move).then(
    () => 'done',
    () => 'broken off',
  );
  await served.logged('command.ended');
  await pullOut(served);
  const outcome = await first;
  await plugIn(served);
  if (outcome === 'broken off') await ferry(...move);
  assert.deepEqual((await listedAll(`sim:${DEVICE}`, ADDRESS)).map(free), [2, seats - 2], outcome);
});
await claim('it ends as it should', async () => assert.equal(await served.end('SIGTERM'), 0));
plugGadget(false);
events.close();
