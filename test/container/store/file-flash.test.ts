import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { Defect, type ErrorCode } from '../../../container/errors.ts';
import { FileFlash } from '../../../container/store/file-flash.adapter.ts';
import { Journal } from '../../../container/store/journal.ts';
import { bundle } from './bundled-program.ts';
import { FailingWrites } from './failing-writes.ts';
import { TINY } from './faulty-flash.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const LARGE = { size: 64 * 1024 * 1024, pageSize: 256, sectorSize: 4096 };

function refusal(code: ErrorCode, details: object = {}): unknown {
  return expect.objectContaining({ code, details: expect.objectContaining(details) });
}

function newFlash(writes?: FailingWrites): { flash: FileFlash; file: string } {
  const file = path.join(newFolder(), 'container.flash');
  return { file, flash: FileFlash.create({ path: file, geometry: TINY, ...(writes === undefined ? {} : { writes }) }) };
}

describe('a flash in a file', () => {
  it('starts erased and keeps what was flushed, and nothing else, for the next program', () => {
    const { flash, file } = newFlash();
    expect(flash.read(0, TINY.size).every((byte) => byte === 0xff)).toBe(true);
    flash.program(100, Uint8Array.of(1, 2, 3));
    flash.program(600, Uint8Array.of(9));
    flash.flush();
    flash.erase(512);
    flash.program(513, Uint8Array.of(7));
    flash.flush();
    flash.program(200, Uint8Array.of(4));
    flash.close();
    const again = FileFlash.open({ path: file });
    expect(again.geometry).toEqual(TINY);
    expect(again.read(99, 5)).toEqual(Uint8Array.of(0xff, 1, 2, 3, 0xff));
    expect(again.read(513, 1)).toEqual(Uint8Array.of(7));
    expect([...again.read(600, 1), ...again.read(200, 1)]).toEqual([0xff, 0xff]);
    again.close();
    again.close();
    expect(() => again.flush()).toThrow(Defect);
  });

  it('has the rules of a flash', () => {
    const { flash } = newFlash();
    flash.program(0, Uint8Array.of(0));
    expect(() => flash.program(0, Uint8Array.of(1))).toThrow(Defect);
    expect(() => FileFlash.create({ path: 'nowhere', geometry: { ...TINY, size: 5 } })).toThrow(Defect);
    flash.close();
  });

  it.skipIf(process.platform === 'win32')('takes room on the disk only for what was programmed', () => {
    const file = path.join(newFolder(), 'container.flash');
    const flash = FileFlash.create({ path: file, geometry: LARGE });
    Journal.format(flash, { crypto: nativeCrypto(), where: file }).append(new Uint8Array(1000));
    flash.close();
    const { size, blocks } = fs.statSync(file);
    expect(size).toBeGreaterThan(LARGE.size);
    expect(blocks * 512).toBeLessThan(100_000);
  });

  it('is refused as damaged when it is missing, short, long, foreign, of another kind or its header was changed', () => {
    const { flash, file } = newFlash();
    flash.close();
    const sound = fs.readFileSync(file);
    const changed = (at: number, value: number): Uint8Array =>
      Uint8Array.from(sound, (byte, n) => (n === at ? value : byte));
    const cases: readonly [Uint8Array, string][] = [
      [sound.subarray(0, 0), 'it is not a flash file'],
      [sound.subarray(0, 31), 'it is not a flash file'],
      [changed(0, 0), 'it is not a flash file'],
      [changed(13, 9), 'the checksum of its header is wrong'],
      [sound.subarray(0, sound.length - 1), `it has ${sound.length - 1} bytes instead of ${sound.length}`],
      [new Uint8Array([...sound, 0]), `it has ${sound.length + 1} bytes instead of ${sound.length}`],
    ];
    for (const [content, what] of cases) {
      fs.writeFileSync(file, content);
      expect(() => FileFlash.open({ path: file })).toThrow(refusal('STORE_DAMAGED', { where: file, what }));
    }
    for (const [at, value, what] of [
      [8, 2, 'its layout has version 2, this program reads version 1'],
      [16, 48, 'its sizes are impossible'],
      [12, TINY.sectorSize * (2 ** 18 + 1), 'its sizes are impossible'],
      [24, 4, 'it belongs to another kind of container'],
    ] as const) {
      const otherwise = new DataView(Uint8Array.from(sound).buffer);
      otherwise.setUint32(at, value, true);
      otherwise.setUint32(28, crc32(new Uint8Array(otherwise.buffer, 0, 28)), true);
      fs.writeFileSync(file, otherwise);
      expect(() => FileFlash.open({ path: file })).toThrow(refusal('STORE_DAMAGED', { where: file, what }));
    }
    fs.rmSync(file);
    expect(() => FileFlash.open({ path: file })).toThrow(refusal('STORE_DAMAGED', { what: 'the file is missing' }));
    expect(() => FileFlash.open({ path: os.devNull })).toThrow(refusal('STORE_DAMAGED'));
    fs.mkdirSync(file);
    expect(() => FileFlash.open({ path: file })).toThrow(refusal('FILE_UNREADABLE', { why: 'it is a folder' }));
  });

  it('is never made over something that is there, nor left half made', () => {
    const { flash, file } = newFlash();
    flash.close();
    expect(() => FileFlash.create({ path: file, geometry: TINY })).toThrow(refusal('CONTAINER_EXISTS'));
    const writes = new FailingWrites();
    writes.fail('writeSync', 'ENOSPC');
    const other = `${file}2`;
    const create = () => FileFlash.create({ path: other, geometry: TINY, writes });
    expect(create).toThrow(refusal('STORE_WRITE_FAILED', { where: other, why: 'the disk is full' }));
    expect(fs.readdirSync(path.dirname(file))).toEqual(['container.flash']);
  });
});

