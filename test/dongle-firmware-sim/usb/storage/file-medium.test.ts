import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Defect } from '../../../../container/errors.ts';
import { FileMedium } from '../../../../dongle-firmware-sim/usb/storage/file-medium.adapter.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-medium-'));
  file = path.join(folder, 'volume.img');
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The writing half of the file system, which fails on command and notes its calls. */
function failingWrites() {
  const writes = {
    calls: [] as string[],
    failing: undefined as 'writeSync' | 'fdatasyncSync' | undefined,
    writeSync: ((handle: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
      note('writeSync');
      // As little as a system may take at once.
      return fs.writeSync(handle, bytes, offset, Math.min(length, 300), position);
    }) as typeof fs.writeSync,
    fdatasyncSync: (handle: number) => {
      note('fdatasyncSync');
      fs.fdatasyncSync(handle);
    },
  };
  function note(call: 'writeSync' | 'fdatasyncSync'): void {
    writes.calls.push(call);
    if (writes.failing === call) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  }
  return writes;
}

describe('a medium in a file', () => {
  it('is made of zeros, of the size that it is asked for, and nothing else', () => {
    const medium = FileMedium.create({ path: file }, 3);
    expect([medium.blocks, medium.read(0, 3)]).toEqual([3, Buffer.alloc(1536)]);
    medium.close();
    expect(fs.readFileSync(file)).toEqual(Buffer.alloc(1536));
  });

  it('has in the file what was written, before it is flushed, and after it is opened again', () => {
    const medium = FileMedium.create({ path: file }, 4);
    medium.write(1, new Uint8Array(1024).fill(7));
    const expected = Buffer.alloc(2048).fill(7, 512, 1536);
    expect(fs.readFileSync(file)).toEqual(expected);
    medium.close();
    const again = FileMedium.open({ path: file });
    expect([again.blocks, again.read(0, 4), again.read(2, 1)]).toEqual([4, expected, Buffer.alloc(512, 7)]);
    again.close();
  });

  it('gives bytes that later writes do not alter', () => {
    const medium = FileMedium.create({ path: file }, 1);
    const before = medium.read(0, 1);
    medium.write(0, new Uint8Array(512).fill(7));
    expect(before).toEqual(Buffer.alloc(512));
    medium.close();
  });

  it('is flushed by the disk, and only when it is asked for', () => {
    const writes = failingWrites();
    const medium = FileMedium.create({ path: file, writes }, 1);
    medium.write(0, new Uint8Array(512).fill(7));
    expect(writes.calls).toEqual(['writeSync', 'writeSync']);
    medium.flush();
    expect(writes.calls).toEqual(['writeSync', 'writeSync', 'fdatasyncSync']);
    expect(medium.read(0, 1)).toEqual(Buffer.alloc(512, 7));
    medium.close();
  });

  it('says when the disk is full, and takes the next write when there is room', () => {
    const writes = failingWrites();
    const medium = FileMedium.create({ path: file, writes }, 1);
    writes.failing = 'writeSync';
    expect(() => medium.write(0, new Uint8Array(512))).toThrow(
      expect.objectContaining({ code: 'STORE_WRITE_FAILED', details: { where: file, why: 'the disk is full' } }),
    );
    writes.failing = undefined;
    medium.write(0, new Uint8Array(512));
    medium.flush();
    medium.close();
  });

  it('takes nothing more after a failed flush, until it is opened again', () => {
    const writes = failingWrites();
    const medium = FileMedium.create({ path: file, writes }, 1);
    writes.failing = 'fdatasyncSync';
    const failed = expect.objectContaining({ code: 'STORE_WRITE_FAILED' });
    expect(() => medium.flush()).toThrow(failed);
    writes.failing = undefined;
    expect(() => medium.flush()).toThrow(failed);
    expect(() => medium.write(0, new Uint8Array(512))).toThrow(failed);
    expect(medium.read(0, 1)).toEqual(Buffer.alloc(512));
    medium.close();
    const again = FileMedium.open({ path: file });
    again.flush();
    again.close();
  });

  it('whose file has become shorter gives no bytes that are not in it', () => {
    const medium = FileMedium.create({ path: file }, 2);
    fs.truncateSync(file, 700);
    expect(medium.read(0, 1)).toHaveLength(512);
    expect(() => medium.read(0, 2)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
    medium.close();
  });

  it.each([
    ['missing', () => undefined],
    ['empty', () => fs.writeFileSync(file, '')],
    ['cut within a block', () => fs.writeFileSync(file, Buffer.alloc(700))],
    [
      'larger than 64 GiB',
      () => {
        fs.writeFileSync(file, '');
        fs.truncateSync(file, 2 ** 36 + 512);
      },
    ],
    ['a folder', () => fs.mkdirSync(file)],
    ['a link', () => fs.symlinkSync('/dev/zero', file)],
  ])('is none when the file is %s', (_, make) => {
    make();
    expect(() => FileMedium.open({ path: file })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(STORE_DAMAGED|FILE_UNREADABLE)$/) }),
    );
  });

  it('does not replace a file that is there', () => {
    fs.writeFileSync(file, 'mine');
    expect(() => FileMedium.create({ path: file }, 1)).toThrow(expect.objectContaining({ code: 'CONTAINER_EXISTS' }));
    expect(fs.readFileSync(file, 'utf8')).toBe('mine');
  });

  it.each([0, -1, 1.5, 2 ** 27 + 1])('is not made of %d blocks', (blocks) => {
    expect(() => FileMedium.create({ path: file }, blocks)).toThrow(Defect);
    expect(fs.existsSync(file)).toBe(false);
  });

  it('is let go once, and not used after that', () => {
    const medium = FileMedium.create({ path: file }, 1);
    medium.close();
    medium.close();
    expect(() => medium.read(0, 1)).toThrow(Defect);
    expect(() => medium.flush()).toThrow(Defect);
  });
});
