import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { PluggedSticks } from '../end-to-end/plugged-sticks.ts';
import { type StartedFerry, startFerry } from '../end-to-end/started-ferry.ts';
import { median, report } from './measure.ts';
import { millisecondsOf, residentOf } from './process-use.ts';

const ITEMS = 100;
const ROUNDS = 5;
const IDLE_SECONDS = 30;

const prepared = new FerryWorld();
let original: string;

beforeAll(() => {
  prepared.must('device', 'create', 'device', '--serial', '130-1');
  prepared.must('central', 'init', 'vendor', '--firm', '6000010:Example Automation');
  original = path.join(prepared.folder, 'original');
  const items = Array.from({ length: ITEMS }, (_, at) => ['--item', `6000010:${at + 1}x1`]).flat();
  prepared.must('central', 'issue', 'vendor', '--to', 'sim:device', ...items, '-o', `folder:${original}`);
});

afterAll(() => prepared.remove());

/** When an event was logged, in milliseconds since 1970. */
function timeOf(log: string, event: string): number {
  const line = log.split('\n').find((one) => one.includes(`"event":"${event}"`)) ?? expect.fail(`no ${event}`);
  return Date.parse(JSON.parse(line).time);
}

function serve(world: FerryWorld, sticks: PluggedSticks): StartedFerry {
  const where = ['--sticks-below', sticks.folder, '--mounts', sticks.table];
  return startFerry(world, ['device', 'serve', 'device', ...where]);
}

it('a stick is noticed within a second, and 100 items of it are taken in and answered within one more', async () => {
  const rounds: { readonly ready: number; readonly noticed: number; readonly done: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const world = prepared.copy();
    const sticks = new PluggedSticks(world.folder);
    fs.cpSync(original, sticks.stick('a'), { recursive: true });
    const begun = performance.now();
    const device = serve(world, sticks);
    await device.answer();
    const ready = performance.now() - begun;
    const plugged = Date.now();
    sticks.plugIn('a');
    await device.said('stick.answered');
    device.send('SIGTERM');
    const { stderr } = await device.ended;
    const noticed = timeOf(stderr, 'stick.plugged');
    rounds.push({ ready, noticed: noticed - plugged, done: timeOf(stderr, 'stick.answered') - noticed });
    expect(world.json('list', 'sim:device').containers[0].holdings).toHaveLength(ITEMS);
    world.remove();
  }
  report('A memory stick', [
    { name: 'from the start to ready, ms', value: median(rounds.map(({ ready }) => ready)), target: 1000 },
    { name: 'noticed after it is mounted, ms', value: median(rounds.map(({ noticed }) => noticed)), target: 1000 },
    {
      name: `${ITEMS} items taken in and answered after that, ms`,
      value: median(rounds.map(({ done }) => done)),
      target: 1000,
    },
  ]);
});

it('a device that waits for sticks uses next to nothing', async () => {
  const world = prepared.copy();
  const sticks = new PluggedSticks(world.folder);
  const device = serve(world, sticks);
  await device.answer();
  const used = [millisecondsOf(device.process)];
  for (let times = 0; times < 2; times++) {
    await pause(IDLE_SECONDS * 1000);
    used.push(millisecondsOf(device.process));
  }
  const resident = residentOf(device.process);
  device.send('SIGTERM');
  expect((await device.ended).exit).toBe(0);
  world.remove();
  const [start = 0, middle = 0, end = 0] = used;
  // 0.2 % of one core.
  const target = IDLE_SECONDS * 2;
  report('A device that waits for sticks', [
    { name: `CPU in the ${IDLE_SECONDS} s after it was ready, ms`, value: middle - start, target },
    { name: `CPU in the next ${IDLE_SECONDS} s, ms`, value: end - middle, target },
    { name: 'resident memory, MiB', value: resident, target: 90 },
  ]);
});
