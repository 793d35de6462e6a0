import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './claims.mjs';

/** The device with the file system: the first partition of a disk that has some, else the disk itself. */
export function volumeOf(disk) {
  const name = path.basename(disk);
  const [partition] = fs
    .readdirSync(`/sys/block/${name}`)
    .filter((entry) => entry.startsWith(name))
    .sort();
  return partition === undefined ? disk : `/dev/${partition}`;
}

/** Mounts a volume, of FAT unless another type is named, lets `work` have its folder, and unmounts it whatever happened. */
export async function mounted(device, options, work, type = 'vfat') {
  const folder = fs.mkdtempSync('/run/volume-');
  await run('mount', '-t', type, '-o', options, device, folder);
  try {
    return await work(folder);
  } finally {
    await run('umount', folder);
    fs.rmdirSync(folder);
  }
}

/** Forgets what the kernel has read, so that the device is asked again. */
export async function forgetReads(device) {
  await run('blockdev', '--flushbufs', device);
  fs.writeFileSync('/proc/sys/vm/drop_caches', '3');
}

/** Writes bytes of chance to a file of a volume, and reads them back from the device. */
export async function writeAndReadBack(device, name, size) {
  const bytes = randomBytes(size);
  await mounted(device, 'rw', (folder) => fs.writeFileSync(path.join(folder, name), bytes, { flush: true }));
  await forgetReads(device);
  await mounted(device, 'ro', (folder) =>
    assert(fs.readFileSync(path.join(folder, name)).equals(bytes), 'other bytes'),
  );
}
