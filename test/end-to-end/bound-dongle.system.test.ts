import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listHid } from '../../carriers/hid/node-hid-port.adapter.ts';
import { ServedFerry } from './served-ferry.ts';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

// Says which library of the system is missing, and how to install it.
beforeAll(async () => {
  await listHid();
});

describe('a dongle that is bound to a real device', () => {
  const scene = servedWorlds();

  it('says that it waits for the real device that it is bound to', async () => {
    const { world, run } = scene;
    const bound = ['--usbip', ':0', '--bind', 'hid:fffe:fffe'];
    const served = startFerry(world, ['dongle', 'serve', 'dongle', ...bound, '--json']);
    const { awaits, addresses } = JSON.parse(await served.answer());
    const list = await run('dongle', 'fault', 'dongle', 'list');
    const there = await run('list', addresses[0]);
    served.send('SIGTERM');
    expect([awaits, list.stdout]).toEqual([
      'hid:fffe:fffe',
      expect.stringContaining('the dongle waits for hid:fffe:fffe to be plugged in.'),
    ]);
    expect(there).toMatchObject({ exit: 5, stderr: expect.stringContaining('no dongle is plugged in at that bus id') });
    expect((await served.ended).stderr).toContain('"event":"device.awaited"');
    const inWords = startFerry(world, ['dongle', 'serve', 'dongle', ...bound]);
    await inWords.said('container.served');
    await inWords.answer();
    inWords.send('SIGTERM');
    expect((await inWords.ended).stdout).toContain('Waits for hid:fffe:fffe: until that is plugged in here,');
  });

  it('is on no bus while that is not plugged in, and ends well', async () => {
    const more = ['--usbip', ':0', '--bind', 'hid:ffff:fffe'];
    const served = await ServedFerry.start('dongle', path.join(scene.world.folder, 'dongle'), [], more);
    scene.served.push(served);
    const { exit, stderr } = await scene.run('list', served.address);
    expect([exit, stderr]).toEqual([5, expect.stringContaining('no dongle is plugged in at that bus id')]);
    expect(await served.stop()).toBe(0);
  });
});
