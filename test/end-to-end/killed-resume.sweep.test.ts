import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryWorld } from './ferry-world.ts';
import { filesOfMoves, startFerry, stateOf } from './started-ferry.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');
const AT_REST = { held: 5, pending: 0 };
const MOVED = [
  { held: 3, pending: 0 },
  { held: 2, pending: 0 },
];

const loaded = new FerryWorld();
beforeAll(() => loaded.setUp());
afterAll(() => loaded.remove());

const order = (world: FerryWorld) => ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];

/** A world in which a command was killed after so many changes of the disk; undefined when it ended before. */
async function killedAfter(world: FerryWorld, changes: number, ...args: readonly string[]): Promise<boolean> {
  const { signal, exit } = await startFerry(world, args, { changes, signal: 'SIGKILL' }).ended;
  if (signal !== 'SIGKILL') expect(exit).toBe(0);
  return signal === 'SIGKILL';
}

/** Runs `ferry resume` from a folder from which no relative address leads there. */
function resumeElsewhere(world: FerryWorld) {
  const env = { ...process.env, ...world.variables, FERRY_STATE: stateOf(world) };
  const run = spawnSync(process.execPath, [PROGRAM, 'resume', '--json'], { cwd: os.tmpdir(), env, encoding: 'utf8' });
  return { exit: run.status, moves: JSON.parse(run.stdout).moves };
}

const seats = (world: FerryWorld) => [world.seats('dongle'), world.seats('device')];

/** Changes of the disk after which a move has put its order in transit. */
let untilInTransit = 0;
beforeAll(async () => {
  for (let step = ''; step !== 'issued'; ) {
    untilInTransit += 4;
    const world = loaded.copy();
    expect(await killedAfter(world, untilInTransit, ...order(world))).toBe(true);
    step = world.json('status').unfinished[0]?.step;
    world.remove();
  }
}, 60_000);

/** A world with a move that was killed while it was in transit. */
async function worldInTransit(): Promise<FerryWorld> {
  const world = loaded.copy();
  expect(await killedAfter(world, untilInTransit, ...order(world))).toBe(true);
  return world;
}

describe('a move killed with SIGKILL', () => {
  it('at any fifth change of the disk is finished by ferry resume from elsewhere, if it had begun, and never twice', {
    timeout: 120_000,
  }, async () => {
    let [killed, resumed] = [0, 0];
    for (let changes = 0; ; changes += 5) {
      const world = loaded.copy();
      if (!(await killedAfter(world, changes, ...order(world)))) {
        world.remove();
        break;
      }
      killed += 1;
      const { unfinished } = world.json('status');
      const { exit, moves } = resumeElsewhere(world);
      expect([exit, moves.length]).toEqual([0, unfinished.length]);
      if (unfinished.length > 0) {
        resumed += 1;
        expect(moves).toMatchObject([{ state: 'moved', from: `sim:${path.join(world.folder, 'dongle')}` }]);
        expect(filesOfMoves(world)).toEqual([]);
        expect(seats(world)).toEqual(MOVED);
      } else expect([[AT_REST, { held: 0, pending: 0 }], MOVED]).toContainEqual(seats(world));
      expect(resumeElsewhere(world)).toEqual({ exit: 0, moves: [] });
      world.remove();
    }
    expect([killed > 8, resumed > 4]).toEqual([true, true]);
  });

  it('and killed again while it is resumed, at any sixth change of the disk, is finished once', {
    timeout: 120_000,
  }, async () => {
    let killed = 0;
    for (let changes = 0; ; changes += 6) {
      const world = await worldInTransit();
      const wasKilled = await killedAfter(world, changes, 'resume');
      if (wasKilled) expect(world.run('resume').exit).toBe(0);
      expect(seats(world)).toEqual(MOVED);
      world.remove();
      if (!wasKilled) break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(2);
  });
});

describe('two programs that resume the same move', () => {
  it('at once move it once: each finishes it, finds it finished, or is told who is at it', async () => {
    const world = await worldInTransit();
    const runs = [1, 2, 3].map(() => startFerry(world, ['resume']));
    const ended = await Promise.all(runs.map((run) => run.ended));
    for (const { exit, stderr } of ended)
      if (exit !== 0) expect([exit, stderr]).toEqual([5, expect.stringContaining('CONTAINER_IN_USE')]);
    expect(ended.some(({ exit }) => exit === 0)).toBe(true);
    expect(seats(world)).toEqual(MOVED);
    expect(filesOfMoves(world)).toEqual([]);
    world.remove();
  });

  it('one stopped before it has a container, while the other finishes: it finds it finished, and orders nothing', async () => {
    const world = await worldInTransit();
    const first = startFerry(world, ['resume'], { changes: 0, signal: 'SIGSTOP' });
    await first.stopped;
    try {
      expect(await startFerry(world, ['resume']).ended).toMatchObject({ exit: 0 });
      expect(seats(world)).toEqual(MOVED);
    } finally {
      first.send('SIGCONT');
    }
    expect(await first.ended).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('finished by another program'),
    });
    expect(seats(world)).toEqual(MOVED);
    expect(filesOfMoves(world)).toEqual([]);
    world.remove();
  });

  it.each([4, 8])('one stopped at change %i of the disk, move it once', async (changes) => {
    const world = await worldInTransit();
    const first = startFerry(world, ['resume'], { changes, signal: 'SIGSTOP' });
    await first.stopped;
    try {
      expect(await startFerry(world, ['resume']).ended).toMatchObject({
        exit: 5,
        stderr: expect.stringContaining(`process ${first.process}`),
      });
    } finally {
      first.send('SIGCONT');
    }
    expect(await first.ended).toMatchObject({ exit: 0, signal: null });
    expect(world.must('resume')).toContain('Nothing is unfinished.');
    expect(seats(world)).toEqual(MOVED);
    world.remove();
  });
});
