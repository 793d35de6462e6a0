import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFerryFile } from '../../host/cli/ferry-files.adapter.ts';
import { FerryHere } from '../end-to-end/ferry-here.ts';
import { startFerry } from '../end-to-end/started-ferry.ts';

const FOLDER = 'folder:stick';
const NAMES = ['130-1000000001', '130-2459324738'].map((serial) => `${serial}-for-3-1234567.ferry-context`);

const loaded = new FerryHere();
beforeAll(async () => {
  await loaded.setUp();
  await loaded.must('certificate', 'sim:dongle', '-o', 'dongle.ferry-certificate');
});
afterAll(() => loaded.remove());

it('a file that one technician is writing comes out whole, whatever another writes into the folder meanwhile', {
  timeout: 120_000,
}, async () => {
  const write = (device: string) => ['context', `sim:${device}`, '--for', 'dongle.ferry-certificate', '-o', FOLDER];
  let [changes, beside] = [0, 0];
  for (let isOver = false; !isOver; changes++) {
    const world = loaded.copy();
    const stick = path.join(world.folder, 'stick');
    const first = startFerry(world, write('device'), { changes, signal: 'SIGSTOP' });
    let hasEnded = false;
    first.ended.then(() => {
      hasEnded = true;
    });
    await first.stopped;
    await world.must(...write('other'));
    if (fs.readdirSync(stick).some((name) => name.startsWith('.'))) beside += 1;
    isOver = hasEnded;
    first.send('SIGCONT');
    expect(await first.ended).toMatchObject({ exit: 0, signal: null });
    expect(fs.readdirSync(stick).sort()).toEqual(NAMES);
    for (const name of NAMES) expect(readFerryFile(path.join(stick, name)).length).toBeGreaterThan(100);
    world.remove();
  }
  expect(changes).toBeGreaterThan(5);
  expect(beside).toBeGreaterThan(0);
});
