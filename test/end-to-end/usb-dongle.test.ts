import { describe, expect, it } from 'vitest';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

describe('a dongle that is served by USB/IP', () => {
  const scene = servedWorlds();

  it('blinks when it is asked to, also while others use it one after the other, and says so in its log', async () => {
    const { serve, run } = scene;
    const dongle = await serve('dongle', scene.socket('dongle.sock'), '--usbip', '127.0.0.1:0');
    const address = dongle.addresses.find((one) => one.startsWith('usbip:')) ?? expect.fail('it is not plugged in');
    expect(await run('blink', address)).toMatchObject({ exit: 0, stdout: `Blinking: ${address}\n` });
    expect((await run('list', address)).exit).toBe(0);
    const { exit, stdout } = await run('blink', address, '--json');
    expect([exit, JSON.parse(stdout)]).toEqual([0, { address, blinked: true }]);
    expect(dongle.log().match(/led\.blinked/g)).toHaveLength(2);
    const other = await run('blink', dongle.addresses[0] ?? '');
    expect(other).toMatchObject({ exit: 2, stderr: expect.stringContaining('at unix: nothing has an LED') });
    expect(other.stderr).toContain('usbip://HOST:PORT/BUSID');
  });

  it('is listed with all the others of its server, and named to who gives another bus id', async () => {
    const { serve, run } = scene;
    const dongle = await serve('dongle', scene.socket('dongle.sock'), '--usbip', '127.0.0.1:0');
    const address = dongle.addresses.find((one) => one.startsWith('usbip:')) ?? expect.fail('it is not plugged in');
    const server = address.slice(0, address.lastIndexOf('/'));
    const all = await run('list', server, '--json');
    expect([all.exit, JSON.parse(all.stdout).containers.map((one: { address: string }) => one.address)]).toEqual([
      0,
      [address],
    ]);
    const none = await run('list', `${server}/1-7`);
    expect([none.exit, none.stderr]).toEqual([
      5,
      expect.stringContaining('no dongle is plugged in at that bus id; there is 1-1 '),
    ]);
    const status = await run('status', `${server.replace('127.0.0.1', '')}/1-7`, `${server}/1-8`);
    expect(status.stdout).not.toMatch(/cannot be reached: \S+ cannot be reached/);
    const same = await run('move', '--from', address, '--to', address.replace('127.0.0.1', 'localhost'), '--all');
    expect([same.exit, same.stderr]).toEqual([2, expect.stringContaining('Both addresses are the same container')]);
  });

  it('is told as one JSON document with the others that are served beside it', async () => {
    const { world } = scene;
    world.must('dongle', 'create', 'another', '--serial', '3-77');
    const served = startFerry(world, ['dongle', 'serve', 'dongle', 'another', '--usbip', ':0', '--json']);
    const { dongles } = JSON.parse(await served.answer());
    served.send('SIGTERM');
    expect(dongles).toHaveLength(2);
    expect(dongles.map(({ serial }: { serial: string }) => serial)).toContain('3-77');
    expect(await served.ended).toMatchObject({ exit: 0 });
  });
});
