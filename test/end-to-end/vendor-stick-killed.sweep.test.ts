import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryWorld } from './ferry-world.ts';
import { startFerry } from './started-ferry.ts';
import { DEVICES, grantToAll, onStick, plugIntoAll, SERIALS, setUpVendor, updateOf } from './vendor-stick.ts';

const EXPORT = ['central', 'export', 'vendor', '--to', 'folder:stick'];
const COLLECT = ['central', 'collect', 'vendor', 'folder:stick'];

/** Loaded before the program: kills it when it opens a context once more than it may. */
const COUNT_OPENS = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const open = fs.openSync;
let left = Number(process.env.FERRY_TEST_OPENS);
fs.openSync = (file, ...rest) => {
  if (String(file).endsWith('.ferry-context') && left-- === 0) process.kill(process.pid, 'SIGKILL');
  return open(file, ...rest);
};
syncBuiltinESMExports();
`;

describe('a stick of a vendor whose program is killed', () => {
  const loaded = new FerryWorld();
  beforeAll(async () => {
    await setUpVendor(loaded);
    await grantToAll(loaded);
  }, 120_000);
  afterAll(() => loaded.remove());

  /** All that was granted has arrived and is settled, once. */
  function expectSettled(world: FerryWorld): void {
    const [{ transit, ledger }] = world.json('list', 'central:vendor').centrals;
    expect(transit).toEqual([]);
    expect(ledger.map(({ held }: { readonly held: number }) => held).sort()).toEqual([1, 2, 3]);
    expect(DEVICES.map((device) => world.seats(device))).toEqual([1, 2, 3].map((held) => ({ held, pending: 0 })));
  }

  it('at any seventh change of an export is written whole by the same command, and nothing is granted twice', {
    timeout: 300_000,
  }, async () => {
    let killed = 0;
    for (let changes = 0; ; changes += 7) {
      const world = loaded.copy();
      const { signal } = await startFerry(world, EXPORT, { changes, signal: 'SIGKILL' }).ended;
      if (signal !== 'SIGKILL') {
        world.remove();
        break;
      }
      killed += 1;
      for (const name of onStick(world).filter((one) => !one.startsWith('.')))
        expect(fs.readFileSync(path.join(world.folder, 'stick', name), 'utf8')).toMatch(/END [A-Z ]+-----\n$/);
      world.must(...EXPORT);
      expect(onStick(world)).toEqual(SERIALS.map((serial) => updateOf(serial)));
      await plugIntoAll(world);
      world.must(...COLLECT);
      expectSettled(world);
      world.remove();
    }
    expect(killed).toBeGreaterThan(1);
  });

  it('between any two files of a collection is taken home by the same command, once', {
    timeout: 300_000,
  }, async () => {
    const answered = loaded.copy();
    answered.must(...EXPORT);
    await plugIntoAll(answered);
    let killed = 0;
    for (let opens = 0; ; opens += 1) {
      const world = answered.copy();
      Object.assign(world.variables, {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(COUNT_OPENS)}`,
        FERRY_TEST_OPENS: `${opens}`,
      });
      const { signal } = await startFerry(world, COLLECT).ended;
      for (const name of ['NODE_OPTIONS', 'FERRY_TEST_OPENS']) delete world.variables[name];
      if (signal === 'SIGKILL') killed += 1;
      const { containers, repeated } = world.json(...COLLECT);
      const news = containers.filter((one: { readonly repeated: boolean }) => !one.repeated);
      expect([news.length, repeated]).toEqual([Math.max(0, SERIALS.length - opens), opens >= SERIALS.length]);
      expectSettled(world);
      world.remove();
      if (signal !== 'SIGKILL') break;
    }
    answered.remove();
    expect(killed).toBe(SERIALS.length);
  });

  it('is taken home once by two programs at the same time', { timeout: 120_000 }, async () => {
    const world = loaded.copy();
    world.must(...EXPORT);
    await plugIntoAll(world);
    const runs = [startFerry(world, [...COLLECT, '--json']), startFerry(world, [...COLLECT, '--json'])];
    const told = (await Promise.all(runs.map(({ ended }) => ended))).map(({ exit, stdout }) => {
      expect(exit).toBe(0);
      return JSON.parse(stdout).containers as readonly { readonly entries: readonly object[] }[];
    });
    expect(told.flat().flatMap(({ entries }) => entries)).toHaveLength(SERIALS.length);
    expectSettled(world);
    world.remove();
  });
});
