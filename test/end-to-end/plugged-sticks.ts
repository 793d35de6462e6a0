import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { FerryWorld } from './ferry-world.ts';
import { type Ended, type StartedFerry, startFerry } from './started-ferry.ts';

/** The sticks of a computer that has none: folders, and the table that says that they are mounted. */
export class PluggedSticks {
  /** Below which they are mounted. */
  readonly folder: string;
  readonly table: string;
  readonly #mounted = new Map<string, number>();
  #numbered = 0;

  constructor(folder: string) {
    this.folder = path.join(folder, 'media');
    this.table = path.join(folder, 'mounts');
    fs.mkdirSync(this.folder);
    this.#write();
  }

  /** The folder of a stick, plugged in or not. */
  stick(name: string): string {
    const stick = path.join(this.folder, name);
    fs.mkdirSync(stick, { recursive: true });
    return stick;
  }

  plugIn(name: string): void {
    this.stick(name);
    this.#mounted.set(name, ++this.#numbered);
    this.#write();
  }

  pullOut(name: string): void {
    this.#mounted.delete(name);
    this.#write();
  }

  #write(): void {
    const lines = [...this.#mounted].map(
      ([name, id]) => `${id} 1 8:${id} / ${path.join(this.folder, name)} rw,nosuid - vfat /dev/sd${id} rw\n`,
    );
    fs.writeFileSync(`${this.table}.new`, lines.join(''));
    fs.renameSync(`${this.table}.new`, this.table);
  }
}

/** For each test of a file two devices without licenses of their own, sticks for them, and whatever is served there. */
export function worldsWithSticks() {
  const prepared = new FerryWorld();
  let world = prepared;
  let sticks: PluggedSticks;
  let started: StartedFerry[] = [];

  beforeAll(() => prepared.setUp());
  afterAll(() => prepared.remove());
  beforeEach(() => {
    world = prepared.copy();
    sticks = new PluggedSticks(world.folder);
  });
  afterEach(async () => {
    for (const one of started) one.send('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    started = [];
    world.remove();
  });

  return {
    get world() {
      return world;
    },
    get sticks() {
      return sticks;
    },
    /** Serves a device that takes in what its sticks bring. */
    serve(device = 'device', ...more: readonly string[]): StartedFerry {
      const where = ['--sticks-below', sticks.folder, '--mounts', sticks.table];
      const one = startFerry(world, ['device', 'serve', device, ...where, ...more]);
      started.push(one);
      return one;
    },
    /** Has the vendor write an update for a device onto a stick. */
    issueTo(device: string, stick: string): void {
      const order = ['--item', world.item(1), '-o', `folder:${sticks.stick(stick)}`];
      world.must('central', 'issue', 'vendor', '--to', `sim:${device}`, ...order);
    },
    /** Asks it to end. */
    end(one: StartedFerry): Promise<Ended> {
      one.send('SIGTERM');
      return one.ended;
    },
  };
}
