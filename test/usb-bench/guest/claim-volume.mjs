import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { AttachedDongle } from './attached-dongle.mjs';
import { claim, run } from './claims.mjs';
import { attributeOf } from './usb-device.mjs';
import { forgetReads, mounted, volumeOf, writeAndReadBack } from './volume.mjs';

/**
 * Claims of the disk of a dongle over USB/IP that it has a volume which a computer without any program of ours reads and writes.
 *
 * @param server host, port and bus id
 * @param files paths in the volume that have to be there
 * @param cycles how often the dongle is given back and taken again
 */
export async function claimVolume(server, { files, cycles }) {
  const dongle = await AttachedDongle.of(server);
  await dongle.while(async ({ disk: event }) => {
    await dongle.medium(event);
    const disk = event.DEVNAME;
    await claim('its disk is ready and tells its size', async () => {
      await run('sg_turs', disk);
      const sectors = Number(attributeOf(`/sys/block/${path.basename(disk)}`, 'size'));
      assert(sectors > 0, 'no sectors');
      assert.match(await run('sg_readcap', disk), new RegExp(`Number of logical blocks=${sectors}\\b`));
    });
    await claim(`its volume has ${files.join(', ')}`, () => assertFiles(disk, files));
    await claim('a file of 1 MiB is written and read back', () =>
      writeAndReadBack(volumeOf(disk), 'CHANCE.BIN', 2 ** 20),
    );
    await claim('the file system is clean', async () => {
      await forgetReads(volumeOf(disk));
      await run('fsck.vfat', '-n', volumeOf(disk));
    });
  });
  await claim(`its volume is there whenever it is attached again (${cycles} x)`, async () => {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const { disk } = await dongle.plugIn();
      await dongle.medium(disk);
      await assertFiles(disk.DEVNAME, files);
      await dongle.plugOut();
    }
  });
  dongle.close();
}

function assertFiles(disk, files) {
  return mounted(volumeOf(disk), 'ro', (folder) => {
    for (const name of files) assert(fs.existsSync(path.join(folder, name)), `${name} is not there`);
  });
}
