import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryWorld } from './ferry-world.ts';
import { filesOfMoves, startFerry, stateOf } from './started-ferry.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');

describe('a container served on the standard streams', () => {
  const world = new FerryWorld();
  beforeAll(() => {
    world.must('device', 'create', 'device');
  });
  afterAll(() => world.remove());

  const serving = (folder: string): string => `exec:${process.execPath} ${PROGRAM} device serve ${folder} --stdio`;

  it('that is none of that kind ends the program by why, and by nothing else', async () => {
    const { exit, stderr } = await startFerry(world, ['dongle', 'serve', 'device', '--stdio']).ended;
    expect([exit, stderr]).toEqual([2, expect.stringContaining('OTHER_KIND')]);
    expect(stderr).not.toContain('FILE_UNWRITABLE');
  });

  it('that is asked to end ends well', async () => {
    const server = startFerry(world, ['device', 'serve', 'device', '--stdio']);
    await server.said('container.served');
    server.send('SIGTERM');
    const { exit, stderr } = await server.ended;
    expect([exit, stderr]).toEqual([0, expect.not.stringContaining('FILE_UNWRITABLE')]);
  });

  it('is started again by ferry resume in the folder in which its move was begun, from wherever that is typed', async () => {
    const one = new FerryWorld();
    one.setUp();
    const order = ['move', '--from', 'sim:dongle', '--to', serving('device'), '--item', one.item(2)];
    for (let changes = 4; !filesOfMoves(one).some((name) => name.endsWith('.json')); changes += 4)
      await startFerry(one, order, { changes, signal: 'SIGKILL' }).ended;
    const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-elsewhere-'));
    fs.symlinkSync(stateOf(one), path.join(elsewhere, 'state'));
    const { exit, stdout } = await startFerry({ folder: elsewhere, variables: {} }, ['resume']).ended;
    expect([exit, stdout]).toEqual([0, expect.stringContaining('2 seats of 6000010:1001 moved')]);
    expect(one.seats('device').held).toBe(2);
    fs.rmSync(elsewhere, { recursive: true });
    one.remove();
  });

  it('that is not there is told by what its program said first of all: what happened, with its code', async () => {
    const { exit, stderr } = await startFerry(world, ['list', serving('nowhere')]).ended;
    expect([exit, stderr]).toEqual([
      5,
      expect.stringContaining(
        'with exit code 5, saying "There is no container in nowhere (CodeMeter error 201). [NO_CONTAINER]"',
      ),
    ]);
  });
});
