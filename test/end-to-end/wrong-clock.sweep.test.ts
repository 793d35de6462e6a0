import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const SOON = '2026-11-29T12:00:00Z';
const LATE = '2031-11-28T12:00:00Z';
const DEVICE = '130-2459324738';

describe('a device whose clock was years ahead when a license was used', () => {
  let world: FerryHere;
  let clock: { mockReturnValue(time: number): unknown };
  const setClock = (time: string): unknown => clock.mockReturnValue(Date.parse(time));

  beforeEach(async () => {
    clock = vi.spyOn(Date, 'now');
    setClock(SOON);
    world = new FerryHere();
    await world.setUp();
    const item = ['--item', '6000010:2001', '--expiration', '2027-12-31'];
    await world.must('central', 'issue', 'vendor', '--to', 'sim:device', ...item, '-o', 'dated.ferry-update');
    await bring('dated.ferry-update');
    setClock(LATE);
    await world.run('use', 'sim:device', '6000010:2001');
    setClock(SOON);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    world.remove();
  });

  const check = () => world.run('check', 'sim:device', '6000010:2001');
  const write = () => world.run('central', 'issue', 'vendor', '--to', DEVICE, '-o', 'time.ferry-update');
  const apply = () => world.run('apply', 'sim:device', 'time.ferry-update', '-o', 'receipt.ferry-context');
  const bring = async (update: string): Promise<void> => {
    await world.must('apply', 'sim:device', update, '-o', 'receipt.ferry-context');
    await world.must('settle', 'central:vendor', 'receipt.ferry-context');
  };
  const ask = async (): Promise<void> => {
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'asks.ferry-context');
    await world.must('settle', 'central:vendor', 'asks.ferry-context');
  };

  it('says what day it takes it to be, and that a fresh context mends a clock, where renewing is not what is needed', async () => {
    const { exit, stderr } = await check();
    expect([exit, stderr]).toEqual([
      3,
      expect.stringContaining('6000010:2001 expired on 2027-12-31; for its container it is 2031-11-28. [ITEM_EXPIRED]'),
    ]);
    expect(stderr).toContain('If that is the right day, ask the vendor to renew it. If it is not');
    expect(stderr).toContain('bring the vendor a fresh context');
  });

  it('is mended by the file that its vendor makes after a fresh context, which says that it brings the time', async () => {
    await ask();
    const { exit, stdout, stderr } = await write();
    expect([exit, stdout]).toEqual([0, expect.stringContaining('Of firm 6000010: no licenses, certified time.')]);
    expect(stderr).toContain('The time answers the newest context that was brought here, once.');
    expect(await world.json('central', 'issue', 'vendor', '--to', DEVICE, '-o', 'time.ferry-update')).toMatchObject({
      brought: [{ firmCode: 6000010, sequences: [], certifiedTime: true, lists: [] }],
    });
    expect((await apply()).stdout).toContain('The certified time was taken.');
    expect((await check()).exit).toBe(0);
  });

  it('is told that time which answers an old question was passed over, and to bring a fresh context', async () => {
    await write();
    await apply();
    const { stdout } = await apply();
    expect(stdout).toContain('The certified time was passed over');
    expect(stdout).toContain('Bring the vendor a fresh context.');
  });

  it('is told to mend its clock first, where that is still wrong when the time arrives', async () => {
    await ask();
    await write();
    setClock(LATE);
    const { stdout } = await apply();
    expect(stdout).toContain('where it is still wrong, correct it before anything is used');
    expect((await check()).stderr).toContain('ITEM_EXPIRED');
    setClock(SOON);
    expect((await check()).exit).toBe(0);
  });

  it('is told that a question from before its clock went wrong takes nothing back', async () => {
    await write();
    const { stdout } = await apply();
    expect(stdout).toContain('It takes nothing back where it was asked for before the clock went wrong');
    expect((await check()).stderr).toContain('for its container it is 2031-11-28');
  });
});

describe('the files of a License Central', () => {
  let world: FerryHere;
  beforeEach(async () => {
    world = new FerryHere();
    await world.setUp();
  });
  afterEach(() => world.remove());

  it('say what they bring beside licenses, which is sealed in them', async () => {
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    const order = ['--to', 'sim:other', '--item', world.item(1)];
    const said = await world.must('central', 'issue', 'vendor', ...order, '-o', 'all.ferry-update');
    expect(said).toContain('Of firm 6000010: sequences 1, the list of firm 6000010.');
    expect(await world.must('inspect', 'all.ferry-update')).toMatch(
      /Beside licenses +sealed: only the target can tell/,
    );
  });

  it('are not written where there is nothing to bring, and it is said how to ask for the time', async () => {
    await world.must('central', 'init', 'new', '--firm', '6000011:New');
    const { exit, stderr } = await world.run('central', 'issue', 'new', '--to', 'sim:other', '-o', 'y.ferry-update');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('[NOTHING_TO_BRING]')]);
    expect(stderr).toContain('bring a fresh context first: `ferry context ADDRESS --for central:new`');
  });
});
