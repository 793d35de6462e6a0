import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const world = new FerryHere();
beforeAll(async () => await world.setUp());
afterAll(() => world.remove());

describe('an order by which nothing is given', () => {
  it('says that an order of just what is in transit gives nothing new, and that files are written again', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'device.ferry-context', '-o', 'folder:s'];
    const give = (seats: number) => world.must(...issue, '--item', world.item(seats));
    expect(await give(1)).toContain('Sequence 1 is in transit to 130-2459324738.');
    expect(await give(2)).toContain('Sequence 2 is in transit');
    expect(await give(3)).toContain('Sequences 1 to 2 were in transit already to 130-2459324738, with just what was');
    expect(await world.must(...issue)).toContain(
      'Sequences 1 to 2 were in transit already to 130-2459324738; the files are written again.',
    );
    expect(await world.seats('dongle')).toEqual({ held: 2, pending: 3 });
  });

  it('says that a move of just what is in transit delivers it, and that nothing new was given', async () => {
    const move = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(3)];
    expect(await world.must(...move)).toContain(
      '3 seats of 6000010:1001 moved, 2 entries, in transit since an order before this one: nothing new was given.',
    );
    expect(await world.seats('dongle')).toEqual({ held: 2, pending: 0 });
    expect(
      await world.json('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1)),
    ).toMatchObject({
      state: 'moved',
      delivery: false,
    });
  });

  it('names by its serial number a target that the giver has never heard of', async () => {
    for (const more of [[], ['--dry-run']]) {
      const { exit, stderr } = await world.run('move', '--from', 'sim:other', '--to', 'sim:device', '--all', ...more);
      expect([exit, stderr]).toEqual([3, expect.stringContaining('none is in transit to 130-2459324738')]);
    }
  });
});
