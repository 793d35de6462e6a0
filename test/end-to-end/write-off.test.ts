import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { interrupt, keptIn, typeWhatStatusSays } from './interrupted-move.ts';

const GIVEN_UP = [
  'central',
  'write-off',
  'vendor',
  '--from',
  '3-1234567',
  '--target',
  '130-2459324738',
  '--through',
  '1',
];

describe('a write-off on the command line', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    for (const name of ['device', 'dongle']) await tell(loaded, name);
    await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'to.ferry-context');
    const order = ['issue', 'sim:dongle', '--context', 'to.ferry-context', '--item', loaded.item(2)];
    await loaded.must(...order, '-o', 'moved.ferry-update');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  async function tell(one: FerryHere, name: string): Promise<string> {
    await one.must('context', `sim:${name}`, '--for', 'central:vendor', '-o', `${name}.ferry-context`);
    return one.must('settle', 'central:vendor', `${name}.ferry-context`);
  }

  const writeOff = (...more: string[]) => world.must(...GIVEN_UP, ...more);
  const ledger = async () => (await world.json('list', 'central:vendor')).centrals[0].ledger;

  it('says before what it would mean, and does nothing', async () => {
    const said = await writeOff('--dry-run');
    expect(said).toContain('Nothing was done');
    expect(said).toContain('a duplicate that you accept');
    expect((await world.json('list', 'central:vendor')).centrals[0].transit).toEqual([]);
  });

  it('brings the seats back to the dongle, and a device that comes back after all shows a known duplicate', async () => {
    await world.must('apply', 'sim:device', 'moved.ferry-update', '-o', 'lost.ferry-context');
    expect(await writeOff('-o', 'write-off.ferry-update')).toContain('a duplicate that you accept');
    await world.must('apply', 'sim:dongle', 'write-off.ferry-update', '-o', 'receipt.ferry-context');
    await world.must('settle', 'central:vendor', 'receipt.ferry-context');
    expect(await world.seats('dongle')).toEqual({ held: 5, pending: 0 });
    expect(await ledger()).toMatchObject([{ held: 5, duplicates: 0, surplus: 0 }]);
    expect(await tell(world, 'device')).toContain(
      '2 are there twice, written off or set back: a duplicate that was accepted',
    );
    expect(await ledger()).toMatchObject([{ held: 7, duplicates: 2, surplus: 0 }]);
    expect(await world.must('list', 'central:vendor')).toContain('2 written off, yet applied');
  });
});

describe('an unfinished move whose device was destroyed and written off', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(async () => {
    world = loaded.copy();
    await interrupt(world, 'apply');
    for (const name of ['device', 'dongle']) {
      await world.must('context', `sim:${name}`, '--for', 'central:vendor', '-o', `${name}.ferry-context`);
      await world.must('settle', 'central:vendor', `${name}.ferry-context`);
    }
    await world.must(...GIVEN_UP, '-o', 'write-off.ferry-update');
    await world.must('apply', 'sim:dongle', 'write-off.ferry-update', '-o', 'receipt.ferry-context');
    await world.must('settle', 'central:vendor', 'receipt.ferry-context');
    fs.mkdirSync(path.join(world.folder, 'lost'));
    fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'lost', 'device'));
  });
  afterEach(() => world.remove());

  const findDevice = (): void =>
    fs.renameSync(path.join(world.folder, 'lost', 'device'), path.join(world.folder, 'device'));

  it('is written off for ferry status and ferry list, its seats held again, and only what is kept of it is to be cleared', async () => {
    const said = await world.must('status');
    expect(said).toContain('It was written off: its seats are held again, and there is nothing to finish.');
    expect(said).toContain('written off, held again');
    expect(said).not.toContain('waits for the receipt');
    expect(await world.must('list', 'sim:dongle')).toContain('written off, held again');
    const { unfinished, transit, next } = await world.json('status');
    expect(unfinished).toMatchObject([{ standing: 'writtenOff' }]);
    expect(transit).toMatchObject([{ entries: [{ sequence: 1, writtenOff: true }] }]);
    expect(next).toEqual([
      { command: `ferry resume ${unfinished[0].id}`, why: 'clears away what is kept of it, and orders nothing' },
    ]);
  });

  it('is cleared away by ferry resume, which finds the device nowhere, and nothing is to be done any more', async () => {
    const { id } = (await world.json('status')).unfinished[0];
    expect(await world.must('resume')).toBe(`${id} was written off: its seats are held again. It is forgotten.\n`);
    expect(keptIn(world)).toEqual({});
    expect(await world.seats('dongle')).toEqual({ held: 5, pending: 0 });
    expect(await world.json('status')).toMatchObject({ unfinished: [], next: [] });
    expect(await world.must('status')).toContain('There is nothing to do');
  });

  it('tells a device that is found after all, and then nothing of it is left in transit', async () => {
    await world.must('resume');
    findDevice();
    expect(await typeWhatStatusSays(world)).toHaveLength(3);
    expect(await world.must('status')).toContain('Nothing is under way');
    expect([await world.seats('dongle'), await world.seats('device')]).toMatchObject([{ held: 5 }, { held: 0 }]);
  });

  it('is shown by the dry run of another move as nothing that comes back', async () => {
    findDevice();
    const said = await world.must(
      'move',
      '--from',
      'sim:dongle',
      '--to',
      'sim:device',
      '--item',
      world.item(1),
      '--dry-run',
    );
    expect(said).not.toContain('come back');
    expect(said).toMatch(/ 5 +4 +0 +1\n/);
  });

  it('is not cleared away where the giver is not there to say so', async () => {
    fs.renameSync(path.join(world.folder, 'dongle'), path.join(world.folder, 'away'));
    expect(await world.run('resume')).toMatchObject({ exit: 5, stderr: expect.stringContaining('MOVE_UNFINISHED') });
    expect(keptIn(world)).not.toEqual({});
  });
});
