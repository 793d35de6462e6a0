import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { FIRM, grantToAll, onStick, plugIntoAll, receiptOf, SERIALS, setUpVendor, updateOf } from './vendor-stick.ts';

const world = new FerryHere();
beforeAll(async () => {
  await setUpVendor(world);
  await grantToAll(world);
});
afterAll(() => world.remove());

const exporting = ['central', 'export', 'vendor', '--to', 'folder:stick'] as const;
const collecting = ['central', 'collect', 'vendor', 'folder:stick'] as const;
const ledger = async () => (await world.json('list', 'central:vendor')).centrals[0];

describe('a stick that a vendor sends round, step by step', () => {
  it('brings all devices what is in transit to them by one command', async () => {
    const { exit, stdout } = await world.run(...exporting);
    expect([exit, onStick(world)]).toEqual([0, SERIALS.map((serial) => updateOf(serial))]);
    for (const [at, serial] of SERIALS.entries())
      expect(stdout).toMatch(new RegExp(`${serial} +${FIRM} +1 +1 +${FIRM}:1001x${at + 1}\n`));
    expect(stdout).toContain('Result: 3 update files for 3 containers written to folder:stick.');
  });

  it('has the same files once more after the same command, and after ferry central issue', async () => {
    const before = onStick(world);
    await world.must(...exporting);
    await world.must('central', 'issue', 'vendor', '--to', SERIALS[0], '-o', 'folder:stick');
    const { containers, failures, idle, left } = await world.json(...exporting);
    expect([onStick(world), failures, idle, left]).toEqual([before, [], [], { settled: [], refused: [] }]);
    expect(containers).toMatchObject(
      SERIALS.map((serial, at) => ({
        serial,
        firmCode: FIRM,
        files: [`stick/${updateOf(serial)}`],
        entries: [{ sequence: 1, kind: 'add', cancelled: false, items: [{ productCode: 1001, seats: at + 1 }] }],
      })),
    );
  });

  it('brings home what all devices answered by one command', async () => {
    await plugIntoAll(world);
    const { exit, stdout } = await world.run(...collecting);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('Result: 3 files of 3 containers taken home.')]);
    for (const serial of SERIALS)
      expect(stdout).toContain(`${serial} (firm ${FIRM}) applied 1, refused 0; 0 still in transit.`);
    const { transit, ledger: lines } = await ledger();
    expect(transit).toEqual([]);
    expect(lines.map(({ held }: { readonly held: number }) => held).sort()).toEqual([1, 2, 3]);
  });

  it('changes nothing when it comes home again, and it is said so', async () => {
    const before = await ledger();
    const { exit, stdout } = await world.run(...collecting);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('Result: nothing new: 3 files of 3 containers')]);
    expect(await world.json(...collecting)).toMatchObject({
      repeated: true,
      foreign: 0,
      failures: [],
      containers: SERIALS.map((target) => ({ target, repeated: true, entries: [], pending: 0 })),
    });
    expect(await ledger()).toEqual(before);
  });

  it('gets nothing where all is settled, and what lies there from before is told and left', async () => {
    const before = onStick(world);
    const { exit, stdout, stderr } = await world.run(...exporting);
    expect([exit, stdout]).toEqual([0, 'Result: nothing written to folder:stick.\n']);
    expect(stderr).toContain('Nothing is in transit to any container.');
    expect(stderr).toContain(
      `3 update files of before may be deleted, since all is settled: ${SERIALS.map((one) => updateOf(one)).join(', ')}`,
    );
    const named = await world.run('central', 'export', 'vendor', SERIALS[1], '--to', 'folder:stick');
    expect(named).toMatchObject({ exit: 0, stderr: expect.stringContaining(`Nothing is in transit to ${SERIALS[1]}`) });
    expect(onStick(world)).toEqual(before);
  });

  it('makes a container known that was not, from a folder on it, and tells files for others by their number', async () => {
    await world.must('dongle', 'create', 'dongle', '--serial', '3-7');
    fs.mkdirSync(path.join(world.folder, 'stick', 'from dongle'));
    const to = 'folder:stick/from dongle';
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '--firm', `${FIRM}`, '-o', to);
    await world.must('context', 'sim:one', '--for', 'sim:dongle', '-o', to);
    const { containers, foreign, repeated } = await world.json(...collecting);
    expect([foreign, repeated]).toEqual([1, false]);
    expect(containers.at(-1)).toMatchObject({
      target: '3-7',
      madeKnown: true,
      files: [`stick/from dongle/3-7-for-firm-${FIRM}.ferry-context`],
    });
    await world.must('central', 'issue', 'vendor', '--to', '3-7', '--item', `${FIRM}:5`, '-o', 'folder:lost');
    expect(fs.existsSync(path.join(world.folder, 'stick', receiptOf(SERIALS[0])))).toBe(true);
  });
});
