import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { FerryWorld } from './ferry-world.ts';
import { ServedFerry } from './served-ferry.ts';
import { startFerry } from './started-ferry.ts';

/** For each test of a file a folder with a dongle and a device that hold licenses, and what is served there. */
export function servedWorlds() {
  const prepared = new FerryWorld();
  const served: ServedFerry[] = [];
  let world = prepared;

  beforeAll(() => {
    prepared.setUp();
    const dated = ['--item', '6000010:2002x1', '--expiration', '2030-12-31'];
    prepared.must('central', 'issue', 'vendor', '--to', 'sim:device', ...dated);
    prepared.must('move', '--from', 'central:vendor', '--to', 'sim:device', '--all');
  });

  beforeEach(() => {
    world = prepared.copy();
  });

  afterAll(() => prepared.remove());

  afterEach(async () => {
    await Promise.all(served.splice(0).map((one) => one.kill()));
    world.remove();
  });

  return {
    get world() {
      return world;
    },
    /** What is ended after the test. */
    served,
    /** Serves the container of that kind at an address. */
    serve: async (kind: 'dongle' | 'device', listen: string, ...more: readonly string[]): Promise<ServedFerry> => {
      const one = await ServedFerry.start(kind, path.join(world.folder, kind), [listen], more);
      served.push(one);
      return one;
    },
    run: async (...args: readonly string[]) => startFerry(world, args).ended,
    socket: (name: string): string => `unix:${path.join(world.folder, name)}`,
  };
}
