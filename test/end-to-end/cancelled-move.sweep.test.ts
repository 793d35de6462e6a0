import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { interrupt, keptIn } from './interrupted-move.ts';

const DEVICE = '130-2459324738';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

async function expectSeats(dongle: number, device: number): Promise<void> {
  expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
    { held: dongle, pending: 0 },
    { held: device, pending: 0 },
  ]);
}

describe('a move that was cancelled while it was interrupted', () => {
  it.each(['resume', 'move'] as const)('stays cancelled and is brought home by ferry %s', async (command) => {
    await interrupt(world, 'apply');
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:c');
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];
    const planned = await world.json(...order, '--dry-run');
    expect(planned.changes).toMatchObject([{ giver: { after: 5 }, getter: { after: 0 } }]);
    const { exit, stdout } = await world.run(...(command === 'resume' ? ['resume'] : order));
    expect([exit, stdout]).toEqual([3, expect.stringContaining('It was cancelled, and all of it is home again')]);
    await expectSeats(5, 0);
    expect(keptIn(world)).toEqual({});
    await world.must(...order);
    await expectSeats(3, 2);
  });

  it.each(['sim:device', 'sim:away'])(
    'is, once it was brought home by hand, over for ferry status, which orders nothing: %s',
    async (address) => {
      await interrupt(world, 'apply');
      await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:c');
      expect((await world.json('status')).unfinished).toMatchObject([{ standing: 'cancelled' }]);
      expect(await world.must('status')).toContain('# brings home what was cancelled');
      await world.must('apply', 'sim:device', 'folder:c', '-o', 'folder:c');
      await world.must('settle', 'sim:dongle', 'folder:c');
      const planned = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2), '--dry-run'];
      expect(await world.must(...planned)).toContain('if it was cancelled, it is ordered afresh');
      if (address === 'sim:away') fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'away'));
      const [{ id, standing }] = (await world.json('status')).unfinished;
      expect([standing, await world.must('status')]).toEqual(['over', expect.stringContaining('It is over')]);
      const command = `ferry resume ${id}${address === 'sim:away' ? ' --to sim:away' : ''}`;
      expect((await world.json('status')).next).toMatchObject([{ command }]);
      expect((await world.run(...command.split(' ').slice(1))).stdout).toContain('all of it is home again');
      expect(await world.seats('dongle')).toEqual({ held: 5, pending: 0 });
      expect(await world.must('status')).toContain('Nothing is under way');
    },
  );
});
