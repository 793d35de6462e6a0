import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FerryHere } from '../end-to-end/ferry-here.ts';
import { asNobody } from './folder-as-nobody.ts';

const FOLDER = 'folder:stick';
const [MOUNT, UMOUNT] = ['mount', 'umount'];

/** A stick on which nothing can be written for a while. */
interface Obstacle {
  /** Begins with a stick that can be written to. */
  readonly put: (stick: string) => void;
  readonly bar: (stick: string) => void;
  readonly clear: (stick: string) => void;
  readonly take: (stick: string) => void;
  readonly asNobody?: true;
}

const nothing = (): void => {};
const mount = (stick: string, ...options: readonly string[]) => execFileSync(MOUNT, [...options, stick]);
const tmpfs: Pick<Obstacle, 'put' | 'take'> = {
  put: (stick) => mount(stick, '-t', 'tmpfs', '-o', 'size=64k', 'none'),
  take: (stick) => execFileSync(UMOUNT, [stick]),
};

function fill(stick: string): void {
  const handle = fs.openSync(path.join(stick, 'MOVIE.AVI'), 'w');
  try {
    expect(() => {
      for (;;) fs.writeSync(handle, new Uint8Array(4096));
    }).toThrow('ENOSPC');
  } finally {
    fs.closeSync(handle);
  }
}

/** Lets everything that is written to a file on the stick fail when half of it is written, as the system would. */
function failHalfway(stick: string): void {
  const { openSync, writeFileSync } = fs;
  const opened = new Set<number>();
  vi.spyOn(fs, 'openSync').mockImplementation((file, flags, mode) => {
    const handle = openSync(file, flags, mode);
    if (path.dirname(path.resolve(String(file))) === fs.realpathSync(stick)) opened.add(handle);
    else opened.delete(handle);
    return handle;
  });
  vi.spyOn(fs, 'writeFileSync').mockImplementation((file, data, options) => {
    if (typeof file !== 'number' || !opened.has(file)) return writeFileSync(file, data, options);
    writeFileSync(file, String(data).slice(0, 900));
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  });
}

const OBSTACLES: readonly [string, Obstacle][] = [
  ['is full', { ...tmpfs, bar: fill, clear: (stick) => fs.rmSync(path.join(stick, 'MOVIE.AVI')) }],
  [
    'is read-only',
    { ...tmpfs, bar: (stick) => mount(stick, '-o', 'remount,ro'), clear: (stick) => mount(stick, '-o', 'remount,rw') },
  ],
  ['fails halfway', { put: nothing, bar: failHalfway, clear: () => vi.restoreAllMocks(), take: nothing }],
  [
    'is somebody else’s',
    {
      put: nothing,
      bar: (stick) => fs.chmodSync(stick, 0o555),
      clear: (stick) => fs.chmodSync(stick, 0o755),
      take: nothing,
      asNobody: true,
    },
  ],
];

/** Whether this machine lets the tests mount something. */
function canMount(): boolean {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-mount-'));
  const mounted = spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder]).status === 0;
  if (mounted) execFileSync(UMOUNT, [folder]);
  fs.rmdirSync(folder);
  return mounted;
}

const mountable = canMount();

describe.each(OBSTACLES)('a folder on a disk that %s', (_, obstacle) => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
    fs.mkdirSync(stick());
  });
  afterEach(() => {
    vi.restoreAllMocks();
    world.remove();
  });
  const stick = () => path.join(world.folder, 'stick');
  const seats = async () => [await world.seats('dongle'), await world.seats('device')];

  /** Runs a command that cannot write, looks at what is there then, and runs it again when it can. */
  async function twice(args: readonly string[], code: string, expected: object, failed = 5): Promise<void> {
    const before = fs.readdirSync(stick());
    obstacle.bar(stick());
    const run = () => world.run(...args);
    const { exit, stdout, stderr } = await (obstacle.asNobody ? asNobody(world.folder, run) : run());
    obstacle.clear(stick());
    expect([exit, stdout + stderr]).toEqual([failed, expect.stringContaining(code)]);
    expect(await seats()).toEqual(expected);
    expect(fs.readdirSync(stick())).toEqual(before);
    await world.must(...args);
  }

  it.skipIf(obstacle.put !== nothing && !mountable)(
    'loses nothing: every command says so by its code, and finishes when it is given again',
    async () => {
      obstacle.put(stick());
      try {
        const [home, away] = [
          { held: 5, pending: 0 },
          { held: 0, pending: 0 },
        ];
        const [gone, there, settled] = [
          { held: 3, pending: 2 },
          { held: 2, pending: 0 },
          { held: 3, pending: 0 },
        ];
        await twice(['certificate', 'sim:dongle', '-o', FOLDER], 'FILE_UNWRITABLE', [home, away]);
        await twice(['context', 'sim:device', '--for', 'sim:dongle', '-o', FOLDER], 'FILE_UNWRITABLE', [home, away]);
        const move = ['move', '--from', 'sim:dongle', '--to', FOLDER, '--item', world.item(2)];
        await twice(move, 'UPDATE_UNWRITTEN', [gone, away]);
        await twice(['apply', 'sim:device', FOLDER, '-o', FOLDER], 'FILE_UNWRITABLE', [gone, there]);
        await world.must('settle', 'sim:dongle', FOLDER);
        expect(await seats()).toEqual([settled, there]);
      } finally {
        obstacle.take(stick());
      }
    },
  );

  it.skipIf(obstacle.put !== nothing && !mountable)(
    'loses nothing of an import, which was done in part and says why, and finishes when it is given again',
    async () => {
      obstacle.put(stick());
      try {
        await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', FOLDER);
        await world.must('move', '--from', 'sim:dongle', '--to', FOLDER, '--item', world.item(2));
        const [gone, there] = [
          { held: 3, pending: 2 },
          { held: 2, pending: 0 },
        ];
        await twice(['device', 'import', 'device', 'stick'], 'FILE_UNWRITABLE', [gone, there], 6);
        await world.must('settle', 'sim:dongle', FOLDER);
        expect(await seats()).toEqual([{ held: 3, pending: 0 }, there]);
      } finally {
        obstacle.take(stick());
      }
    },
  );
});
