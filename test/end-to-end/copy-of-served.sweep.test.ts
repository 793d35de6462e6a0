import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ServedFerry } from './served-ferry.ts';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

const scene = servedWorlds();
const { serve, served, run, socket } = scene;

function copy(from: string, to: string): void {
  fs.cpSync(path.join(scene.world.folder, from), path.join(scene.world.folder, to), { recursive: true });
}

describe('a copy of the folder of a served container', () => {
  it('is told as one by every command, none of which sends anybody to the address that its lock names', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    copy('dongle', 'copy');
    const item = ['--item', scene.world.item(1)];
    for (const command of [
      ['list', 'sim:copy'],
      ['status', 'sim:copy'],
      ['move', '--from', 'sim:copy', '--to', 'sim:device', ...item],
      ['move', '--from', 'sim:device', '--to', 'sim:copy', '--all'],
      ['move', '--from', 'sim:copy', '--to', 'sim:device', ...item, '--dry-run'],
      ['context', 'sim:copy', '--for', '6000010', '-o', 'folder:.'],
      ['history', 'sim:copy'],
      ['order', 'arm', 'sim:copy', ...item, '--most', '1'],
      ['dongle', 'serve', 'copy', '--listen', socket('copy.sock')],
    ]) {
      const { exit, stderr } = await run(...command);
      expect([command, exit, stderr]).toEqual([command, 5, expect.stringContaining('[COPY_OF_SERVED]')]);
      const told = stderr.replaceAll(/\s+/g, ' ');
      expect(told).toContain('copy seems to be a copy of the folder of a container that another program');
      expect(told).toContain(`(process ${dongle.process}) serves at ${dongle.address}`);
      expect(told).toContain('A copy has no licenses of its own.');
      expect(stderr).not.toContain('CONTAINER_SERVED');
    }
    await dongle.stop();
    expect([scene.world.seats('dongle'), scene.world.seats('device').held]).toEqual([{ held: 5, pending: 0 }, 1]);
  });

  it.each(['status', 'list'])('is not hidden by the container itself in ferry %s', async (command) => {
    const { address, process } = await serve('dongle', socket('dongle.sock'));
    copy('dongle', 'dongle2');
    const { exit, stdout, stderr } = await run(command, 'sim:dongle2', 'sim:dongle', address);
    const said = stdout + stderr;
    expect(exit).toBe(6);
    expect(said).toContain('dongle2 seems to be a copy of the folder of a container');
    expect(said).toContain(`(process ${process}) serves at ${address}`);
    expect(said).not.toContain('The container in dongle is served');
  });

  it('is not followed by ferry resume to another folder, and ferry status says how the move is finished', async () => {
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', scene.world.item(2)];
    expect((await startFerry(scene.world, order, { changes: 79, signal: 'SIGKILL' }).ended).signal).toBe('SIGKILL');
    const away = path.join(scene.world.folder, 'away');
    fs.renameSync(path.join(scene.world.folder, 'device'), away);
    const device = await ServedFerry.start('device', away, [socket('device.sock')]);
    served.push(device);
    copy('away', 'device');
    const { unfinished, next } = JSON.parse((await run('status', '--json')).stdout);
    const [{ id }] = unfinished;
    expect(next).toMatchObject([{ command: `ferry resume ${id} --to ${device.address}` }]);
    const apart = JSON.parse((await run('status', 'sim:dongle', '--json')).stdout);
    expect(apart.unfinished).toMatchObject([{ elsewhere: `ferry resume ${id} --to NEW-ADDRESS` }]);
    const resumed = await run('resume');
    expect([resumed.exit, resumed.stderr]).toEqual([5, expect.stringContaining(`ferry resume ${id} --to NEW-ADDRESS`)]);
    expect(resumed.stderr.replaceAll(/\s+/g, ' ')).toContain(`serves at ${device.address}`);
    const finished = await run('resume', id, '--to', device.address);
    expect([finished.exit, finished.stdout]).toEqual([0, expect.stringContaining('2 seats of 6000010:1001 moved')]);
  });
});
