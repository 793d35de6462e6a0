import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSoftContainer } from '../../device-side/index.ts';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { FerryWorld } from './ferry-world.ts';
import { type Ended, startFerry } from './started-ferry.ts';

const moveTwo = (world: FerryWorld) => ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];

describe('two programs at once', () => {
  const loaded = new FerryWorld();
  let world: FerryWorld;
  beforeAll(() => loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  function expectSeats(dongle: number, device: number): void {
    expect([world.seats('dongle'), world.seats('device')]).toEqual([
      { held: dongle, pending: 0 },
      { held: device, pending: 0 },
    ]);
  }

  /** Ended well, or found the container in use by one of the others. */
  function expectDoneOrInUse({ exit, stderr }: Ended, others: readonly number[]): void {
    if (exit === 0) return;
    expect([exit, stderr]).toEqual([5, expect.stringContaining('CONTAINER_IN_USE')]);
    expect(others.some((pid) => stderr.includes(`process ${pid}`))).toBe(true);
  }

  it.each([3, 12, 30])(
    'the one that came first, stopped at change %i of the disk, moves; the other is told who it is',
    async (changes) => {
      const first = startFerry(world, moveTwo(world), { changes, signal: 'SIGSTOP' });
      await first.stopped;
      try {
        const second = await startFerry(world, moveTwo(world)).ended;
        expect([second.exit, second.stderr]).toEqual([5, expect.stringContaining(`process ${first.process}`)]);
        expect(second.stderr).toContain('CONTAINER_IN_USE');
      } finally {
        first.send('SIGCONT');
      }
      expect(await first.ended).toMatchObject({ exit: 0, signal: null });
      expectSeats(3, 2);
    },
  );

  it('of the same order, started together: each moves or is told to wait, and no seat is lost or doubled', async () => {
    const runs = [1, 2, 3].map(() => startFerry(world, moveTwo(world).with(-1, world.item(1))));
    const ended = await Promise.all(runs.map((run) => run.ended));
    for (const one of ended)
      expectDoneOrInUse(
        one,
        runs.map((run) => run.process),
      );
    const moved = ended.filter(({ exit }) => exit === 0).length;
    expect(moved).toBeGreaterThan(0);
    expectSeats(5 - moved, moved);
  });

  it('in opposite directions: each moves or is told to wait, and no seat is lost or doubled', async () => {
    expect(world.run(...moveTwo(world)).exit).toBe(0);
    const back = ['move', '--from', 'sim:device', '--to', 'sim:dongle', '--item', world.item(1)];
    const runs = [startFerry(world, moveTwo(world)), startFerry(world, back)];
    const [there, here] = await Promise.all(runs.map((run) => run.ended));
    if (there === undefined || here === undefined) throw new Error('two runs were started');
    for (const one of [there, here])
      expectDoneOrInUse(
        one,
        runs.map((run) => run.process),
      );
    const device = 2 + (there.exit === 0 ? 2 : 0) - (here.exit === 0 ? 1 : 0);
    expectSeats(5 - device, device);
  });

  it.each([
    ['dongle', () => openDongle(path.join(world.folder, 'dongle'))],
    ['device', () => openSoftContainer(path.join(world.folder, 'device'))],
  ])('a move waits for nobody: while the %s is in use it changes nothing and says by whom', (_, open) => {
    const holder = open();
    try {
      expect(world.run(...moveTwo(world))).toMatchObject({
        exit: 5,
        stderr: expect.stringContaining(`in use by another program (process ${process.pid})`),
      });
    } finally {
      holder.close();
    }
    expectSeats(5, 0);
    expect(world.run(...moveTwo(world)).exit).toBe(0);
    expectSeats(3, 2);
  });

  it('that issue for one License Central grant every order once, with every sequence', async () => {
    const issue = ['central', 'issue', 'vendor', '--to', '3-1234567', '-o', 'folder:sent', '--item'];
    const runs = [1, 2, 3, 4].map((product) => startFerry(world, [...issue, `6000010:${product}`]).ended);
    expect((await Promise.all(runs)).map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(
      runs.map(() => ({ exit: 0, stderr: expect.stringContaining('Bring them') })),
    );
    const [{ transit }] = world.json('list', 'central:vendor').centrals;
    expect(transit.map(({ sequence }: { readonly sequence: number }) => sequence)).toEqual([2, 3, 4, 5]);
  });
});
