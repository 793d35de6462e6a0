import fs from 'node:fs';
import path from 'node:path';
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
    expect([none.exit, none.stderr]).toEqual([5, expect.stringContaining('no device has that bus id; there is 1-1 ')]);
    const status = await run('status', `${server.replace('127.0.0.1', '')}/1-7`, `${server}/1-8`);
    expect(status.stdout).not.toMatch(/cannot be reached: \S+ cannot be reached/);
    const same = await run('move', '--from', address, '--to', address.replace('127.0.0.1', 'localhost'), '--all');
    expect([same.exit, same.stderr]).toEqual([2, expect.stringContaining('Both addresses are the same container')]);
  });

  it('is not ready before all that are named with it can be served, and where one cannot be none was', async () => {
    const { world, run } = scene;
    world.must('dongle', 'create', 'another', '--serial', '3-77');
    const { exit, stdout, stderr } = await run('dongle', 'serve', 'dongle', 'nothere', '--usbip', ':0');
    expect([exit, stdout]).toEqual([5, '']);
    expect(stderr).toContain('[NO_CONTAINER]');
    expect(stderr).not.toMatch(/attach|container\.served/);
    const both = startFerry(world, ['dongle', 'serve', 'another', 'dongle', '--usbip', ':0']);
    const first = await both.answer();
    both.send('SIGTERM');
    expect(first).toMatch(/^Ready: 3-77 /);
    expect(await both.ended).toMatchObject({ exit: 0, stdout: expect.stringMatching(/\nReady: 3-1234567 /) });
  });

  it('is told of what is asked of its faults, and is so already or is not there', async () => {
    const { serve, run } = scene;
    const dongle = await serve('dongle', scene.socket('dongle.sock'), '--usbip', '127.0.0.1:0');
    const asked = (...words: readonly string[]) => run('dongle', 'fault', 'dongle', ...words);
    expect(await asked('plug')).toMatchObject({ exit: 0, stdout: 'It is plugged in already.\n' });
    expect(await asked('unplug')).toMatchObject({ exit: 0, stdout: 'Set: unplug\n' });
    expect(await asked('unplug')).toMatchObject({ exit: 0, stdout: 'It is unplugged already.\n' });
    expect(await asked('plug')).toMatchObject({ exit: 0, stdout: 'Set: plug\n' });
    expect(await asked('clear', '99')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('No fault has the number 99'),
    });
    expect(await asked('clear')).toMatchObject({ exit: 0, stdout: 'Faults taken away: 0.\n' });
    expect(await asked('unplug', 'at', 'repot', '5')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('"repot" may not stand behind "at"'),
    });
    for (const address of dongle.addresses) {
      const { exit, stderr } = await run('dongle', 'fault', address, 'list');
      expect([exit, stderr]).toEqual([2, expect.stringContaining('through the folder of a dongle that is served')]);
    }
  });

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
    expect(there).toMatchObject({ exit: 5, stderr: expect.stringContaining('no device has that bus id') });
    expect((await served.ended).stderr).toContain('"event":"device.awaited"');
    const inWords = startFerry(world, ['dongle', 'serve', 'dongle', ...bound]);
    await inWords.said('container.served');
    await inWords.answer();
    inWords.send('SIGTERM');
    expect((await inWords.ended).stdout).toContain('Waits for hid:fffe:fffe: until that is plugged in here,');
  });

  it('is named once, by whichever path', async () => {
    const { world, run } = scene;
    fs.symlinkSync(path.join(world.folder, 'dongle'), path.join(world.folder, 'link'));
    for (const again of ['dongle', './dongle/', 'sim:dongle', path.join(world.folder, 'dongle'), 'link']) {
      const { exit, stdout, stderr } = await run('dongle', 'serve', 'dongle', again, '--usbip', ':0');
      expect([again, exit, stdout]).toEqual([again, 2, '']);
      expect(stderr).toContain(
        again === 'dongle' ? 'dongle is given twice' : `${again} is given twice, first as dongle`,
      );
    }
    const { stderr } = await run('dongle', 'serve', 'gone', './gone', '--usbip', ':0');
    expect(stderr).toContain('./gone is given twice, first as gone');
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
