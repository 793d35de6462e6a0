import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSoftContainer } from '../../device-side/index.ts';
import { TestFirm } from '../world/parties.ts';
import { FerryHere } from './ferry-here.ts';

const DEVICE = '130-2459324738';

describe('ferry apply of several files', () => {
  let world: FerryHere;
  beforeEach(async () => {
    world = new FerryHere();
    await world.setUp();
    await world.run('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    await world.run(
      'issue',
      'sim:dongle',
      '--context',
      'device.ferry-context',
      '--item',
      world.item(2),
      '-o',
      'stick/',
    );
    const { container, close } = openSoftContainer(path.join(world.folder, 'device'));
    const { key, certified } = container.state.identity;
    const device = { container, parts: undefined as never, key, certificate: certified?.raw ?? new Uint8Array() };
    const firm = new TestFirm(6000011);
    for (let entries = 0; entries < 3; entries++)
      firm.issue(device, { kind: 'add', grants: [firm.grant(key, { quantity: 1 }).raw] });
    fs.writeFileSync(
      path.join(world.folder, 'stick', 'firm-1.ferry-update'),
      firm.update(device, { first: 1, last: 1 }),
    );
    fs.writeFileSync(
      path.join(world.folder, 'stick', 'firm-3.ferry-update'),
      firm.update(device, { first: 3, last: 3 }),
    );
    close();
  });
  afterEach(() => world.remove());

  const receipts = () => fs.readdirSync(path.join(world.folder, 'stick')).filter((name) => name.endsWith('-context'));

  it('writes a receipt for each issuer, and names the file that was not taken', async () => {
    const { exit, stdout } = await world.run('apply', 'sim:device', 'folder:stick', '-o', 'folder:stick', '--json');
    expect(exit).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ entries: [{ reason: 0 }] }, { entries: [{ reason: 0 }] }],
      failures: [{ file: path.join('stick', 'firm-3.ferry-update'), code: 'UPDATE_GAP' }],
    });
    expect(receipts().sort()).toEqual([
      `${DEVICE}-for-3-1234567-receipt.ferry-context`,
      `${DEVICE}-for-firm-6000011-receipt.ferry-context`,
    ]);
    const settled = await world.run(
      'settle',
      'sim:dongle',
      path.join('stick', `${DEVICE}-for-3-1234567-receipt.ferry-context`),
    );
    expect(settled.exit).toBe(0);
    expect(await world.seats('dongle')).toEqual({ held: 3, pending: 0 });
  });

  it('tries the later word that comes too early again before an older one, so that what it calls back stays out', async () => {
    const { container, close } = openSoftContainer(path.join(world.folder, 'device'));
    const { key, certified } = container.state.identity;
    const device = { container, parts: undefined as never, key, certificate: certified?.raw ?? new Uint8Array() };
    const firm = new TestFirm(6000012);
    for (let entries = 0; entries < 2; entries++)
      firm.issue(device, { kind: 'add', grants: [firm.grant(key, { quantity: 1 }).raw] });
    const files = {
      first: firm.update(device, { first: 1, last: 1 }),
      second: firm.update(device, { first: 2, last: 2 }),
      later: firm.update(device, { first: 2, last: 2, header: { cancelled: [2] }, generation: 9 }),
    };
    close();
    fs.mkdirSync(path.join(world.folder, 'words'));
    for (const [name, bytes] of Object.entries(files))
      fs.writeFileSync(path.join(world.folder, 'words', `${name}.ferry-update`), bytes);
    const { files: taken } = await world.json('apply', 'sim:device', 'folder:words', '-o', 'folder:words');
    const read = taken.map(({ file, entries }: { file: string; entries: { reason: number }[] }) => [
      path.basename(file, '.ferry-update'),
      entries.map(({ reason }) => reason === 0),
    ]);
    expect(read).toEqual([
      ['first', [true]],
      ['later', [false]],
      ['second', []],
    ]);
  });

  it('needs a folder for the receipts of several issuers, before it takes anything', async () => {
    const before = (await world.json('list', 'sim:device')).containers[0].stateHash;
    expect(await world.run('apply', 'sim:device', 'folder:stick', '-o', 'receipt')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('USAGE_WRONG'),
    });
    expect((await world.json('list', 'sim:device')).containers[0].stateHash).toBe(before);
  });

  it('is refused with the first reason when no file was taken', async () => {
    const gap = path.join('stick', 'firm-3.ferry-update');
    expect(await world.run('apply', 'sim:device', gap, '--json')).toMatchObject({ exit: 3 });
    expect(receipts()).toEqual([]);
  });
});
