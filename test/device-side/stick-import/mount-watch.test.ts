import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServerLog } from '../../../carriers/server/server-port.ts';
import { FerryError } from '../../../container/errors.ts';
import type { Mount } from '../../../device-side/stick-import/mount-table.ts';
import {
  checkTable,
  isMounted,
  MOUNT_TABLE,
  watchMounts,
} from '../../../device-side/stick-import/mount-watch.adapter.ts';
import * as drives from '../../../device-side/stick-import/system-drives.adapter.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { mountOf, tableOf } from './mounts.ts';

const makeFolder = temporaryFolders();
const stick = mountOf();
const second = mountOf({ id: 61, device: '8:17', point: '/media/SECOND', source: '/dev/sdb1' });
const system = mountOf({ id: 22, device: '8:2', point: '/', type: 'ext4', source: '/dev/sda2' });
const OWN = '/var/lib/ferry';
/** Milliseconds within which a change is told. */
const SOON = 500;

/** A file in place of the system's table. */
function tableWith(...mounts: readonly Mount[]): string {
  const table = path.join(makeFolder(), 'mountinfo');
  fs.writeFileSync(table, tableOf(...mounts));
  return table;
}

/** A watch of such a table that ends with its test at the latest. */
class Watch {
  /** The places of the sticks, each time that they were told. */
  readonly told: (readonly string[])[] = [];
  readonly logged: (readonly [event: string, facts: unknown])[] = [];
  readonly ended: Promise<void>;
  readonly #end = new AbortController();
  readonly #table: string;
  #awaited: () => void = () => {};
  #warned: () => void = () => {};

  constructor(table: string, below: readonly string[] = ['/media'], onSticks: (watch: Watch) => void = () => {}) {
    const warn: ServerLog['warn'] = (event, facts) => {
      this.logged.push([event, facts]);
      this.#warned();
    };
    this.#table = table;
    const options = { table, below, own: OWN, log: { info: warn, warn, error: warn }, signal: this.#end.signal };
    this.ended = watchMounts(options, (sticks) => {
      this.told.push(sticks.map(({ point }) => point));
      this.#awaited();
      onSticks(this);
    });
    watches.push(this);
  }

  write(...mounts: readonly Mount[]): void {
    fs.writeFileSync(this.#table, tableOf(...mounts));
  }

  /** The sticks as they are told the next time. */
  next(): Promise<readonly string[]> {
    return new Promise((resolve) => {
      this.#awaited = () => resolve(this.told.at(-1) ?? []);
    });
  }

  /** What is logged next. */
  warning(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#warned = () => resolve(this.logged.at(-1));
    });
  }

  end(): Promise<void> {
    this.#end.abort();
    return this.ended;
  }
}

const watches: Watch[] = [];
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.end().catch(() => {});
  vi.useRealTimers();
});

