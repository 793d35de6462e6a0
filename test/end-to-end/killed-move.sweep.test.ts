import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSoftContainer } from '../../device-side/index.ts';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { FerryWorld } from './ferry-world.ts';
import { filesOfMoves, startFerry, stateOf } from './started-ferry.ts';

const SEATS = 3;
const move = (world: FerryWorld) => ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(SEATS)];

describe('a move killed with SIGKILL', () => {
  const loaded = new FerryWorld();
  beforeAll(() => loaded.setUp());
  afterAll(() => loaded.remove());

  function openBoth(world: FerryWorld) {
    const dongle = openDongle(path.join(world.folder, 'dongle'));
    const device = openSoftContainer(path.join(world.folder, 'device'));
    const close = (): void => {
      dongle.close();
      device.close();
    };
    return { dongle, device, close };
  }

  function seats(world: FerryWorld): { readonly dongle: number[]; readonly device: number[] } {
    const { dongle, device, close } = openBoth(world);
    const counted = [dongle, device].map(({ container }) =>
      container.run('list', {}).holdings.flatMap(({ quantity, pending }) => [quantity, pending]),
    );
    close();
    return { dongle: counted[0] ?? [], device: counted[1] ?? [] };
  }

  /** A world in which a move was killed after so many changes of the disk; undefined when it ended before. */
  async function killedAfter(changes: number): Promise<FerryWorld | undefined> {
    const world = loaded.copy();
    const { signal, exit } = await startFerry(world, move(world), { changes, signal: 'SIGKILL' }).ended;
    if (signal === 'SIGKILL') return world;
    expect(exit).toBe(0);
    expect(filesOfMoves(world)).toEqual([]);
    world.remove();
    return undefined;
  }

  it('at any fifth change of the disk is finished by the same command, once, and leaves nothing behind', {
    timeout: 120_000,
  }, async () => {
    let killed = 0;
    for (let changes = 0; ; changes += 5) {
      const world = await killedAfter(changes);
      if (world === undefined) break;
      killed += 1;
      const again = world.run(...move(world));
      // Killed when only its files were still there, it had ended, and this was a new order for more than is left.
      if (again.exit !== 0)
        expect([again.exit, again.stderr]).toEqual([3, expect.stringContaining('QUANTITY_NOT_HELD')]);
      expect(seats(world)).toEqual({ dongle: [2, 0], device: [3, 0] });
      expect(filesOfMoves(world)).toEqual([]);
      world.remove();
    }
    expect(killed).toBeGreaterThan(8);
  });

  it('whose snapshot was then damaged is refused, and finished by starting over', { timeout: 120_000 }, async () => {
    let found = 0;
    for (let changes = 10; ; changes += 10) {
      const world = await killedAfter(changes);
      if (world === undefined) break;
      const snapshot = filesOfMoves(world).find((name) => name.endsWith('.json'));
      if (snapshot === undefined) {
        world.remove();
        continue;
      }
      found += 1;
      fs.writeFileSync(path.join(stateOf(world), 'moves', snapshot), '{"machine":');
      const before = seats(world);
      expect(world.run(...move(world))).toMatchObject({ exit: 3, stderr: expect.stringContaining('SNAPSHOT_WRONG') });
      expect(seats(world)).toEqual(before);

      const again = world.run(...move(world), '--start-over');
      expect(again.stderr).toContain('What was stored of an interrupted move is forgotten');
      // An order that was settled is a new one, for which there are not enough seats.
      if (again.exit !== 0)
        expect(again).toMatchObject({ exit: 3, stderr: expect.stringContaining('QUANTITY_NOT_HELD') });
      expect(seats(world)).toEqual({ dongle: [2, 0], device: [3, 0] });
      expect(filesOfMoves(world)).toEqual([]);
      world.remove();
    }
    expect(found).toBeGreaterThan(2);
  });
});
