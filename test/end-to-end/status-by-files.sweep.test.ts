import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { typeWhatStatusSays } from './interrupted-move.ts';

const DEVICE = '130-2459324738';
const FOLDER = `folder:for-${DEVICE}`;

describe('ferry status of what went by files', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'c.ferry-context');
    const order = ['--context', 'c.ferry-context', '--item', loaded.item(2)];
    await loaded.must('issue', 'sim:dongle', ...order, '-o', 'folder:lost');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  /** Types what is said, with the address of the target where one stands for it. */
  async function typeAll(next: readonly { readonly command: string }[]): Promise<void> {
    for (const { command } of next)
      await world.must(...command.replace(' ADDRESS ', ' sim:device ').split(' ').slice(1));
  }

  it('names the whole way by files, there and back, where the target is none of those asked', async () => {
    const { next } = await world.json('status', 'sim:dongle');
    expect(next.map(({ command }: { readonly command: string }) => command)).toEqual([
      `ferry issue sim:dongle --to ${DEVICE} -o ${FOLDER}`,
      `ferry apply ADDRESS ${FOLDER} -o ${FOLDER}`,
      `ferry settle sim:dongle ${FOLDER}`,
      `ferry cancel sim:dongle --to ${DEVICE} -o ${FOLDER}`,
    ]);
    await typeAll(next.slice(0, 3));
    expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  });

  it('names the same way for a cancellation, which brings the seats back', async () => {
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:lost');
    await typeAll((await world.json('status', 'sim:dongle')).next);
    expect(await world.seats('dongle')).toEqual({ held: 5, pending: 0 });
  });

  it('says whether it arrived only where the target was asked', async () => {
    const stateOf = async (...asked: readonly string[]) => [
      (await world.json('status', ...asked)).transit[0].entries[0].arrived,
      await world.must('status', ...asked),
    ];
    expect(await stateOf('sim:dongle')).toEqual([null, expect.stringContaining('on its way, as far as is known\n')]);
    expect(await stateOf('sim:dongle', 'sim:device')).toEqual([false, expect.stringContaining('on its way\n')]);
    await world.must('apply', 'sim:device', 'folder:lost', '-o', 'folder:lost');
    expect(await stateOf('sim:dongle', 'sim:device')).toEqual([
      true,
      expect.stringContaining('arrived, waits for the receipt\n'),
    ]);
    expect(await world.must('list', 'sim:dongle')).toContain('on its way, as far as is known\n');
    await typeWhatStatusSays(world, 'sim:dongle', 'sim:device');
    expect(await world.must('status')).toContain('Nothing is under way');
  });

  it('promises nothing back of what arrived before it was cancelled, and has only the receipt brought', async () => {
    await world.must('apply', 'sim:device', 'folder:lost');
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:late');
    const said = await world.must('status');
    expect(said).toContain('arrived before its cancellation, waits for the receipt\n');
    expect(said).not.toContain('back');
    expect((await world.json('status')).transit[0].entries[0]).toMatchObject({ cancelled: true, arrived: true });
    await typeWhatStatusSays(world);
    expect(await world.seats('device')).toEqual({ held: 2, pending: 0 });
    expect(await world.seats('dongle')).toEqual({ held: 3, pending: 0 });
    expect(await world.must('status')).toContain('Nothing is under way');
  });

  it('finds the grants of a License Central in a folder here that are not delivered, and the way by files from it', async () => {
    await world.must('central', 'issue', 'vendor', '--to', 'sim:other', '--item', '6000010:8x4', '-o', 'folder:sent');
    expect(await world.must('status')).toContain('6000010:8x4');
    const { next } = await world.json('status', 'central:vendor');
    await typeAll(
      next.slice(0, 3).map(({ command }: { readonly command: string }) => ({
        command: command.replace(' ADDRESS ', ' sim:other '),
      })),
    );
    expect((await world.seats('other')).held).toBe(4);
    expect((await world.json('status', 'central:vendor')).transit).toEqual([]);
  });

  it('says that it asks no License Central without the passphrase, and fails for that in nothing', async () => {
    delete world.variables.FERRY_PASSPHRASE;
    const { exit, stderr } = await world.run('status');
    expect([exit, stderr]).toEqual([0, 'Not asked without the passphrase in FERRY_PASSPHRASE: central:vendor\n']);
  });
});

describe('ferry move', () => {
  it('tells what else was in transit to the target, and arrived or came back along with it', async () => {
    const world = new FerryHere();
    await world.setUp();
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'c.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'c.ferry-context', '-o', 'folder:lost', '--item'];
    for (const seats of [3, 1]) await world.must(...issue, world.item(seats));
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item'];
    const copy = world.copy();
    expect(await world.must(...order, '6000010:1001x1')).toMatch(
      /: 1 seat of 6000010:1001 moved, 1 entry.*\n {2}Along with it: 3 seats of 6000010:1001, 1 entry in transit before\.\n$/,
    );
    await copy.must('cancel', 'sim:dongle', '--to', DEVICE, '--sequence', '1', '-o', 'folder:lost');
    const told = await copy.json(...order, '6000010:1001x1');
    expect(told.along).toEqual([{ sequence: 1, reason: 301, code: 'CANCELLED' }]);
    copy.remove();
    world.remove();
  });
});

describe('ferry issue --to', () => {
  it('writes again what is in transit, takes no order, and says where nothing is', async () => {
    const world = new FerryHere();
    await world.must('dongle', 'create', 'dongle', '--serial', '3-1234567');
    for (const wrong of [[], ['--to', DEVICE, '--all'], ['--to', DEVICE, '--context', 'c']])
      expect(await world.run('issue', 'sim:dongle', ...wrong)).toMatchObject({ exit: 2 });
    for (const command of ['issue', 'cancel'])
      expect(await world.run(command, 'sim:dongle', '--to', DEVICE)).toMatchObject({
        exit: 3,
        stderr: expect.stringContaining(`Nothing is in transit from 3-1234567 to ${DEVICE}. [NOTHING_IN_TRANSIT]`),
      });
    world.remove();
  });
});