describe('a watch of what is mounted', () => {
  it('tells the sticks that are there at the beginning, and then those that are there after each change', async () => {
    const watch = new Watch(tableWith(system, stick));
    expect(await watch.next()).toEqual([stick.point]);
    watch.write(system, stick, second);
    expect(await watch.next()).toEqual([stick.point, second.point]);
    watch.write(system, second);
    expect(await watch.next()).toEqual([second.point]);
    watch.write(system);
    expect(await watch.next()).toEqual([]);
  });

  it('tells at the beginning that there is none', async () => {
    expect(await new Watch(tableWith(system)).next()).toEqual([]);
  });

  it('tells a change within half a second, and nothing again while there is none', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const watch = new Watch(tableWith(system));
    await settled();
    watch.write(system, stick);
    await vi.advanceTimersByTimeAsync(SOON);
    expect(watch.told).toEqual([[], [stick.point]]);
    watch.write(system, stick);
    await vi.advanceTimersByTimeAsync(20 * SOON);
    expect(watch.told).toHaveLength(2);
    watch.write(system);
    await vi.advanceTimersByTimeAsync(SOON);
    expect(watch.told).toEqual([[], [stick.point], []]);
  });

  it('does not tell the mount on which the device has its own folder', async () => {
    const home = mountOf({ id: 23, device: '8:33', point: '/var/lib', source: '/dev/sdc1' });
    expect(await new Watch(tableWith(system, home, stick), ['/var', '/media']).next()).toEqual([stick.point]);
  });

  it('is over at once when the signal comes, and leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const watch = new Watch(tableWith(stick));
    await settled();
    expect(vi.getTimerCount()).toBe(1);
    await watch.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is over at once, too, when the signal comes while it tells, and leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const watch = new Watch(tableWith(stick), ['/media'], (telling) => void telling.end());
    await watch.ended;
    expect(watch.told).toEqual([[stick.point]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells nothing any more after the signal', async () => {
    const watch = new Watch(tableWith(stick));
    await watch.next();
    watch.write(stick, second);
    await watch.end();
    expect(watch.told).toEqual([[stick.point]]);
  });

  it.each<[string, (table: string) => void]>([
    ['is not there', (table) => fs.rmSync(table)],
    ['is a folder', (table) => [fs.rmSync(table), fs.mkdirSync(table)]],
  ])('says that it sees nothing while the table %s, tells none as gone, and goes on then', async (_, spoil) => {
    const table = tableWith(stick);
    const watch = new Watch(table);
    await watch.next();
    spoil(table);
    const error = expect.objectContaining({
      code: 'FILE_UNREADABLE',
      details: expect.objectContaining({ file: table }),
    });
    expect(await watch.warning()).toEqual(['sticks.unseen', { error }]);
    expect(watch.told).toEqual([[stick.point]]);
    fs.rmSync(table, { recursive: true, force: true });
    watch.write(second);
    expect(await watch.next()).toEqual([second.point]);
  });

  it('goes on when what it tells fails', async () => {
    let isBroken = true;
    const watch = new Watch(tableWith(stick), ['/media'], () => {
      if (isBroken) throw new Error('broken');
    });
    expect(await watch.warning()).toEqual(['sticks.unseen', { error: new Error('broken') }]);
    isBroken = false;
    watch.write(second);
    expect(await watch.next()).toEqual([second.point]);
  });
});

describe('the table of what is mounted', () => {
  it('is the system’s own on Linux, and readable', () => {
    expect(() => checkTable(MOUNT_TABLE)).not.toThrow();
  });

  it('is FILE_UNREADABLE where there is none', () => {
    const table = path.join(makeFolder(), 'none');
    const refusal = expect.objectContaining({ code: 'FILE_UNREADABLE' });
    expect(() => checkTable(table)).toThrow(refusal);
    expect(() => isMounted(table, stick)).toThrow(refusal);
  });

  it('has a mount as long as that very one is there', () => {
    const table = tableWith(system, stick, second);
    expect(isMounted(table, stick)).toBe(true);
    fs.writeFileSync(table, tableOf(system, second));
    expect(isMounted(table, stick)).toBe(false);
    fs.writeFileSync(table, tableOf(system, { ...stick, isReadOnly: true }));
    expect(isMounted(table, stick)).toBe(true);
  });

  it.each<[string, Partial<Mount>]>([
    ['id', { id: 99 }],
    ['place', { point: '/media/STICK1' }],
    ['device', { device: '8:33' }],
  ])('has not that mount when one of another %s is there instead', (_, over) => {
    expect(isMounted(tableWith(system, { ...stick, ...over }), stick)).toBe(false);
  });
});

/** A program of the name of the one that tells the drives, with what it says of them. */
function fakeLister(...blockdevices: readonly object[]): string {
  const folder = makeFolder();
  const said = path.join(folder, 'said.json');
  fs.writeFileSync(said, JSON.stringify({ blockdevices }));
  fs.writeFileSync(path.join(folder, 'lsblk'), `#!/bin/sh\nexec cat '${said}'\n`, { mode: 0o755 });
  return folder;
}

