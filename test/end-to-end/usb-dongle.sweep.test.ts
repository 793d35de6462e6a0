import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPcap } from '../dongle-firmware-sim/usb/trace/read-pcap.ts';
import type { FerryWorld } from './ferry-world.ts';
import { servedWorlds } from './served-world.ts';

/** All that the device holds. */
function seats(world: FerryWorld): number {
  const { holdings } = world.json('list', 'sim:device').containers[0];
  return holdings.reduce((sum: number, { quantity }: { readonly quantity: number }) => sum + quantity, 0);
}

describe('a dongle that is served by USB/IP', () => {
  const scene = servedWorlds();

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
