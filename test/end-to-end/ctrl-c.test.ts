import { describe, expect, it } from 'vitest';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

describe('a move that is ended by Ctrl-C', () => {
  const scene = servedWorlds();

  it('says what that means for the licenses and what goes on from there, ends with 130, and is finished by what it says', async () => {
    const { world, serve, socket } = scene;
    const device = await serve('device', socket('device.sock'));
    const order = ['move', '--from', 'sim:dongle', '--to', device.address, '--item', world.item(2)];
    // Once the device is stopped, the move waits for it, so that it cannot be over before it is interrupted.
    const moving = startFerry(world, order, { changes: 12, signal: 'SIGSTOP' });
    await moving.stopped;
    process.kill(device.process, 'SIGSTOP');
    moving.send('SIGCONT');
    moving.send('SIGINT');
    const { exit, stderr } = await moving.ended;
    process.kill(device.process, 'SIGCONT');
    expect([exit, stderr]).toEqual([130, expect.stringContaining('No license is lost or doubled')]);
    expect(stderr).toContain('`ferry status` shows what is unfinished, and `ferry resume` finishes it.');
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('Interrupted.')),
    ).toHaveLength(1);
    expect(world.run('resume').exit).toBe(0);
    expect(world.seats('dongle').pending).toBe(0);
  }, 60_000);
});
