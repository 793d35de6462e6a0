import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

describe('the owner of a dongle on the command line', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const own = { FERRY_PIN: '4711-blue' };
  /** Sets the PIN of the dongle and forgets it again. */
  const guard = async (): Promise<void> => {
    world.variables.FERRY_NEW_PIN = own.FERRY_PIN;
    await world.must('pin', 'set', 'sim:dongle');
    delete world.variables.FERRY_NEW_PIN;
  };
  const asOwner = async (...args: readonly string[]): Promise<string> => {
    Object.assign(world.variables, own);
    const said = await world.must(...args);
    delete world.variables.FERRY_PIN;
    return said;
  };
  const move = (seats = 1, to = 'device') =>
    ['move', '--from', 'sim:dongle', '--to', `sim:${to}`, '--item', world.item(seats)] as const;
  const codeOf = async (...args: readonly string[]) => (await world.json(...args)).error?.code;

  it('gives nothing away without the PIN and everything with it, and shows what it holds to anyone', async () => {
    await guard();
    expect(await world.run(...move())).toMatchObject({ exit: 3, stderr: expect.stringContaining('[OWNER_NEEDED]') });
    expect(await world.must('list', 'sim:dongle')).toContain('Guarded by a PIN: 8 tries left.');
    expect(await codeOf('history', 'sim:dongle')).toBe('OWNER_NEEDED');
    await asOwner(...move());
    await asOwner('history', 'sim:dongle');
    expect(await world.seats('device')).toEqual({ held: 1, pending: 0 });
    await world.must('check', 'sim:device', '6000010:1001');
  });

  it('is asked for the PIN at a terminal, only where it is needed', async () => {
    world.answers.push('4711-blue', '4711-green');
    expect(await codeOf('pin', 'set', 'sim:dongle')).toBe('USAGE_WRONG');
    world.answers.push('4711-blue', '4711-blue');
    await world.must('pin', 'set', 'sim:dongle');
    world.answers.push('4711-blue');
    await world.must('list', 'sim:dongle');
    await world.must('certificate', 'sim:dongle');
    expect(world.answers).toEqual(['4711-blue']);
    await world.must(...move());
    expect(world.answers).toEqual([]);
  });

  it('changes and removes the PIN, which has to be at hand', async () => {
    expect(await codeOf('pin', 'remove', 'sim:dongle')).toBe('PIN_NOT_SET');
    expect(await world.run('pin', 'set', 'sim:dongle')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('FERRY_NEW_PIN'),
    });
    await guard();
    expect(await codeOf('pin', 'set', 'sim:dongle')).toBe('PIN_SET');
    expect(await codeOf('pin', 'remove', 'sim:dongle')).toBe('PIN_NEEDED');
    Object.assign(world.variables, { FERRY_PIN: '4711-blue', FERRY_NEW_PIN: '0815-green' });
    expect(await world.json('pin', 'change', 'sim:dongle')).toMatchObject({
      serial: '3-1234567',
      pinSet: true,
      pinTries: 8,
    });
    expect(await codeOf('pin', 'remove', 'sim:dongle')).toBe('PIN_WRONG');
    Object.assign(world.variables, { FERRY_PIN: '0815-green', FERRY_NEW_PIN: 'abc' });
    expect(await codeOf('pin', 'change', 'sim:dongle')).toBe('PIN_UNSUITABLE');
    expect(await world.json('pin', 'remove', 'sim:dongle')).toMatchObject({ pinSet: false, pinTries: null });
  });

  it('who mistypes the PIN eight times is blocked until a vendor unblocks it', async () => {
    await guard();
    world.variables.FERRY_PIN = 'wrong';
    for (let left = 7; left >= 0; left--)
      expect((await world.json(...move())).error).toMatchObject({ code: 'PIN_WRONG', details: { left } });
    world.variables.FERRY_PIN = own.FERRY_PIN;
    expect(await codeOf(...move())).toBe('PIN_BLOCKED');
    delete world.variables.FERRY_PIN;
    expect(await codeOf(...move())).toBe('PIN_BLOCKED');
    world.answers.push('4711-blue');
    expect(await codeOf(...move())).toBe('PIN_BLOCKED');
    expect(await codeOf('pin', 'remove', 'sim:dongle')).toBe('PIN_BLOCKED');
    expect(await codeOf('pin', 'change', 'sim:dongle')).toBe('PIN_BLOCKED');
    expect(world.answers.splice(0)).toEqual(['4711-blue']);
    world.variables.FERRY_PIN = own.FERRY_PIN;
    expect(await codeOf('central', 'unblock', 'vendor', '--to', '130-1000000001')).toBe('TARGET_UNKNOWN');
    await world.must('central', 'unblock', 'vendor', '--to', '3-1234567', '-o', 'unblock.ferry-update');
    expect(await world.must('apply', 'sim:dongle', 'unblock.ferry-update', '-o', 'home.ferry-context')).toContain(
      '1 applied',
    );
    await world.must('settle', 'central:vendor', 'home.ferry-context');
    expect((await world.json('list', 'central:vendor')).centrals[0].transit).toEqual([]);
    await world.must(...move());
  });

  it('arms a work order that serves devices without the PIN, lists what it gave, and disarms it', async () => {
    await guard();
    expect(await codeOf('order', 'arm', 'sim:dongle', '--item', world.item(1))).toBe('USAGE_WRONG');
    const armed = await asOwner(
      'order',
      'arm',
      'sim:dongle',
      '--item',
      world.item(1),
      '--kind',
      'soft',
      '--most',
      '1',
      '--json',
    );
    expect(JSON.parse(armed)).toMatchObject({ id: 1, kinds: ['soft'], most: 1 });
    await world.must(...move());
    expect(await world.seats('device')).toEqual({ held: 1, pending: 0 });
    expect([await codeOf(...move()), await codeOf(...move(1, 'other'))]).toEqual(['OWNER_NEEDED', 'OWNER_NEEDED']);
    expect((await world.run(...move(1, 'other'))).stderr).toContain(
      'the armed work order 1 is used up: 1 of 1 devices are served. [OWNER_NEEDED]',
    );
    expect(await codeOf('order', 'list', 'sim:dongle')).toBe('OWNER_NEEDED');
    const shown = await asOwner('order', 'list', 'sim:dongle');
    expect(shown).toContain('Work order 1: 6000010:1001x1 each, to soft; 1 of 1 served.');
    expect(shown).toContain('130-2459324738');
    expect(await world.must('list', 'sim:dongle')).toContain('Work orders armed: 1.');
    await asOwner('order', 'disarm', 'sim:dongle', '1');
    expect(JSON.parse(await asOwner('order', 'list', 'sim:dongle', '--json')).orders).toEqual([]);
  });

  it('remarks that an armed work order is about what is not held there', async () => {
    const order = ['order', 'arm', 'sim:dongle', '--item', world.item(1), '--item', '6000010:9999', '--most', '1'];
    const { exit, stderr } = await world.run(...order);
    expect([exit, stderr]).toEqual([
      0,
      expect.stringContaining('sim:dongle holds no 6000010:9999 now: nobody gets any before it does.'),
    ]);
    expect(stderr).not.toContain('holds no 6000010:1001');
    expect(await world.json('order', 'arm', 'sim:dongle', '--item', world.item(6), '--most', '1')).toMatchObject({
      short: [{ firmCode: 6000010, productCode: 1001, wanted: 6, held: 5 }],
    });
  });

  it('names the targets of a work order by context file, serial number or key', async () => {
    await world.must('context', 'sim:other', '--for', 'sim:dongle', '-o', 'other.ferry-context');
    const arm = (...targets: readonly string[]) =>
      world.json(
        'order',
        'arm',
        'sim:dongle',
        '--item',
        world.item(1),
        ...targets.flatMap((name) => ['--target', name]),
      );
    expect((await arm('130-1000000001')).error.code).toBe('TARGET_UNKNOWN');
    await world.must(
      'issue',
      'sim:dongle',
      '--context',
      'other.ferry-context',
      '--item',
      world.item(1),
      '-o',
      'no.ferry-update',
    );
    expect((await arm('no.ferry-update')).error.code).toBe('FILE_KIND');
    expect(await arm('other.ferry-context')).toMatchObject({ id: 1, most: 1 });
    await world.must(...move());
    const [{ key }] = (await world.json('list', 'sim:device')).containers;
    expect(await arm('130-2459324738', key, 'other.ferry-context')).toMatchObject({ id: 2, most: 3 });
    const { orders } = await world.json('order', 'list', 'sim:dongle');
    expect(orders.map(({ keys }: { keys: string[] }) => [keys.length, keys.includes(key)])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(await codeOf('order', 'arm', 'sim:dongle', '--item', world.item(1), '--kind', 'cloudy', '--most', '1')).toBe(
      'USAGE_WRONG',
    );
    expect(await codeOf('order', 'disarm', 'sim:dongle', '9')).toBe('ORDER_UNKNOWN');
  });

  it('of a device refuses what a file would give, and the receipt brings it back', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const order = ['--context', 'device.ferry-context', '--item', world.item(2), '-o', 'gift.ferry-update'];
    await world.must('issue', 'sim:dongle', ...order);
    expect(await codeOf('refuse', 'sim:device', 'gift.ferry-update', '--through', '2')).toBe('ENTRY_NOT_REFUSABLE');
    const refused = await world.json(
      'refuse',
      'sim:device',
      'gift.ferry-update',
      '--through',
      '1',
      '-o',
      'no.ferry-context',
    );
    expect(refused).toMatchObject({ entries: [{ sequence: 1, reason: 320 }], receipt: 'no.ferry-context' });
    expect(await world.must('settle', 'sim:dongle', 'no.ferry-context')).toContain('Sequence 1 came back');
    expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
      { held: 5, pending: 0 },
      { held: 0, pending: 0 },
    ]);
  });
});
