import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ServedFerry } from './served-ferry.ts';
import { servedWorlds } from './served-world.ts';

const here = servedWorlds();

const SEATS = 2;
const INTERRUPTED = 5;

/** Serves the dongle of the world by USB/IP. */
async function servedDongle(): Promise<ServedFerry> {
  const one = await ServedFerry.start('dongle', path.join(here.world.folder, 'dongle'), [], ['--usbip', ':0']);
  here.served.push(one);
  return one;
}

function fault(...words: readonly string[]) {
  return here.run('dongle', 'fault', 'dongle', ...words);
}

/** Seats of the product that dongle and device hold, and that are in transit, once nobody serves the dongle. */
async function seatsAfter(served: ServedFerry) {
  expect(await served.stop()).toBe(0);
  return { dongle: here.world.seats('dongle'), device: here.world.seats('device') };
}

describe('a move from a dongle at USB/IP', () => {
  it.each([
    'unplug at report 12',
    'unplug at report 60',
    'cut power at flash 1',
    'cut power at flash 4',
    'cut power at report 40',
  ])('loses and doubles nothing when this strikes in its middle: %s', async (what) => {
    const before = { dongle: here.world.seats('dongle'), device: here.world.seats('device') };
    const served = await servedDongle();
    expect((await fault(...what.split(' '))).exit).toBe(0);
    // By itself, too, for a move that waits for it.
    expect((await fault('plug', 'at', '3s')).exit).toBe(0);
    const order = ['--from', served.address, '--to', 'sim:device', '--item', here.world.item(SEATS)];
    const moved = await here.run('move', ...order);
    expect(served.log()).toContain(`"fault":"${what}","event":"fault.struck"`);
    expect([0, INTERRUPTED]).toContain(moved.exit);
    if (moved.exit === INTERRUPTED) {
      await fault('plug');
      expect((await here.run('move', ...order)).exit).toBe(0);
    }
    const { dongle, device } = before;
    expect(await seatsAfter(served)).toEqual({
      dongle: { held: dongle.held - SEATS, pending: 0 },
      device: { held: device.held + SEATS, pending: 0 },
    });
  });

  it('goes through slow flash, and late and busy reports', async () => {
    const served = await servedDongle();
    for (const one of ['slow flash 3ms', 'delay 1 in 10 reports by 5ms', 'busy 200ms'])
      expect((await fault(...one.split(' '))).exit).toBe(0);
    const order = ['--from', served.address, '--to', 'sim:device', '--item', here.world.item(SEATS)];
    expect((await here.run('move', ...order)).exit).toBe(0);
    expect((await seatsAfter(served)).dongle).toEqual({ held: 5 - SEATS, pending: 0 });
  });
});

describe('a dongle with full memory', () => {
  it('refuses what is new, and takes it once the fault is cleared', async () => {
    const served = await servedDongle();
    await fault('full', 'memory');
    const dated = ['--item', '6000010:3003x1'];
    here.world.must('central', 'issue', 'vendor', '--to', served.address, ...dated, '-o', 'folder:more');
    const refused = await here.run('move', '--from', 'central:vendor', '--to', served.address, '--all', '--json');
    expect(refused.stdout).toContain('MEMORY_FULL');
    expect((await fault('clear')).stdout).toBe('Faults taken away: 1.\n');
    expect((await here.run('move', '--from', 'central:vendor', '--to', served.address, '--all')).exit).toBe(0);
    expect((await seatsAfter(served)).dongle).toEqual({ held: 6, pending: 0 });
  });
});

describe('a dongle with full memory that gives or gets in a move', () => {
  const product = '6000010:1001';

  it('says as the getter what waits, and the same command again brings it once there is room', async () => {
    const served = await servedDongle();
    const first = ['--from', served.address, '--to', 'sim:device', '--item', `${product}x2`];
    expect((await here.run('move', ...first)).exit).toBe(0);
    await fault('full', 'memory');
    const back = ['move', '--from', 'sim:device', '--to', served.address, '--item', `${product}x1`];
    const waits = await here.run(...back);
    expect([waits.exit, waits.stdout]).toEqual([
      6,
      expect.stringContaining('The memory of the container is full. [MEMORY_FULL]'),
    ]);
    expect(waits.stdout).not.toMatch(/[{}]/);
    expect(waits.stdout).toMatch(/ bytes are missing\..*Then run the same command again, which brings what waits/s);
    await fault('clear');
    const brought = await here.run(...back);
    expect([brought.exit, brought.stdout]).toEqual([
      0,
      expect.stringContaining('in transit since an order before this one'),
    ]);
    expect((await seatsAfter(served)).dongle).toEqual({ held: 5 - 1, pending: 0 });
  });

  it('says as the giver that nothing was moved, and speaks of no file', async () => {
    const served = await servedDongle();
    await fault('full', 'memory');
    const refused = await here.run('move', '--from', served.address, '--to', 'sim:device', '--item', `${product}x1`);
    expect(refused.exit).toBe(3);
    expect(refused.stderr).toContain('What did not fit was not moved');
    expect(refused.stderr).toContain('Make room in the full container');
    expect(refused.stderr).not.toContain('same file');
    expect((await seatsAfter(served)).dongle).toEqual({ held: 5, pending: 0 });
  });
});

describe('ferry dongle fault', () => {
  it('says that nobody serves the dongle, or that there is none', async () => {
    const [unserved, none] = [await fault('unplug'), await here.run('dongle', 'fault', 'nowhere', 'unplug')];
    expect([unserved.exit, unserved.stderr.includes('[CARRIER_UNREACHABLE]')]).toEqual([5, true]);
    expect(unserved.stderr).toContain('dongle cannot be reached: no program serves it with --usbip');
    expect([none.exit, none.stderr.includes('[NO_CONTAINER]')]).toEqual([5, true]);
    const other = await here.run('dongle', 'fault', 'device', 'unplug');
    expect([other.exit, other.stderr.includes('In device is a device, not a dongle.')]).toEqual([2, true]);
  });

  it('shows what is set and where the dongle is, for people and for programs', async () => {
    const served = await servedDongle();
    await fault('unplug', 'at', 'report', '900');
    await fault('unplug');
    const [said, shown] = [await fault('list'), await fault('list', '--json')];
    expect(said.stdout).toMatch(/1\s+unplug at report 900\s+waiting\s+900\n\n?.*Result: 1 fault/s);
    expect(JSON.parse(shown.stdout)).toEqual({
      isPluggedIn: false,
      awaited: null,
      cleared: 0,
      faults: [{ id: 1, fault: 'unplug at report 900', state: 'waiting', left: 900 }],
    });
    expect((await here.run('list', served.address)).stderr).toContain('[CARRIER_UNREACHABLE]');
    await fault('plug');
    expect((await here.run('list', served.address)).exit).toBe(0);
  });
});
