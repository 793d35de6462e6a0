import { beforeEach, describe, expect, it } from 'vitest';
import { GONE, PulledOut } from './pulled-out.ts';
import { servedWorlds } from './served-world.ts';

describe('a move whose dongle is pulled out in the middle', () => {
  const scene = servedWorlds();
  let dongle: PulledOut;
  beforeEach(async () => {
    dongle = new PulledOut(scene);
    await dongle.plugIn();
  });
  const order = (...more: readonly string[]) => {
    const item = ['--item', scene.world.item(2)];
    return ['move', '--from', dongle.address, '--to', 'sim:device', ...item, ...more];
  };
  const seats = () => [scene.world.seats('dongle'), scene.world.seats('device').held];

  it('waits for it, goes on by itself and moves everything once', async () => {
    const moving = await dongle.interrupt(60, ...order('--wait'));
    await moving.said(GONE);
    await dongle.plugIn();
    const { exit, stdout, stderr } = await moving.ended;
    expect([exit, stderr]).toEqual([0, expect.stringContaining(`${dongle.address} is back: the move goes on.`)]);
    expect(stdout).toContain('2 seats of 6000010:1001 moved');
    await dongle.pullOut();
    expect(seats()).toEqual([{ held: 3, pending: 0 }, 3]);
    expect(scene.world.must('resume')).toBe('Nothing is unfinished.\n');
  }, 60_000);
});
