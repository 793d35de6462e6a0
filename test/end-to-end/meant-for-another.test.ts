import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { type CutOff, interrupt, keptIn, typeWhatStatusSays } from './interrupted-move.ts';

const STEPS: readonly CutOff[] = ['context', 'apply', 'settle'];
const DEVICE = '130-2459324738';
const OTHER = '130-1000000001';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

describe('the same order where somebody else answers at an address of an unfinished move', () => {
  const exchange = (): void => {
    for (const [from, to] of [
      ['device', 'away'],
      ['other', 'device'],
    ])
      fs.renameSync(path.join(world.folder, from ?? ''), path.join(world.folder, to ?? ''));
  };
  const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', '6000010:1001x2'];

  it.each(STEPS)('of a move cut off at %s is refused, dry run too, and who was meant is named', async (step) => {
    await interrupt(world, step);
    const { id } = (await world.json('status')).unfinished[0];
    exchange();
    const before = [await world.seats('dongle'), keptIn(world)];
    for (const more of [[], ['--dry-run']]) {
      const { exit, stderr } = await world.run(...order, ...more);
      expect([exit, stderr]).toEqual([3, expect.stringContaining('MOVE_MEANT_FOR')]);
      expect(stderr).toContain(`at sim:device is ${OTHER}, soft, "`);
      expect(stderr).toContain(`(${id})`);
      if (step !== 'context') expect(stderr).toContain(`was begun with ${DEVICE}, "`);
    }
    expect([await world.seats('dongle'), keptIn(world)]).toEqual(before);
    expect((await world.seats('device')).held).toBe(0);
  });

  it('is a new order for whom --expect names, and the unfinished move stays', async () => {
    await interrupt(world, 'apply');
    exchange();
    await world.must(...order, '--expect', OTHER);
    expect([await world.seats('dongle'), (await world.seats('device')).held]).toEqual([{ held: 1, pending: 2 }, 2]);
    await typeWhatStatusSays(world);
    expect([await world.seats('dongle'), (await world.seats('away')).held]).toEqual([{ held: 1, pending: 0 }, 2]);
  });

  it('is a new order when the unfinished move is over, and so is another order', async () => {
    await interrupt(world, 'apply');
    exchange();
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:c');
    await world.must('apply', 'sim:away', 'folder:c', '-o', 'folder:c');
    await world.must('settle', 'sim:dongle', 'folder:c');
    await world.must(...order);
    expect([await world.seats('dongle'), (await world.seats('device')).held]).toEqual([{ held: 2, pending: 0 }, 3]);
  });
});
