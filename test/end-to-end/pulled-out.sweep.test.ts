import { beforeEach, describe, expect, it } from 'vitest';
import { GONE, PulledOut } from './pulled-out.ts';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

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

  it.each([
    ['before anything is planned', 16],
    ['once it is planned', 45],
    ['while what was issued is kept', 55],
    ['before the receipt is home', 75],
    ['before the end is noted', 80],
  ])(
    'waits for it and moves everything once: %s',
    async (_, changes) => {
      const moving = await dongle.interrupt(changes, ...order('--wait'));
      await moving.said(GONE);
      await dongle.plugIn();
      expect(await moving.ended).toMatchObject({ exit: 0, stderr: expect.stringContaining('is back') });
      await dongle.pullOut();
      expect(seats()).toEqual([{ held: 3, pending: 0 }, 3]);
    },
    60_000,
  );

  it('is left unfinished by Ctrl-C, which says how it goes on, and waits again when it is resumed', async () => {
    const moving = await dongle.interrupt(60, ...order('--wait'));
    await moving.said(GONE);
    moving.send('SIGINT');
    const { exit, stderr } = await moving.ended;
    expect([exit, stderr]).toEqual([130, expect.stringContaining('`ferry resume` finishes it.')]);
    await dongle.plugIn();
    const resuming = await dongle.interrupt(1, 'resume', '--wait');
    await resuming.said(GONE);
    await dongle.plugIn();
    expect(await resuming.ended).toMatchObject({ exit: 0, stdout: expect.stringContaining('after an interruption') });
    await dongle.pullOut();
    expect(seats()).toEqual([{ held: 3, pending: 0 }, 3]);
  }, 60_000);

  it('is left unfinished at once where no terminal is, and nobody told it to wait', async () => {
    const moving = await dongle.interrupt(60, ...order());
    const { exit, stderr } = await moving.ended;
    expect([exit, stderr]).toEqual([5, expect.stringContaining('MOVE_UNFINISHED')]);
    expect(stderr).not.toContain(GONE);
  }, 60_000);

  it('waits on while another dongle is in its place, and goes on with its own', async () => {
    dongle.makeAnother();
    const moving = await dongle.interrupt(60, ...order('--wait'));
    await moving.said(GONE);
    await dongle.plugIn('another');
    await moving.said('is 3-7654321, dongle');
    const resumed = scene.world.run('resume');
    expect([resumed.exit, resumed.stderr]).toEqual([3, expect.stringContaining('PEER_UNEXPECTED')]);
    expect(resumed.stderr).toMatch(/stays unfinished.*this finishes the move: ferry resume \S+ --from NEW-ADDRESS/s);
    await dongle.pullOut();
    await dongle.plugIn();
    const { exit, stderr } = await moving.ended;
    expect([exit, stderr.match(/is back: the move goes on/g)]).toEqual([0, ['is back: the move goes on']]);
    await dongle.pullOut();
    expect(scene.world.seats('another')).toEqual({ held: 5, pending: 0 });
    expect(seats()).toEqual([{ held: 3, pending: 0 }, 3]);
  }, 60_000);

  it('is finished where status says, when the dongle is served at another bus id', async () => {
    dongle.makeAnother();
    const moving = await dongle.interrupt(60, ...order());
    expect((await moving.ended).exit).toBe(5);
    await dongle.plugIn('another', ['dongle']);
    const status = scene.world.run('status').stdout;
    const [, command = ''] = /(ferry resume \S+ --from usbip:\S+\/1-2)$/m.exec(status.replace(/ +#.*$/gm, '')) ?? [];
    expect([command === '', status.includes('NEW-ADDRESS')]).toEqual([false, false]);
    expect(scene.world.run(...command.split(' ').slice(1)).exit).toBe(0);
    await dongle.pullOut();
    expect(seats()).toEqual([{ held: 3, pending: 0 }, 3]);
  }, 60_000);

  it('makes no new order of it where another program finishes it meanwhile', async () => {
    const moving = await dongle.interrupt(60, ...order('--wait'));
    await moving.said(GONE);
    moving.send('SIGSTOP');
    await dongle.plugIn();
    const [id = ''] = /[0-9a-f]{8}-[0-9a-f]{8}/.exec(scene.world.run('status').stdout) ?? [];
    expect(scene.world.run('resume').exit).toBe(0);
    moving.send('SIGCONT');
    expect(await moving.ended).toMatchObject({ exit: 0, stdout: `${id} was finished by another program meanwhile.\n` });
    await dongle.pullOut();
    expect(seats()).toEqual([{ held: 3, pending: 0 }, 3]);
  }, 60_000);

  it('is waited for only in the middle: one that is not there to begin with is told so', async () => {
    await dongle.pullOut();
    const { exit, stderr } = await startFerry(scene.world, order('--wait')).ended;
    expect([exit, stderr]).toEqual([5, expect.stringContaining('CARRIER_UNREACHABLE')]);
    const wrong = scene.world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', '--all', '--wait');
    expect(wrong).toMatchObject({ exit: 2, stderr: expect.stringContaining('--wait is for a move with a dongle') });
    const half = scene.world.run('move', '--from', dongle.address, '--to', 'folder:sent', '--all', '--wait');
    expect(half).toMatchObject({ exit: 2, stderr: expect.stringContaining('--wait needs both sides') });
  }, 60_000);
});