describe('a flash on a disk that fails', () => {
  it.each([
    ['writeSync', 'ENOSPC', 'the disk is full'],
    ['fdatasyncSync', 'EIO', 'the disk reports an error'],
    ['fdatasyncSync', 'EWHATEVER', 'the system answers EWHATEVER'],
  ] as const)(
    'says so in words (%s: %s), writes nothing more, and is whole again when it is reopened',
    (call, code, why) => {
      const writes = new FailingWrites();
      const { flash, file } = newFlash(writes);
      const journal = Journal.format(flash, { crypto: nativeCrypto(), where: file });
      journal.append(Uint8Array.of(1));
      writes.fail(call, code);
      expect(() => journal.append(Uint8Array.of(2))).toThrow(refusal('STORE_WRITE_FAILED', { where: file, why }));
      writes.fail(undefined);
      expect(() => journal.append(Uint8Array.of(3))).toThrow(refusal('STORE_WRITE_FAILED'));
      expect(() => flash.flush()).toThrow(
        refusal('STORE_WRITE_FAILED', { why: expect.stringContaining('an earlier write failed') }),
      );
      flash.close();
      const reopened = Journal.open(FileFlash.open({ path: file }), { crypto: nativeCrypto(), where: file });
      expect([[[1]], [[1], [2]]]).toContainEqual(reopened.records.map((record) => [...record]));
    },
  );

  describe.skipIf(process.platform === 'win32')('really', () => {
    let program = '';
    beforeAll(async () => {
      const built = await bundle('fill-flash.ts');
      program = built.file;
      return built.remove;
    });

    it('stops with the limit of the system, and keeps every record that it said was kept', () => {
      const file = path.join(newFolder(), 'container.flash');
      const flash = FileFlash.create({ path: file, geometry: LARGE });
      Journal.format(flash, { crypto: nativeCrypto(), where: file });
      flash.close();
      const command = `ulimit -f 32; exec "$0" "$1" "$2"`;
      const ran = spawnSync('bash', ['-c', command, process.execPath, program, file], { encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      const told = JSON.parse(ran.stdout);
      expect(told.first).toEqual({
        code: 'STORE_WRITE_FAILED',
        why: 'the file would become larger than the system allows',
      });
      expect(told.then.code).toBe('STORE_WRITE_FAILED');
      const { records } = Journal.open(FileFlash.open({ path: file }), { crypto: nativeCrypto(), where: file });
      expect(told.appended).toBeGreaterThan(5);
      expect([told.appended, told.appended + 1]).toContain(records.length);
    });
  });
});
