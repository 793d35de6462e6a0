import assert from 'node:assert/strict';
import { AttachedDongle } from './attached-dongle.mjs';
import { claim, run } from './claims.mjs';
import { assertBytes, DONGLE_REPORTS } from './descriptors.mjs';
import { attributeOf, descriptorsOf, reportDescriptorOf, usbDeviceOf } from './usb-device.mjs';
import { attachRefused, listRemote } from './usbip.mjs';

/**
 * Claims of a dongle over USB/IP what a kernel and its tools expect of one, whether there is a medium in its disk or not.
 *
 * @param server host, port and bus id
 * @param descriptors as `assertBytes` takes them
 * @param cycles how often it is given back and taken again
 */
export async function claimDongle(server, { descriptors, cycles }) {
  await claim('the server lists it', async () => {
    assert.match(await listRemote(server), new RegExp(`^\\s*${server.busid}:`, 'm'));
  });
  await claim('a bus id that there is not is refused', () => attachRefused(server, '9-9'));

  const dongle = await AttachedDongle.of(server);
  await dongle.while(async (nodes) => {
    await claim('nobody else can take it meanwhile', () => attachRefused(server));
    await claimUsb(nodes, descriptors);
    await claim('its disk answers INQUIRY as a removable one', async () => {
      assert.match(await run('sg_inq', nodes.disk.DEVNAME), /RMB=1/);
    });
    await claim('its disk answers REQUEST SENSE', () => run('sg_requests', nodes.disk.DEVNAME));
  });
  await claim(`it is the same when it is attached again (${cycles} x)`, async () => {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const { disk, hidraw } = await dongle.plugIn();
      assertBytes(descriptorsOf(usbDeviceOf(disk)), descriptors);
      assertBytes(reportDescriptorOf(hidraw.DEVNAME), DONGLE_REPORTS);
      await dongle.plugOut();
    }
  });
  dongle.close();
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
    const interfaces = [...text.matchAll(/bInterfaceClass +(\d+)/g)].map(([, found]) => found);
    assert.deepEqual(interfaces, ['3', '8']);
    assert.match(text, /^Device Qualifier/m);
    assert.match(text, /^Device Status: +0x/m);
    assert.doesNotMatch(text, /can't get|cannot read/i);
  });
}
