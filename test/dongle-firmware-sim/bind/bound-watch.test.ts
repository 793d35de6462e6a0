import { beforeEach, describe, expect, it } from 'vitest';
import { BoundWatch } from '../../../dongle-firmware-sim/bind/bound-watch.ts';
import type { PluggedEntry } from '../../../dongle-firmware-sim/bind/hid-bus.adapter.ts';

const IDS = { vendor: 0x1234, product: 0x5678, serial: 'A', usagePage: 0xff00 };
const ENTRY: PluggedEntry = { path: '/dev/hidraw0', plug: '1', ...IDS };

let there: PluggedEntry[];
let told: string[];
let watch: BoundWatch;
beforeEach(() => {
  there = [];
  told = [];
  watch = watching(undefined);
});

function watching(serial: string | undefined): BoundWatch {
  return new BoundWatch({
    to: { vendor: 0x1234, product: 0x5678, serial },
    list: async () => there,
    onThere: ({ path }) => told.push(path),
    onGone: () => told.push('gone'),
  });
}

async function look(...entries: PluggedEntry[]): Promise<void> {
  there = entries;
  await watch.look();
}

describe('the watch on a real device', () => {
  it('tells once that it is there, and once that it is gone', async () => {
    await look();
    await look(ENTRY);
    await look(ENTRY);
    await look();
    await look();
    expect(told).toEqual(['/dev/hidraw0', 'gone']);
  });

  it('passes over other makers, other products and, where it is named, other serial numbers', async () => {
    await look({ ...ENTRY, vendor: 1 }, { ...ENTRY, product: 1 });
    watch = watching('B');
    await look(ENTRY);
    expect(told).toEqual([]);
    await look({ ...ENTRY, serial: 'B' });
    expect(told).toEqual(['/dev/hidraw0']);
  });

  it('stays with its device while others come, and takes another one when that is gone', async () => {
    const other = { ...ENTRY, path: '/dev/hidraw1', plug: '2', serial: 'B' };
    await look(other);
    await look(ENTRY, other);
    await look(ENTRY);
    expect(told).toEqual(['/dev/hidraw1', 'gone', '/dev/hidraw0']);
  });

  it('takes that part of a device which may carry reports', async () => {
    await look({ ...ENTRY, usagePage: 1 }, { ...ENTRY, path: '/dev/hidraw1', plug: '2' });
    expect(told).toEqual(['/dev/hidraw1']);
  });

  it('believes whoever saw the device go, and finds it again', async () => {
    await look(ENTRY);
    watch.lost('9');
    watch.lost('1');
    await look(ENTRY);
    expect(told).toEqual(['/dev/hidraw0', 'gone', '/dev/hidraw0']);
  });

  it('notices that the device was plugged in anew under the same name', async () => {
    await look(ENTRY);
    await look({ ...ENTRY, plug: '2' });
    expect(told).toEqual(['/dev/hidraw0', 'gone', '/dev/hidraw0']);
  });

  it('tells nothing more once it has ended, also of a look that was under way', async () => {
    await look(ENTRY);
    const underWay = watch.look();
    watch.end();
    await underWay;
    await look(ENTRY);
    expect(told).toEqual(['/dev/hidraw0', 'gone']);
  });
});
