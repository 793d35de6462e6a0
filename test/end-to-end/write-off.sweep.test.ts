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
    await tell(loaded, 'dongle');
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

  it('says before what it would mean, with seats and the age of what is known, and does nothing', async () => {
    const said = await writeOff('--dry-run');
    const today = new Date().toISOString().slice(0, 10);
    for (const part of [
      'Nothing was done',
      'for good',
      `As 3-1234567 told on ${today}`,
      '    2 of 6000010:1001\n',
      '130-2459324738 comes on the list of firm 6000010 at once',
      'a duplicate that you accept',
    ])
      expect(said).toContain(part);
    expect(said).not.toContain('there twice.');
    expect((await world.json('list', 'central:vendor')).centrals[0].transit).toEqual([]);
  });

  it('holds its number against the giver where that is named by its address, and says where it did not', async () => {
    const by = (from: string, through: string) => [...GIVEN_UP.slice(0, 4), from, ...GIVEN_UP.slice(5, 8), through];
    expect(await writeOff('--dry-run')).toContain('Whether 1 is right was not tested');
    const tested = await world.must(...by('sim:dongle', '1'), '--dry-run');
    expect(tested).toContain(
      '3-1234567 itself shows now in transit to 130-2459324738: 2 seats of 6000010:1001, sequence 1.',
    );
    expect(tested).not.toContain('was not tested');
    const beyond = {
      exit: 3,
      stderr: expect.stringContaining('sequence 1 is the last of it to 130-2459324738, not 2'),
    };
    for (const more of [['--dry-run'], ['-o', 'x.ferry-update']])
      expect(await world.run(...by('sim:dongle', '2'), ...more)).toMatchObject(beyond);
    await world.must('cancel', 'sim:dongle', '--to', '130-2459324738', '-o', 'gone.ferry-update');
    await world.must('apply', 'sim:device', 'gone.ferry-update', '-o', 'gone.ferry-context');
    await world.must('settle', 'sim:dongle', 'gone.ferry-context');
    expect((await world.run(...by('sim:dongle', '1'), '--dry-run')).stderr).toContain('[WRITE_OFF_NOTHING]');
    expect(await world.must('central', 'revoked', 'vendor')).toContain('Nobody was ever on a list');
  });

  it('says before that the device has told to have applied it', async () => {
    await world.must('apply', 'sim:device', 'moved.ferry-update', '-o', 'lost.ferry-context');
    await tell(world, 'device');
    expect(await writeOff('--dry-run')).toContain(
      '130-2459324738 told that it has 2 of 6000010:1001 of it: they will be there twice.',
    );
  });

  it('is refused with the serial numbers swapped, and nobody comes on a list', async () => {
    const swapped = ['--from', '130-2459324738', '--target', '3-1234567', '--through', '1'];
    for (const more of [['--dry-run'], ['-o', 'x.ferry-update']]) {
      const said = await world.run('central', 'write-off', 'vendor', ...swapped, ...more);
      expect(said).toMatchObject({ exit: 3, stderr: expect.stringContaining('WRITE_OFF_SWAPPED') });
      expect(said.stderr).toContain('--from 3-1234567 --target 130-2459324738');
    }
    expect(await world.must('central', 'revoked', 'vendor')).toContain('Nobody was ever on a list');
  });

  it('of what the vendor granted by itself is refused, by what is done instead', async () => {
    for (const from of ['central:vendor', '6000010']) {
      const said = await world.run('central', 'write-off', 'vendor', '--from', from, ...GIVEN_UP.slice(5));
      expect(said).toMatchObject({ exit: 3, stderr: expect.stringContaining('WRITE_OFF_OWN') });
      expect(said.stderr).toContain('ferry cancel central:DIR --to 130-2459324738');
    }
  });

  it('that goes beyond what was given is refused by the giver, and every command says so by its exit code', async () => {
    const ahead = [...GIVEN_UP.slice(0, -1), '7', '-o', 'ahead.ferry-update'];
    await world.must(...ahead);
    const refused = { exit: 3, stdout: expect.stringContaining('WRITE_OFF_AHEAD') };
    expect(await world.run('apply', 'sim:dongle', 'ahead.ferry-update', '-o', 'no.ferry-context')).toMatchObject(
      refused,
    );
    const told = await world.run('settle', 'central:vendor', 'no.ferry-context');
    expect(told).toMatchObject(refused);
    expect(told.stdout).toContain('on the list of its vendor all the same');
    expect(await world.run('settle', 'central:vendor', 'no.ferry-context')).toMatchObject({ exit: 0 });
  });

  it('is refused where nothing is in transit, by what to do about a device that broke', async () => {
    await world.must('apply', 'sim:device', 'moved.ferry-update', '-o', 'done.ferry-context');
    await world.must('settle', 'sim:dongle', 'done.ferry-context');
    await tell(world, 'dongle');
    const { exit, stderr } = await world.run(...GIVEN_UP, '--dry-run');
    expect(exit).toBe(3);
    for (const part of ['WRITE_OFF_NOTHING', 'grant it anew', 'ferry central revoke']) expect(stderr).toContain(part);
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

describe('a device that is met again after it was written off', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'to.ferry-context');
    const order = ['issue', 'sim:dongle', '--context', 'to.ferry-context', '--item', loaded.item(2)];
    await loaded.must(...order, '-o', 'moved.ferry-update');
    await loaded.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'dongle.ferry-context');
    await loaded.must('settle', 'central:vendor', 'dongle.ferry-context');
    await loaded.must(...GIVEN_UP, '-o', 'write-off.ferry-update');
    await loaded.must('apply', 'sim:dongle', 'write-off.ferry-update', '-o', 'receipt.ferry-context');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  it('and has applied its file is shown to its giver as a duplicate, how many of what, and who sees it', async () => {
    await world.must('apply', 'sim:device', 'moved.ferry-update', '-o', 'late.ferry-context');
    const said = await world.must('settle', 'sim:dongle', 'late.ferry-context');
    expect(said.split('\n').slice(1)).toEqual([
      '  Sequence 1 was written off: its seats are held here again, and 130-2459324738 has them, too, with the consent of their vendor.',
      '  6000010:1001: 2 are there twice, written off, yet applied: a duplicate that was accepted.',
      '  Their vendor sees it when a context of 130-2459324738 that is made for it comes home.',
      '',
    ]);
  });

  it('is shown so also where nobody is there who knows the PIN of the giver, then without how many', async () => {
    world.variables.FERRY_NEW_PIN = '2468';
    await world.must('pin', 'set', 'sim:dongle');
    world.variables.FERRY_PIN = '2468';
    await world.must('order', 'arm', 'sim:dongle', '--item', world.item(1), '--most', '1');
    delete world.variables.FERRY_PIN;
    await world.must('central', 'revoke', 'vendor', '130-2459324738', '--lift');
    await world.must('central', 'issue', 'vendor', '--to', '3-1234567', '-o', 'lifted.ferry-update');
    await world.must('apply', 'sim:dongle', 'lifted.ferry-update');
    const byOrder = ['issue', 'sim:dongle', '--context', 'to.ferry-context', '--item', world.item(1)];
    await world.must(...byOrder, '-o', 'more.ferry-update');
    const [before, after] = ['moved.ferry-update', 'more.ferry-update'];
    await world.must('apply', 'sim:device', before, '-o', 'folder:.');
    await world.must('apply', 'sim:device', after, '-o', 'late.ferry-context');
    const said = await world.must('settle', 'sim:dongle', 'late.ferry-context');
    expect(said).toContain('130-2459324738 has them, too');
    expect(said).not.toContain('there twice');
  });

  it('is warned of by both dry runs, that to it and that back from it, which would be refused', async () => {
    const item = ['--item', world.item(1), '--dry-run'];
    const there = await world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', ...item);
    expect(there).toMatchObject({ exit: 0, stdout: expect.stringContaining('it can never give back there') });
    await world.must('apply', 'sim:device', 'moved.ferry-update', '-o', 'late.ferry-context');
    const back = ['move', '--from', 'sim:device', '--to', 'sim:dongle', '--item', world.item(1)];
    const dry = await world.run(...back, '--dry-run');
    expect(dry).toMatchObject({ exit: 3, stdout: expect.stringContaining('which refuses what it passes on of firm') });
    expect(await world.json(...back, '--dry-run')).toMatchObject({ givenUp: { refused: [6000010], oneWay: [] } });
    expect(await world.run(...back)).toMatchObject({ exit: 3, stdout: expect.stringContaining('SENDER_REVOKED') });
  });

  it('and refuses what it was given has nothing, and nothing is said to stay there or to come back', async () => {
    const [again, stick] = ['again.ferry-update', 'no.ferry-context'];
    await world.must('issue', 'sim:dongle', '--to', '130-2459324738', '-o', again);
    await world.must('apply', 'sim:device', again, '-o', stick);
    const said = await world.must('settle', 'sim:dongle', stick);
    expect(said).toContain(
      'Sequence 1 was written off: its seats are held here again since then, and 130-2459324738 does',
    );
    expect(said).not.toMatch(/came back|stays with|twice/);
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
