import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { LunDrive } from '../../../dongle-firmware-sim/bind/lun-drive.adapter.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

const newFolder = temporaryFolders();
const [OLD, NEW] = [Buffer.alloc(512, 1), Buffer.alloc(512, 2)];

let file: string;
/** What the kernel was told, and what it answers. */
let told: string[];
let isBusy: boolean;
let drive: LunDrive;
beforeEach(() => {
  file = path.join(newFolder(), 'volume.img');
  fs.writeFileSync(file, OLD);
  [told, isBusy] = [[], false];
  drive = new LunDrive(file, {
    insert: (place) => void told.push(`insert ${path.basename(place)}`),
    remove: () => {
      if (isBusy) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      told.push('remove');
    },
  });
  drive.insert(undefined);
});

describe('the disk of a gadget', () => {
  it('gets its new volume while the kernel has none', () => {
    drive.remove();
    drive.insert(NEW);
    expect([told, drive.isIn, drive.copy()]).toEqual([['insert volume.img', 'remove', 'insert volume.img'], true, NEW]);
  });

  it('keeps the old one, in the file that the kernel has, where a computer does not let go of it', () => {
    isBusy = true;
    drive.remove();
    expect(() => drive.insert(NEW)).toThrow(expect.objectContaining({ code: 'STORE_WRITE_FAILED' }));
    drive.insert(undefined);
    expect([told, drive.isIn, drive.copy()]).toEqual([['insert volume.img'], true, OLD]);
  });
});
