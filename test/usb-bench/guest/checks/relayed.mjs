/**
 * All that `attach` and `volume` claim of a dongle holds for a device which the kernel makes of its own parts and gives to itself over
 * USB/IP: what does not hold for a dongle is then the fault of the dongle.
 */
import fs from 'node:fs';
import path from 'node:path';
import { claimDongle } from '../claim-dongle.mjs';
import { claimVolume } from '../claim-volume.mjs';
import { need, run } from '../claims.mjs';
import { GADGET_BUS, makeGadget, plugGadget } from '../gadget.mjs';
import { added, UdevEvents } from '../udev-events.mjs';
import { descriptorsOf, usbDeviceOf } from '../usb-device.mjs';
import { serveOwn } from '../usbip.mjs';
import { mounted, volumeOf } from '../volume.mjs';

const MEDIUM = '/run/relayed.img';
const SIZE = 16 * 2 ** 20;
const PORT = 3240;
const FILE = 'README.TXT';

const events = await UdevEvents.listen();
const disk = await need('a device of the kernel appears', async () => {
  fs.writeFileSync(MEDIUM, new Uint8Array(SIZE));
  await run('mkfs.vfat', '-F', '16', MEDIUM);
  await makeGadget(MEDIUM);
  plugGadget(true);
  const nodes = await events.all('the device', { disk: added.disk(GADGET_BUS), hidraw: added.hidraw(GADGET_BUS) });
  return nodes.disk;
});
events.close();

const device = usbDeviceOf(disk);
const descriptors = descriptorsOf(device).toString('hex');
const server = await need('the kernel lets others have it', async () => {
  await mounted(volumeOf(disk.DEVNAME), 'rw', (folder) =>
    fs.writeFileSync(path.join(folder, FILE), 'from the kernel\n'),
  );
  return serveOwn(path.basename(device), PORT);
});
await claimDongle(server, { descriptors, cycles: 1 });
await claimVolume(server, { files: [FILE], cycles: 1 });
server.stop();
