import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { Defect } from '../../../container/errors.ts';
import { FileFlash } from '../../../container/store/file-flash.adapter.ts';
import { Journal } from '../../../container/store/journal.ts';
import {
  DEFAULT_CAPACITY,
  isCapacity,
  NorFlash,
  type OnOperation,
  PAGE_SIZE,
  PowerCut,
  SECTOR_SIZE,
} from '../../../dongle-firmware-sim/flash/nor-flash.adapter.ts';

const KIB = 1024;
const OPTIONS = { crypto: nativeCrypto(), where: 'the dongle' };
let folder = '';
let file = '';

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-nor-'));
  file = path.join(folder, 'flash.bin');
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Cuts the power at one operation, when that many bytes of it are done. */
function cutAt(operation: number, done: number): OnOperation {
  let left = operation;
  return () => {
    if (left-- === 0) throw new PowerCut(done);
  };
}

describe('the flash chip of a dongle', () => {
  it('has 384 KiB in pages of 256 bytes and sectors of 4 KiB, and other sizes from 64 KiB to 64 MiB', () => {
    const chip = NorFlash.create({ path: file });
    expect(chip.geometry).toEqual({ size: DEFAULT_CAPACITY, pageSize: 256, sectorSize: 4096 });
    chip.close();
    const sizes = [64 * KIB, 64 * KIB * KIB, 64 * KIB - SECTOR_SIZE, 64 * KIB * KIB + SECTOR_SIZE, 100_000];
    expect(sizes.map(isCapacity)).toEqual([true, true, false, false, false]);
    expect(() => NorFlash.create({ path: `${file}2` }, 100_000)).toThrow(Defect);
  });

  it('keeps what was flushed, and how often each sector was erased', () => {
    const chip = NorFlash.create({ path: file }, 64 * KIB);
    chip.program(250, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    chip.flush();
    for (let round = 0; round < 3; round++) chip.erase(2 * SECTOR_SIZE);
    chip.flush();
    chip.erase(SECTOR_SIZE);
    chip.close();
    const again = NorFlash.open({ path: file });
    expect(again.read(249, 10)).toEqual(Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7, 8, 0xff));
    expect([0, 1, 2, 3].map((sector) => again.wear(sector * SECTOR_SIZE))).toEqual([0, 0, 3, 0]);
    again.close();
  });

  it('takes setting a cleared bit and erasing inside a sector for defects', () => {
    const chip = NorFlash.create({ path: file }, 64 * KIB);
    chip.program(0, Uint8Array.of(0));
    expect(() => chip.program(0, Uint8Array.of(1))).toThrow(Defect);
    expect(() => chip.erase(100)).toThrow(Defect);
    chip.close();
  });

  it('is asked before each part of a page and each sector', () => {
    const asked: unknown[] = [];
    const chip = NorFlash.create({ path: file, onOperation: (...operation) => asked.push(operation) }, 64 * KIB);
    chip.program(200, new Uint8Array(400));
    chip.erase(SECTOR_SIZE);
    expect(asked).toEqual([
      ['program', 200, 56],
      ['program', 256, PAGE_SIZE],
      ['program', 512, 88],
      ['erase', 4096, 4096],
    ]);
    chip.close();
  });

  it('holds after a power cut what was done up to then, with the page in the middle torn, and is dead', () => {
    const chip = NorFlash.create({ path: file, onOperation: cutAt(1, 3) }, 64 * KIB);
    expect(() => chip.program(0, new Uint8Array(600))).toThrow(PowerCut);
    expect(() => chip.flush()).toThrow(Defect);
    const again = NorFlash.open({ path: file });
    expect(again.read(0, 600).filter((byte) => byte === 0).length).toBe(256 + 3);
    again.close();
  });

  it('holds after a power cut in an erase a sector of which only a part is erased', () => {
    const chip = NorFlash.create({ path: file, onOperation: cutAt(16, 1000) }, 64 * KIB);
    chip.program(0, new Uint8Array(SECTOR_SIZE));
    expect(() => chip.erase(0)).toThrow(PowerCut);
    const again = NorFlash.open({ path: file });
    expect(again.read(0, SECTOR_SIZE).filter((byte) => byte === 0xff).length).toBe(1000);
    expect(again.wear(0)).toBe(1);
    again.close();
  });

  it('lets any other exception of its observer through without harm', () => {
    const onOperation = (operation: string): void => {
      if (operation === 'erase') throw new Error('observer');
    };
    const chip = NorFlash.create({ path: file, onOperation }, 64 * KIB);
    expect(() => chip.erase(0)).toThrow('observer');
    chip.program(0, Uint8Array.of(7));
    chip.flush();
    expect([chip.wear(0), ...chip.read(0, 1)]).toEqual([0, 7]);
    chip.close();
  });

  it('carries a journal through a power cut at every page and sector of an append and a compaction', () => {
    const ready = NorFlash.create({ path: file }, 64 * KIB);
    const journal = Journal.format(ready, OPTIONS);
    for (let round = 0; round < 2; round++) {
      journal.append(new Uint8Array(9000).fill(1));
      journal.compact(new Uint8Array(500));
    }
    ready.close();
    const image = fs.readFileSync(file);
    let ended = false;
    for (let operation = 0; !ended; operation++) {
      fs.writeFileSync(file, image);
      try {
        const { journal } = Journal.open(NorFlash.open({ path: file, onOperation: cutAt(operation, 77) }), OPTIONS);
        journal.append(new Uint8Array(700).fill(2));
        journal.compact(new Uint8Array(500).fill(3));
        ended = true;
      } catch (error) {
        expect(error).toBeInstanceOf(PowerCut);
      }
      const after = Journal.open(NorFlash.open({ path: file }), OPTIONS);
      expect([0, 3]).toContain(after.snapshot[0]);
      expect(after.records.length).toBeLessThan(2);
      expect(after.records.every((record) => record.length === 700)).toBe(true);
    }
  });

  it('does not open the flash of a soft container, nor that one a chip', () => {
    NorFlash.create({ path: file }, 64 * KIB).close();
    expect(() => FileFlash.open({ path: file })).toThrow('it belongs to another kind of container');
    const geometry = { size: 64 * KIB, pageSize: PAGE_SIZE, sectorSize: SECTOR_SIZE };
    FileFlash.create({ path: `${file}2`, geometry }).close();
    expect(() => NorFlash.open({ path: `${file}2` })).toThrow('it belongs to another kind of container');
  });
});
