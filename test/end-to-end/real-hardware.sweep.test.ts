import { expect, it } from 'vitest';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

const scene = servedWorlds();

it('a computer without the USB device port that was asked for cannot be a dongle, and it is said what is missing', async () => {
  const args = ['dongle', 'serve', 'dongle', '--gadget', 'no-such-controller'];
  const { exit, stderr } = await startFerry(scene.world, args).ended;
  expect([exit, stderr]).toEqual([5, expect.stringContaining('GADGET_UNREADY')]);
  expect(stderr).toContain('This computer cannot be a USB device now: ');
});

it.each([
  [['--gadget', '--usbip'], 'goes with neither'],
  [['--bind', 'hid:1234:5678', '--stdio'], 'it has no --listen and no --stdio'],
  [['--bind', '1234:5678'], 'is no HID device like hid:1234:5678'],
])('a dongle is not served with %j', async (args, why) => {
  const { exit, stderr } = await startFerry(scene.world, ['dongle', 'serve', 'dongle', ...args]).ended;
  expect([exit, stderr]).toEqual([2, expect.stringContaining(why)]);
});
