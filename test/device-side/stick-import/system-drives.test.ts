import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemDrives } from '../../../device-side/stick-import/system-drives.adapter.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

const makeFolder = temporaryFolders();
afterEach(() => vi.unstubAllEnvs());

/** Puts a program in the place of `lsblk`. */
function sayingDrives(drives: readonly object[]): void {
  const folder = makeFolder();
  fs.writeFileSync(path.join(folder, 'said'), JSON.stringify({ blockdevices: drives }));
  fs.writeFileSync(path.join(folder, 'lsblk'), `#!/bin/sh\nexec cat ${folder}/said\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
}

/** Links into the tree of what devices are plugged into, as Linux has them. */
function devices(places: Readonly<Record<string, string>>): string {
  const folder = makeFolder();
  for (const [name, place] of Object.entries(places)) {
    const device = path.join(folder, 'devices', place, 'block', name);
    fs.mkdirSync(device, { recursive: true });
    fs.symlinkSync(device, path.join(folder, name));
  }
  return folder;
}

describe.runIf(process.platform === 'linux')('the drives of a computer', () => {
  it('are on USB where lsblk says so', async () => {
    sayingDrives([
      { name: '/dev/sda', kname: '/dev/sda', tran: 'usb' },
      { name: '/dev/sdb', kname: '/dev/sdb', tran: 'sata' },
    ]);
    expect(await systemDrives(devices({}))).toEqual([
      { device: '/dev/sda', isUsb: true },
      { device: '/dev/sdb', isUsb: false },
    ]);
  });

  it('are told by what they are plugged into where lsblk does not say', async () => {
    sayingDrives(['/dev/sda', '/dev/sdb', '/dev/sdc'].map((name) => ({ name, kname: name, tran: null })));
    const places = { sda: 'pci0000:00/usb1/1-1/host0', sdb: 'pci0000:00/ata1/host1' };
    expect(await systemDrives(devices(places))).toEqual([
      { device: '/dev/sda', isUsb: true },
      { device: '/dev/sdb', isUsb: false },
      { device: '/dev/sdc', isUsb: false },
    ]);
  });
});
