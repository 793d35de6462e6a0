import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

interface Line {
  readonly itemId: string;
  readonly productCode: number;
  readonly status: string;
  readonly granted: number;
  readonly held: number;
  readonly unaccounted: number;
}

describe("the vendor's License Central on the command line", () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const ledger = async (): Promise<Line[]> => (await world.json('list', 'central:vendor')).centrals[0].ledger;
  const tell = async (name: string): Promise<void> => {
    await world.must('context', `sim:${name}`, '--for', 'central:vendor', '-o', `home/${name}.ferry-context`);
    await world.must('settle', 'central:vendor', `home/${name}.ferry-context`);
  };

  it('grants by serial number alone to a container that it knows, and the file does its work', async () => {
    const file = 'second.ferry-update';
    const granted = await world.run(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--item',
      '6000010:1002',
      '-o',
      file,
    );
    expect(granted.exit).toBe(0);
    expect(await world.must('apply', 'sim:dongle', file)).toContain('1 applied');
    expect((await world.seats('dongle')).held).toBe(6);
  });

  it('does not know a serial number that no certificate came with', async () => {
    const refused = await world.run('central', 'issue', 'vendor', '--to', '130-1000000001', '--item', '6000010:1002');
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('TARGET_UNKNOWN') });
  });

  it('grants with every Product Item Option that was ordered', async () => {
    const options = [
      ...['--text', 'Axis', '--units', '1000', '--feature-map', '0x5', '--activation', '2026-01-01'],
      ...['--expiration', '2030-06-30', '--usage-days', '30', '--maintenance', '2026-01-01..2027-12-31'],
      ...['--linger', '60', '--minimum-runtime', '7', '--transfer', 'complete', '--depth', '3', '--no-return'],
      ...['--target-kind', 'soft', '--most-per-target', '2'],
    ];
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--item',
      '6000010:1003x4',
      ...options,
      '-o',
      'a.ferry-update',
    );
    await world.must('apply', 'sim:dongle', 'a.ferry-update');
    const [{ holdings }] = (await world.json('list', 'sim:dongle')).containers;
    expect(holdings.find(({ productCode }: Line) => productCode === 1003)).toMatchObject({
      text: 'Axis',
      quantity: 4,
      units: 1000,
      featureMap: 5,
      activationTime: 820540800,
      expirationTime: 962323200,
      usagePeriod: 30 * 86400,
      maintenance: { start: 820540800, end: 883526400 },
      lingerTime: 60,
      minimumRuntime: 7,
      targetKinds: ['soft'],
      mostPerTarget: 2,
      transfer: 'complete',
      depth: 3,
      returnable: false,
    });
    expect(await world.must('list', 'sim:dongle')).toContain(
      'moves whole, hop 0 of 3, to soft only, at most 2 a target, no return, 1000 units, features 0x5, from 2026-01-01, ' +
        'until 2030-06-30, 30 days of use, maintained 2026-01-01 to 2027-12-31, lingers 60 s, runtime 7 or newer',
    );
  });

  it('shows what is used up by the day as moving whole, whatever its terms are', async () => {
    const grant = [
      'central',
      'issue',
      'vendor',
      '--to',
      'sim:dongle',
      '--item',
      '6000010:1004x3',
      '--usage-days',
      '30',
    ];
    await world.must(...grant, '-o', 'a.ferry-update');
    await world.must('apply', 'sim:dongle', 'a.ferry-update');
    expect(await world.must('list', 'sim:dongle')).toMatch(/moves whole, .*30 days of use/);
    const part = await world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', '6000010:1004x1');
    expect(part.stderr).toContain('its terms, units or days of use allow no part, such as 1. [MOVES_WHOLE]');
  });

  it('carries out an order of one name once, and refuses another order under that name', async () => {
    const order = [
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--order',
      'PO-1',
      '-o',
      'a.ferry-update',
      '--item',
    ];
    await world.must(...order, '6000010:1002');
    expect(await world.must(...order, '6000010:1002')).toContain('had been granted');
    expect(await world.run(...order, '6000010:1002x2')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('An order of the name "PO-1" was carried out with other licenses'),
    });
    expect((await ledger()).filter(({ productCode }) => productCode === 1002)).toHaveLength(1);
  });

  it('grants once for a context that is given twice', async () => {
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'device.ferry-context');
    const order = ['issue', 'central:vendor', '--context', 'device.ferry-context', '--item', '6000010:1002x3'];
    await world.must(...order, '-o', 'a.ferry-update');
    expect(await world.must(...order, '-o', 'b.ferry-update')).toContain(
      'was in transit already to 130-2459324738, with just what was ordered: nothing new was given.',
    );
    await world.must('apply', 'sim:device', 'a.ferry-update', 'b.ferry-update');
    expect((await world.seats('device')).held).toBe(3);
  });

  it('writes the files of what is in transit again, until the receipt is home', async () => {
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--item',
      '6000010:1002',
      '-o',
      'lost.ferry-update',
    );
    fs.rmSync(path.join(world.folder, 'lost.ferry-update'));
    await world.must('central', 'issue', 'vendor', '--to', '3-1234567', '-o', 'again.ferry-update');
    await world.must('apply', 'sim:dongle', 'again.ferry-update', '-o', 'receipt.ferry-context');
    await world.must('settle', 'central:vendor', 'receipt.ferry-context');
    const nothing = await world.run('central', 'issue', 'vendor', '--to', '3-1234567');
    expect(nothing).toMatchObject({ exit: 3, stderr: expect.stringContaining('NOTHING_TO_BRING') });
  });

  it('takes a grant back that was cancelled before it arrived', async () => {
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--item',
      '6000010:1002',
      '-o',
      'a.ferry-update',
    );
    await world.must('cancel', 'central:vendor', '--to', '3-1234567', '-o', 'b.ferry-update');
    await world.must('apply', 'sim:dongle', 'b.ferry-update', '-o', 'receipt.ferry-context');
    expect(await world.must('settle', 'central:vendor', 'receipt.ferry-context')).toContain('CANCELLED');
    expect(await world.must('apply', 'sim:dongle', 'a.ferry-update')).toContain('known before');
    expect((await world.seats('dongle')).held).toBe(5);
    expect((await ledger()).find(({ productCode }) => productCode === 1002)).toMatchObject({
      status: 'refused',
      held: 0,
    });
  });

  it('refuses to change an item that moved until both containers told, then changes it where it is', async () => {
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--all');
    await tell('device');
    const [{ itemId } = { itemId: '' }] = await ledger();
    const change = ['central', 'disable', 'vendor', itemId.slice(0, 10), '-o', 'change.ferry-update'];
    const refused = await world.run(...change);
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('PLACE_UNKNOWN') });
    expect(refused.stderr).toContain('contexts of 3-1234567, made for this vendor');
    await tell('dongle');
    expect(await world.must(...change)).toContain('130-2459324738');
    await world.must('apply', 'sim:device', 'change.ferry-update');
    expect((await world.json('list', 'sim:device')).containers[0].holdings[0].enabled).toBe(false);
  });

  it('says the seats of what it granted, in transit and when they have moved, and of a change that it is one entry', async () => {
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      'sim:device',
      '--item',
      '6000010:7x3',
      '--item',
      '6000010:8',
    );
    const { transit } = await world.json('status', 'central:vendor');
    expect(transit[0].entries.map(({ items }: { readonly items: object[] }) => items)).toEqual([
      [
        { productCode: 7, seats: 3 },
        { productCode: 8, seats: 1 },
      ],
    ]);
    const move = ['move', '--from', 'central:vendor', '--to', 'sim:device', '--all'];
    expect(await world.must(...move)).toContain('3 seats of 6000010:7, 1 seat of 6000010:8 moved, 1 entry.');
    const line = (await ledger()).find(({ productCode }) => productCode === 7);
    await world.must('central', 'disable', 'vendor', line?.itemId ?? '');
    expect(await world.must(...move)).toContain('sim:device: 1 entry moved.');
  });

  it.each([
    ['and more is in transit', true],
    ['and nothing else is in transit', false],
  ])('says that all has moved where a file was applied by hand whose receipt is not home: %s', async (_, isMore) => {
    const grant = (product: string) =>
      world.must(
        'central',
        'issue',
        'vendor',
        '--to',
        'sim:dongle',
        '--item',
        `6000010:${product}x4`,
        '-o',
        'folder:s',
      );
    await grant('7');
    await world.must('apply', 'sim:dongle', 'folder:s', '-o', 'folder:s');
    if (isMore) await grant('8');
    const seats = isMore
      ? '4 seats of 6000010:7, 4 seats of 6000010:8 moved, 2 entries'
      : '4 seats of 6000010:7 moved, 1 entry';
    expect(await world.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all')).toContain(seats);
    const told = (await ledger()).filter(({ productCode }) => productCode === 7 || productCode === 8);
    expect(told.map(({ held }) => held)).toEqual(isMore ? [4, 4] : [4]);
    expect(await world.must('status', 'central:vendor', 'sim:dongle')).toContain('Nothing is under way');
  });

  it('replaces an item where it is by a renewed license', async () => {
    const [{ itemId } = { itemId: '' }] = await ledger();
    const renewal = ['--item', '6000010:1001x5', '--expiration', '2030-01-01', '-o', 'renewal.ferry-update'];
    await world.must('central', 'replace', 'vendor', itemId, ...renewal);
    await world.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
    expect((await world.json('list', 'sim:dongle')).containers[0].holdings).toMatchObject([
      { expirationTime: 946771200 },
    ]);
  });

  it.each([
    ['no License Central', 5, 'NO_CENTRAL', ['list', 'central:dongle']],
    ['a second one in the same folder', 3, 'CONTAINER_EXISTS', ['central', 'init', 'vendor', '--firm', '1:x']],
    ['an item that nobody granted', 2, 'USAGE_WRONG', ['central', 'withdraw', 'vendor', 'ffffffff']],
    [
      'a day that does not exist',
      2,
      'USAGE_WRONG',
      ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', '6000010:1', '--expiration', '2027-02-30'],
    ],
    ['a firm without a name', 2, 'USAGE_WRONG', ['central', 'init', 'new', '--firm', '6000010']],
    ['items of another firm', 3, 'FIRM_UNKNOWN', ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', '7:1']],
    [
      'a move of single items from it',
      2,
      'USAGE_WRONG',
      ['move', '--from', 'central:vendor', '--to', 'sim:dongle', '--item', '6000010:1'],
    ],
    ['a move to it', 2, 'ADDRESS_WRONG', ['move', '--from', 'sim:dongle', '--to', 'central:vendor', '--all']],
    ['nothing to bring', 3, 'ORDER_EMPTY', ['move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all']],
  ])('answers %s with its exit code', async (_, exit, code, args) => {
    const answer = await world.run(...args, '--json');
    expect(answer.exit).toBe(exit);
    expect(JSON.parse(answer.stdout).error.code).toBe(code);
  });

  it('opens for the right passphrase only, and asks for one', async () => {
    world.variables.FERRY_PASSPHRASE = 'wrong';
    expect(await world.run('list', 'central:vendor')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('PASSPHRASE_WRONG'),
    });
    world.variables.FERRY_PASSPHRASE = '';
    expect(await world.run('list', 'central:vendor')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('FERRY_PASSPHRASE'),
    });
  });

  it('names the firm that is meant when there are several', async () => {
    await world.must('central', 'init', 'two', '--firm', '6000010:One', '--firm', '6000011:Two');
    const context = ['context', 'sim:device', '--for', 'central:two', '-o', 'device.ferry-context'];
    expect(await world.run(...context)).toMatchObject({ exit: 2, stderr: expect.stringContaining('--firm') });
    await world.must(...context, '--firm', '6000011');
    await world.must(
      'issue',
      'central:two',
      '--context',
      'device.ferry-context',
      '--item',
      '6000011:1',
      '-o',
      'a.ferry-update',
    );
    await world.must('apply', 'sim:device', 'a.ferry-update', '-o', 'receipt.ferry-context');
    expect(await world.must('settle', 'central:two', 'receipt.ferry-context')).toContain('applied 1');
  });

  it('goes on behind a file that it cannot take, says which, and ends with exit code 6', async () => {
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'home/a.ferry-context');
    fs.writeFileSync(path.join(world.folder, 'home/b.ferry-context'), 'no context');
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'home/c.ferry-context');
    const answer = await world.run('settle', 'central:vendor', 'folder:home', '--json');
    expect(answer.exit).toBe(6);
    const { receipts, failures } = JSON.parse(answer.stdout);
    expect([receipts.length, failures]).toEqual([2, [expect.objectContaining({ code: 'FILE_MALFORMED' })]]);
  });
});
