/** An ordinary memory stick, as QEMU makes one: a FAT volume that the host made is read and written. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claim, need, run, settings } from '../claims.mjs';
import { forgetReads, mounted, volumeOf, writeAndReadBack } from '../volume.mjs';

const { label, serial, fileForGuest, fileForHost } = settings.stick;

const disk = await need('udev names the disk by its serial number', () => {
  const links = fs.readdirSync('/dev/disk/by-id').filter((name) => name.includes(serial) && !name.includes('-part'));
  assert.equal(links.length, 1, links.join(' '));
  return fs.realpathSync(`/dev/disk/by-id/${links[0]}`);
});
const device = volumeOf(disk);

await claim('the volume is FAT16 and has its label', async () => {
  const found = await run('blkid', '--probe', '--output', 'export', device);
  assert.match(found, new RegExp(`^LABEL=${label}$`, 'm'));
  assert.match(found, /^SEC_TYPE=msdos$/m);
});

await claim('a file that the host wrote is read', () =>
  mounted(device, 'ro', (folder) =>
    assert.equal(fs.readFileSync(path.join(folder, fileForGuest.name), 'utf8'), fileForGuest.text),
  ),
);

await claim('a file of 1 MiB is written and read back from the stick', () =>
  writeAndReadBack(device, 'CHANCE.BIN', 2 ** 20),
);

await claim('a file is left for the host', () =>
  mounted(device, 'rw', (folder) => fs.writeFileSync(path.join(folder, fileForHost.name), fileForHost.text)),
);

await claim('the file system is clean', async () => {
  await forgetReads(device);
  await run('fsck.vfat', '-n', device);
});
