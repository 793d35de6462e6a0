import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claim, need, run } from './claims.mjs';
import { assertBytes, DONGLE_REPORTS } from './descriptors.mjs';
import { added, removed, UdevEvents } from './udev-events.mjs';
import { attributeOf, descriptorsOf, reportDescriptorOf, usbDeviceOf } from './usb-device.mjs';
import { attach, attachRefused, detach, listRemote, USBIP_BUS } from './usbip.mjs';
import { forgetReads, mounted, volumeOf, writeAndReadBack } from './volume.mjs';

/**
 * Takes a dongle over USB/IP and claims all that a kernel and its tools expect of one.
 *
 * @param server host, port and bus id
 * @param descriptors as `assertBytes` takes them
 * @param files paths in the volume that have to be there
 * @param cycles how often it is given back and taken again
 */
export async function checkAttachedDongle(server, { descriptors, files, cycles }) {
  await claim('the server lists it', async () => {
    assert.match(await listRemote(server), new RegExp(`^\\s*${server.busid}:`, 'm'));
  });
  await claim('a bus id that there is not is refused', () => attachRefused(server, '9-9'));

  const events = await UdevEvents.listen();
  const plugIn = async () => {
    await attach(server);
    return events.all('the dongle', { disk: added.disk(USBIP_BUS), hidraw: added.hidraw(USBIP_BUS) });
  };
  const plugOut = async () => {
    await detach();
    await events.next('the end of the dongle', removed(USBIP_BUS));
  };

  const nodes = await need('it appears as a disk and a raw HID node when it is attached', plugIn);
  await claim('nobody else can take it meanwhile', () => attachRefused(server));
  await claimUsb(nodes, descriptors);
  await claimScsi(nodes.disk.DEVNAME);
  await claimVolume(nodes.disk.DEVNAME, files);

  await need('both are gone when it is detached', plugOut);
  await claim(`it is as before when it is attached again (${cycles} x)`, async () => {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const { disk, hidraw } = await plugIn();
      assertBytes(reportDescriptorOf(hidraw.DEVNAME), DONGLE_REPORTS);
      await assertFiles(disk.DEVNAME, files);
      await plugOut();
    }
  });
  events.close();
}

async function claimUsb({ disk, hidraw }, descriptors) {
  const device = usbDeviceOf(disk);
  await claim('both belong to one high-speed device', () => {
    assert.equal(usbDeviceOf(hidraw), device);
    assert.equal(attributeOf(device, 'speed'), '480');
  });
  await claim('it names its maker, its product and its serial number', () => {
    for (const name of ['manufacturer', 'product', 'serial']) assert.notEqual(attributeOf(device, name), '', name);
  });
  await claim('its descriptors are those of a dongle', () => assertBytes(descriptorsOf(device), descriptors));
  await claim('its reports are those of a dongle', () =>
    assertBytes(reportDescriptorOf(hidraw.DEVNAME), DONGLE_REPORTS),
  );
  await claim('lsusb reads all of its descriptors', async () => {
    const [bus, number] = ['busnum', 'devnum'].map((name) => attributeOf(device, name));
    const text = await run('lsusb', '-v', '-s', `${bus}:${number}`);
    const interfaces = [...text.matchAll(/bInterfaceClass +(\d+)/g)].map(([, number]) => number);
    assert.deepEqual(interfaces, ['3', '8']);
    assert.match(text, /^Device Qualifier/m);
    assert.match(text, /^Device Status: +0x/m);
    assert.doesNotMatch(text, /can't get|cannot read|unavailable$/im);
  });
}

async function claimScsi(disk) {
  await claim('it answers INQUIRY as a removable disk', async () => {
    assert.match(await run('sg_inq', disk), /RMB=1/);
  });
  await claim('it is ready and tells its size', async () => {
    await run('sg_turs', disk);
    const sectors = Number(attributeOf(`/sys/block/${path.basename(disk)}`, 'size'));
    assert(sectors > 0, 'no sectors');
    assert.match(await run('sg_readcap', disk), new RegExp(`Number of logical blocks=${sectors}\\b`));
  });
  await claim('it answers REQUEST SENSE', () => run('sg_requests', disk));
}

async function claimVolume(disk, files) {
  await claim(`the volume has ${files.join(', ')}`, () => assertFiles(disk, files));
  await claim('a file of 1 MiB is written and read back', () =>
    writeAndReadBack(volumeOf(disk), 'CHANCE.BIN', 2 ** 20),
  );
  await claim('the file system is clean', async () => {
    await forgetReads(volumeOf(disk));
    await run('fsck.vfat', '-n', volumeOf(disk));
  });
}

function assertFiles(disk, files) {
  return mounted(volumeOf(disk), 'ro', (folder) => {
    for (const name of files) assert(fs.existsSync(path.join(folder, name)), `${name} is not there`);
  });
}
