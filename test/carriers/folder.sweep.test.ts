import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../container/errors.ts';
import { openContextFile, openInventory } from '../../container/files/context-file.ts';
import { readFerryFile, writeFerryFile } from '../../host/cli/ferry-files.adapter.ts';
import { FerryHere } from '../end-to-end/ferry-here.ts';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { crypto, root, TestFirm } from '../world/parties.ts';
import { loadedDongle } from './loaded-dongle.ts';

const DEVICE = '130-2459324738';
const FOLDER = 'folder:stick';

/** Names that no file system of a stick refuses or changes, and that no person has to quote. */
const EVERYWHERE = /^[\w-]{1,80}\.(ferry-context|ferry-update|ferry-certificate)$/;

describe('a container that is reached through files in a folder', () => {
  const loaded = new FerryHere();
  let world: FerryWorld;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = new FerryWorld();
    fs.cpSync(loaded.folder, world.folder, { recursive: true });
  });
  afterEach(() => world.remove());

  const onStick = () => fs.readdirSync(path.join(world.folder, 'stick')).sort();

  it('gives a license away, in the transactions of a move, and takes it back', () => {
    world.must('certificate', 'sim:dongle', '-o', FOLDER);
    world.must('context', 'sim:device', '--for', 'stick/3-1234567.ferry-certificate', '-o', FOLDER);
    const context = `stick/${DEVICE}-for-3-1234567.ferry-context`;
    world.must('issue', 'sim:dongle', '--context', context, '--item', world.item(2), '-o', FOLDER);
    expect(world.seats('dongle')).toEqual({ held: 3, pending: 2 });
    world.must('device', 'import', 'device', 'stick');
    world.must('settle', 'sim:dongle', FOLDER);
    expect([world.seats('dongle'), world.seats('device')]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);

    world.must('certificate', 'sim:device', '-o', FOLDER);
    world.must('context', 'sim:dongle', '--for', `stick/${DEVICE}.ferry-certificate`, '-o', FOLDER);
    world.must('move', '--from', 'sim:device', '--to', FOLDER, '--all');
    world.must('move', '--from', FOLDER, '--to', 'sim:dongle', '--all');
    world.must('settle', 'sim:device', FOLDER);
    expect([world.seats('dongle'), world.seats('device')]).toEqual([
      { held: 5, pending: 0 },
      { held: 0, pending: 0 },
    ]);
    expect(onStick().filter((name) => !EVERYWHERE.test(name))).toEqual([]);
    expect(onStick()).toHaveLength(8);
  });

  it('refuses in its receipt, with the code of its refusal, and the license comes back', () => {
    world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', FOLDER);
    world.must('move', '--from', 'sim:dongle', '--to', FOLDER, '--item', world.item(2));
    const given = `stick/3-1234567-for-${DEVICE}-1.ferry-update`;
    world.must('refuse', 'sim:device', given, '--through', '1', '-o', FOLDER);
    const { receipts } = world.json('settle', 'sim:dongle', `stick/${DEVICE}-for-3-1234567-receipt.ferry-context`);
    expect(receipts).toMatchObject([{ entries: [{ sequence: 1, reason: CATALOGUE.REFUSED_BY_OWNER.number }] }]);
    expect([world.seats('dongle'), world.seats('device')]).toEqual([
      { held: 5, pending: 0 },
      { held: 0, pending: 0 },
    ]);
  });

  it('refuses what is for another one with its code, and both go on', () => {
    world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', FOLDER);
    world.must('move', '--from', 'sim:dongle', '--to', FOLDER, '--item', world.item(2));
    expect(world.run('apply', 'sim:other', FOLDER, '-o', FOLDER, '--json')).toMatchObject({
      exit: 4,
      stdout: expect.stringContaining('NOT_ADDRESSED'),
    });
    expect(world.json('device', 'import', 'other', 'stick')).toMatchObject({ files: [], foreign: 1 });
    world.must('apply', 'sim:device', FOLDER, '-o', FOLDER);
    expect(world.seats('device')).toEqual({ held: 2, pending: 0 });
  });
});

describe('a container with thousands of licenses that is reached through files in a folder', () => {
  let dongle: ReturnType<typeof loadedDongle>;
  let world: FerryHere;
  beforeEach(() => {
    dongle = loadedDongle();
    world = new FerryHere();
    fs.renameSync(dongle.folder, path.join(world.folder, 'dongle'));
  });
  afterEach(() => {
    world.remove();
    dongle.remove();
  });

  it('is told whole to its vendor, thousands of licenses and all', async () => {
    await world.must('context', 'sim:dongle', '--for', '6000010', '-o', FOLDER);
    const raw = readFerryFile(path.join(world.folder, 'stick', `${dongle.serial}-for-firm-6000010.ferry-context`));
    const opened = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, raw);
    if (!opened.ok) throw new Error(opened.code);
    const told = openInventory(crypto, new TestFirm().sealingSecret, opened.value);
    expect(told).toMatchObject({ ok: true, value: { complete: true } });
    expect(told.ok && told.value?.holdings.length).toBe(dongle.items);
  });

  it('takes an update of nearly 2 MiB, and answers with a receipt', async () => {
    expect(dongle.update.length).toBeGreaterThan(1_900_000);
    writeFerryFile(`folder:${path.join(world.folder, 'stick')}`, 'big.ferry-update', dongle.update, 'update');
    await world.must('apply', 'sim:dongle', FOLDER, '-o', FOLDER);
    const [{ holdings }] = (await world.json('list', 'sim:dongle')).containers;
    expect(holdings).toHaveLength(dongle.items + dongle.more);
    const receipt = `stick/${dongle.serial}-for-firm-6000010-receipt.ferry-context`;
    expect(await world.json('inspect', receipt)).toMatchObject({ kind: 'context', valid: true });
  });
});