/** A drive as that program tells it. */
function driveOf(name: string, tran: string, ...partitions: readonly string[]): object {
  const children = partitions.map((partition) => ({ name: partition, kname: partition, tran: null }));
  return { name, kname: name, rm: true, hotplug: true, tran, subsystems: `block:${tran}`, children };
}

describe.runIf(process.platform === 'linux')('a watch without folders', () => {
  const before = process.env.PATH;
  const usb = driveOf('/dev/sda', 'usb', '/dev/sda1', '/dev/sda2');
  const card = driveOf('/dev/mmcblk0', 'mmc', '/dev/mmcblk0p1', '/dev/mmcblk0p2');
  const onCard = mountOf({ id: 23, device: '179:1', point: '/media/CARD', source: '/dev/mmcblk0p1' });
  const cardSystem = { ...system, device: '179:2', source: '/dev/mmcblk0p2' };
  afterEach(() => {
    process.env.PATH = before;
    vi.restoreAllMocks();
  });

  it.each<[string, readonly Mount[], readonly string[]]>([
    ['what is mounted from USB drives', [cardSystem, stick, second], [stick.point]],
    ['no card that is no USB drive', [cardSystem, onCard, { ...onCard, id: 24, point: '/boot' }], []],
    ['nothing of a USB drive from which the system was started', [system, { ...stick, point: '/media/DATA' }], []],
  ])('tells %s', async (_, mounts, points) => {
    process.env.PATH = `${fakeLister(usb, card)}:${before}`;
    const watch = new Watch(tableWith(...mounts), []);
    expect(await watch.next()).toEqual(points);
    expect(watch.logged).toEqual([]);
  });

  it('says that the system does not tell its drives, tells none as gone, and asks again when something is mounted', async () => {
    const asked = vi.spyOn(drives, 'systemDrives').mockResolvedValue([{ device: '/dev/sda', isUsb: true }]);
    const watch = new Watch(tableWith(cardSystem, stick), []);
    await watch.next();
    const error = new Error('lsblk failed');
    asked.mockRejectedValue(error);
    watch.write(cardSystem, stick, second);
    expect(await watch.warning()).toEqual(['drives.unknown', { error }]);
    expect(watch.told).toEqual([[stick.point]]);
    asked.mockResolvedValue(['/dev/sda', '/dev/sdb'].map((device) => ({ device, isUsb: true })));
    watch.write(cardSystem, second, stick);
    expect(await watch.next()).toEqual([second.point, stick.point]);
    expect(watch.logged).toHaveLength(1);
  });

  it('says with its code what is missing to know the drives', async () => {
    const missing = new FerryError('PACKAGE_MISSING', { purpose: 'Telling sticks', name: 'drivelist' });
    vi.spyOn(drives, 'systemDrives').mockRejectedValue(missing);
    const { code, details } = missing;
    expect(await new Watch(tableWith(stick), []).warning()).toEqual(['drives.unknown', { code, details }]);
  });

  it('tells nothing any more after the signal, though the drives were asked before it', async () => {
    let answer = (): void => {};
    vi.spyOn(drives, 'systemDrives').mockReturnValue(
      new Promise((resolve) => {
        answer = () => resolve([{ device: '/dev/sda', isUsb: true }]);
      }),
    );
    const table = path.join(makeFolder(), 'mountinfo');
    fs.writeFileSync(table, tableOf(mountOf()));
    const end = new AbortController();
    const told: unknown[] = [];
    const watching = watchMounts(
      { table, below: [], own: '/', log: { info: () => {}, warn: () => {}, error: () => {} }, signal: end.signal },
      (now) => told.push(now),
    );
    end.abort();
    answer();
    await watching;
    expect(told).toEqual([]);
  });
});
