import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPcap } from '../dongle-firmware-sim/usb/trace/read-pcap.ts';
import type { FerryWorld } from './ferry-world.ts';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

/** All that the device holds. */
function seats(world: FerryWorld): number {
  const { holdings } = world.json('list', 'sim:device').containers[0];
  return holdings.reduce((sum: number, { quantity }: { readonly quantity: number }) => sum + quantity, 0);
}

describe('a dongle that is served by USB/IP', () => {
  const scene = servedWorlds();

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

  it.each(['README.md', 'docs/faults.md'])(
    'is pulled out in the middle of a move as %s says, which then goes on',
    async (file) => {
      const { serve, run, world } = scene;
      const text = fs.readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');
      const [, when = ''] = /ferry dongle fault \w+ unplug (at report \d+)/.exec(text) ?? [];
      const dongle = await serve('dongle', scene.socket('dongle.sock'), '--usbip', '127.0.0.1:0');
      const address = dongle.addresses.find((one) => one.startsWith('usbip:')) ?? expect.fail('it is not plugged in');
      expect(await run('dongle', 'fault', 'dongle', 'unplug', ...when.split(' '))).toMatchObject({ exit: 0 });
      const before = seats(world);
      const move = ['move', '--from', address, '--to', 'sim:device', '--item', world.item(1)];
      const { exit, stderr } = await run(...move);
      expect([exit, stderr]).toEqual([5, expect.stringContaining('[MOVE_UNFINISHED]')]);
      expect(await run('dongle', 'fault', 'dongle', 'plug')).toMatchObject({ exit: 0 });
      expect(await run(...move)).toMatchObject({ exit: 0 });
      expect(seats(world)).toBe(before + 1);
    },
  );

  it('has all of its USB traffic in a trace when it ends, each time anew, and no PIN that was shown over it', async () => {
    const { serve, run, world } = scene;
    const file = path.join(world.folder, 'usb.pcap');
    const traced = async (...commands: readonly (readonly string[])[]): Promise<Buffer> => {
      const dongle = await serve('dongle', scene.socket('dongle.sock'), '--usbip', '127.0.0.1:0', '--trace', file);
      const address = dongle.addresses.find((one) => one.startsWith('usbip:')) ?? expect.fail('it is not plugged in');
      for (const [first = '', ...rest] of commands)
        expect(await run(first, ...rest, address)).toMatchObject({ exit: 0 });
      expect(await dongle.stop()).toBe(0);
      expect(dongle.log()).toMatch(/"event":"trace.ended"/);
      return fs.readFileSync(file);
    };
    const pin = '4711-traced';
    world.variables.FERRY_NEW_PIN = pin;
    world.variables.FERRY_PIN = pin;
    const first = await traced(['pin', 'set'], ['list'], ['history']);
    const { records } = readPcap(first);
    for (const transfer of ['control', 'interrupt'])
      for (const event of ['S', 'C'])
        expect(records.map((one) => `${one.event} ${one.transfer}`)).toContain(`${event} ${transfer}`);
    const reports = Buffer.concat(records.map(({ data }) => data.subarray(4)));
    // What is not sealed can be read in it, which shows that it would be found.
    expect([reports.includes('Example Automation'), reports.includes(pin)]).toEqual([true, false]);
    const again = readPcap(await traced(['list'])).records;
    expect(again.length).toBeLessThan(records.length);
  });

  it('is not served with a trace that would go into the folder of a container, or in place of something else', async () => {
    const { run, world } = scene;
    const before = fs.readFileSync(path.join(world.folder, 'dongle/flash.bin'));
    for (const [place, why] of [
      ['dongle/usb.pcap', 'the folder of a container'],
      ['dongle/flash.bin', 'the folder of a container'],
      ['nowhere/usb.pcap', 'there is no folder nowhere'],
      ['vendor', 'the folder of a License Central'],
    ] as const) {
      const answer = await run('dongle', 'serve', 'dongle', '--usbip', ':0', '--trace', place);
      expect(answer).toMatchObject({ exit: 3, stderr: expect.stringContaining(why) });
    }
    fs.writeFileSync(path.join(world.folder, 'thesis.txt'), 'years of work');
    const answer = await run('dongle', 'serve', 'dongle', '--usbip', ':0', '--trace', 'thesis.txt');
    expect(answer).toMatchObject({ exit: 3, stderr: expect.stringContaining('something else than a USB trace') });
    expect(fs.readFileSync(path.join(world.folder, 'thesis.txt'), 'utf8')).toBe('years of work');
    expect(fs.readFileSync(path.join(world.folder, 'dongle/flash.bin'))).toEqual(before);
  });
});
