import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const DEVICE = '130-2459324738';
const TAKEN = { apply: ['apply', 'sim:device', 'folder:s'], import: ['device', 'import', 'device', 's'] };

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => {
  await loaded.setUp();
  await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'folder:c');
});
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

describe.each(['apply', 'import'] as const)('ferry %s of a stick with what was called back since', (command) => {
  it('takes in nothing of it, however many older files of the dongle still bring it', async () => {
    const context = `c/${DEVICE}-for-3-1234567.ferry-context`;
    for (const seats of [2, 1])
      await world.must('issue', 'sim:dongle', '--context', context, '--item', world.item(seats), '-o', 'folder:s');
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '--sequence', '1', '-o', 'folder:s');
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '--sequence', '2', '-o', 'folder:s');
    await world.run(...TAKEN[command]);
    expect(await world.seats('device')).toEqual({ held: 0, pending: 0 });
  });

  it('takes in nothing of it, however many older files of the vendor still bring it', async () => {
    for (const seats of [2, 1])
      await world.must(
        'central',
        'issue',
        'vendor',
        '--to',
        'sim:device',
        '--item',
        world.item(seats),
        '-o',
        'folder:s',
      );
    await world.must('cancel', 'central:vendor', '--to', DEVICE, '-o', 'folder:s');
    await world.run(...TAKEN[command]);
    expect(await world.seats('device')).toEqual({ held: 0, pending: 0 });
  });
});
