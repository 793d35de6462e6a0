/** The program reaches the emulated dongle over USB/IP itself and, once the kernel has it, through the kernel. */
import assert from 'node:assert/strict';
import { AttachedDongle } from '../attached-dongle.mjs';
import { claim, settings } from '../claims.mjs';
import { listed } from '../ferry.mjs';
import { attributeOf, usbDeviceOf } from '../usb-device.mjs';

const [server] = settings.dongles;
const { host, port, busid } = server;

const serialAt = async (address) => (await listed(address)).serial;

const alone = await claim('the program lists it over USB/IP, without the kernel', () =>
  serialAt(`usbip://${host}:${port}/${busid}`),
);

const dongle = await AttachedDongle.of(server);
await dongle.while(async ({ hidraw }) => {
  const serial = attributeOf(usbDeviceOf(hidraw), 'serial');
  await claim('its serial number on the bus is that of the container', () => assert.equal(serial, alone));
  for (const carrier of ['hid', 'usb'])
    await claim(`the program lists it at ${carrier}:`, async () => {
      assert.equal(await serialAt(`${carrier}:${serial}`), serial);
    });
});
dongle.close();
