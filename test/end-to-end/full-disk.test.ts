import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { asNobody } from '../carriers/folder-as-nobody.ts';
// A server loads it late; as nobody it could not where the checkout is open to root alone.
import '../../host/cli/server-log.ts';
import { FerryHere } from './ferry-here.ts';

const world = new FerryHere();
beforeAll(() => world.setUp());
afterEach(() => vi.restoreAllMocks());
afterAll(() => world.remove());

describe('a container on a disk that takes no file', () => {
  it.each([
    ['list', ['list', 'sim:dongle']],
    ['check', ['check', 'sim:dongle', '6000010:1001']],
    ['use', ['use', 'sim:dongle', '6000010:1001']],
  ])('cannot be opened for ferry %s, which says so and not that a change may have happened', async (_, args) => {
    const { writeFileSync } = fs;
    vi.spyOn(fs, 'writeFileSync').mockImplementation((file, ...rest) => {
      if (String(file).endsWith('.new')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      writeFileSync(file, ...rest);
    });
    const { exit, stderr } = await world.run(...args);
    expect([exit, stderr]).toEqual([5, expect.stringContaining('the disk is full. [STORE_UNOPENED]')]);
    expect(stderr).toContain('What was asked for is not begun; no license is lost or changed.');
  });
});

describe.skipIf(process.platform === 'win32')('a container of which a file', () => {
  it.each([
    ['may only be read', 0o444, 'cannot be opened: writing there failed: access is not permitted. [STORE_UNOPENED]'],
    ['may not even be read', 0o000, 'cannot be read: access is not permitted. [FILE_UNREADABLE]'],
  ])('%s says which of it is not permitted', async (_, mode, said) => {
    const copy = world.copy();
    for (const file of ['device/container.bin', 'device-anchor/anchor.bin']) {
      fs.chmodSync(path.join(copy.folder, file), mode);
      const { exit, stderr } = await asNobody(copy.folder, () => copy.run('apply', 'sim:device', 'x.ferry-update'));
      expect([exit, stderr]).toEqual([5, expect.stringContaining(said)]);
      fs.chmodSync(path.join(copy.folder, file), 0o600);
    }
    copy.remove();
  });
});

describe.skipIf(process.platform === 'win32')('a container that may only be read', () => {
  it.each([
    ['import', ['device', 'import', 'device', '.']],
    ['serve', ['device', 'serve', 'device', '--listen', 'unix:s']],
  ])(
    'is told by ferry device %s as one that cannot be opened, and not as a change that may have happened',
    async (_, args) => {
      const copy = world.copy();
      fs.chmodSync(path.join(copy.folder, 'device/container.bin'), 0o444);
      const { exit, stderr } = await asNobody(copy.folder, () => copy.run(...args));
      expect([exit, stderr]).toEqual([5, expect.stringContaining('The container in device cannot be opened')]);
      expect(stderr).toContain('access is not permitted. [STORE_UNOPENED]');
      copy.remove();
    },
  );
});

describe('what is to be made where something else lies', () => {
  it.each([
    ['a dongle', ['dongle', 'create', 'file']],
    ['a device', ['device', 'create', 'file/below']],
    ['a License Central', ['central', 'init', 'file', '--firm', '6000011:Second']],
  ])('%s: is not made, and no word is said of a change, of the disk or of room alone', async (_, args) => {
    fs.writeFileSync(path.join(world.folder, 'file'), '');
    const { exit, stderr } = await world.run(...args);
    const said = /cannot be made: writing to file\S* failed: a part of the path is not a folder\. \[NOT_MADE\]/;
    expect([exit, stderr]).toEqual([5, expect.stringMatching(said)]);
    expect(stderr).toContain('There is none yet, so no license is touched.');
    expect(stderr).toContain('Choose another place');
  });
});

describe.skipIf(process.platform === 'win32')('a License Central that may only be read', () => {
  it('says of an order that it was not changed, and to run the same command again', async () => {
    const copy = world.copy();
    fs.chmodSync(path.join(copy.folder, 'vendor', 'central.sqlite'), 0o444);
    const order = ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', copy.item(1)];
    const { exit, stderr } = await asNobody(copy.folder, () => copy.run(...order));
    expect([exit, stderr]).toEqual([5, expect.stringContaining('the database is read-only. [CENTRAL_UNUSABLE]')]);
    expect(stderr).toContain('The License Central was not changed');
    expect(stderr).not.toContain('granted once more');
    copy.remove();
  });
});
