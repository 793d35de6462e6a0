import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFerryFile } from '../../host/cli/ferry-files.adapter.ts';
import { FerryHere } from '../end-to-end/ferry-here.ts';
import { startFerry } from '../end-to-end/started-ferry.ts';

const FOLDER = 'folder:stick';
const CONTEXT = 'stick/130-2459324738-for-3-1234567.ferry-context';
const ITEM = ['--item', '6000010:1001x2'];

const STEPS = [
  ['ferry issue -o folder:', ['issue', 'sim:dongle', '--context', CONTEXT, ...ITEM, '-o', FOLDER]],
  ['ferry move --to folder:', ['move', '--from', 'sim:dongle', '--to', FOLDER, ...ITEM]],
  ['ferry move --all --to folder:', ['move', '--from', 'sim:dongle', '--to', FOLDER, '--all']],
  ['ferry apply folder: -o folder:', ['apply', 'sim:device', FOLDER, '-o', FOLDER]],
  ['ferry settle folder:', ['settle', 'sim:dongle', FOLDER]],
] as const;
const [[, ISSUE], , , [, APPLY], [, SETTLE]] = STEPS;

describe('a command that was killed with SIGKILL at any change of the disk leaves whole files, and the same one finishes:', () => {
  const ready = new Map<readonly string[], FerryHere>();
  beforeAll(async () => {
    const world = new FerryHere();
    await world.setUp();
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', FOLDER);
    const issued = world.copy();
    await issued.must(...ISSUE);
    const applied = issued.copy();
    await applied.must(...APPLY);
    for (const [, args] of STEPS) ready.set(args, world);
    ready.set(APPLY, issued).set(SETTLE, applied);
  });
  afterAll(() => {
    for (const world of ready.values()) world.remove();
  });

  const stick = (world: FerryHere) => path.join(world.folder, 'stick');

  /** Every file under a name of ours is read to its end; its armor has to be whole for that. */
  function expectWhole(world: FerryHere): void {
    const names = fs.readdirSync(stick(world)).filter((name) => !name.startsWith('.'));
    for (const name of names) expect(readFerryFile(path.join(stick(world), name)).length).toBeGreaterThan(100);
    expect(names.filter((name) => !/\.ferry-(context|update)$/.test(name))).toEqual([]);
  }

  it.each(STEPS)('%s', { timeout: 120_000 }, async (_, args) => {
    let [killed, left] = [0, 0];
    for (let isOver = false; !isOver; ) {
      const world = ready.get(args)?.copy() ?? new FerryHere();
      const { signal, exit, stderr } = await startFerry(world, args, { changes: killed, signal: 'SIGKILL' }).ended;
      isOver = signal !== 'SIGKILL';
      if (isOver) expect([exit, stderr]).toEqual([0, expect.anything()]);
      else killed += 1;
      expectWhole(world);
      left += fs.readdirSync(stick(world)).filter((name) => name.startsWith('.')).length;

      await world.must(...args);
      expect(fs.readdirSync(stick(world)).filter((name) => name.startsWith('.'))).toEqual([]);
      await world.must(...APPLY);
      await world.must(...SETTLE);
      const held = args.includes('--all' as never) ? 5 : 2;
      expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
        { held: 5 - held, pending: 0 },
        { held, pending: 0 },
      ]);
      world.remove();
    }
    expect(killed).toBeGreaterThan(5);
    if (args !== SETTLE) expect(left).toBeGreaterThan(0);
  });
});
