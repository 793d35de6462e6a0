import { setImmediate as settled } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Mount } from '../../../device-side/stick-import/mount-table.ts';
import { StickAgent } from '../../../device-side/stick-import/stick-agent.ts';
import type { Stick, StickImportResult } from '../../../state-machines/index.ts';
import { mountOf } from './mounts.ts';

export const first = mountOf({ point: '/media/FIRST' });
export const second = mountOf({ id: 61, device: '8:17', point: '/media/SECOND', source: '/dev/sdb1' });
export const third = mountOf({ id: 62, device: '8:33', point: '/media/THIRD', source: '/dev/sdc1' });
export const nothing: StickImportResult = { end: 'nothing', report: null, requested: [], failure: null };

export const brokenOff: StickImportResult = {
  ...{ end: 'brokenOff', report: null, requested: [] },
  failure: { code: 'CARRIER_UNREACHABLE', details: {} },
};

interface Work {
  readonly what: string;
  readonly done: (result: StickImportResult | null) => void;
  readonly failed: (error: unknown) => void;
}

/** An agent whose imports end when the test says so. */
export class Bench {
  /** What has begun, in its order. */
  readonly begun: string[] = [];
  readonly logged: (readonly [level: string, event: string, facts: unknown])[] = [];
  readonly closed: string[] = [];
  /** What the light said, in its order. */
  readonly lights: string[] = [];
  /** What must be done before a watch is closed. */
  closing: Promise<void> = Promise.resolve();
  /** Whether imports are over at once, and find nothing. */
  isQuick = false;
  readonly #changes = new Map<string, () => void>();
  readonly #running: Work[] = [];
  readonly agent: StickAgent;

  constructor() {
    this.agent = new StickAgent({
      take: async ({ where }) => (await this.#work(`take ${where}`)) ?? nothing,
      resume: () => this.#work('resume'),
      open: ({ point }) => ({ where: point }) as Stick,
      watch: ({ point }, onChanged) => {
        this.#changes.set(point, onChanged);
        return {
          close: async () => {
            await this.closing;
            this.closed.push(point);
          },
        };
      },
      show: (light) => this.lights.push(light),
      log: {
        info: (event, facts) => this.logged.push(['info', event, facts]),
        warn: (event, facts) => this.logged.push(['warn', event, facts]),
        error: (event, facts) => this.logged.push(['error', event, facts]),
      },
    });
  }

  /** One whose start is over. */
  static async quick(): Promise<Bench> {
    const bench = new Bench();
    await settled();
    bench.isQuick = true;
    await bench.end(null);
    bench.begun.length = 0;
    return bench;
  }

  #work(what: string): Promise<StickImportResult | null> {
    this.begun.push(what);
    if (this.isQuick) return Promise.resolve(null);
    return new Promise((done, failed) => this.#running.push({ what, done, failed }));
  }

  get running(): readonly string[] {
    return this.#running.map(({ what }) => what);
  }

  /** Ends what runs, and lets everything come that follows from it. */
  async end(result: StickImportResult | null = null): Promise<void> {
    this.#running.shift()?.done(result);
    await settled();
  }

  async fail(error: unknown): Promise<void> {
    this.#running.shift()?.failed(error);
    await settled();
  }

  /** Ends what runs until nothing does, and sees to it that there never were two. */
  async endAll(): Promise<void> {
    for (await settled(); this.#running.length > 0; await this.end()) expect(this.#running).toHaveLength(1);
  }

  /** Ends what runs until that stick is taken in. */
  async untilTaking({ point }: Mount): Promise<void> {
    for (await settled(); !this.running.includes(`take ${point}`); ) await this.end();
  }

  change({ point }: Mount): void {
    this.#changes.get(point)?.();
  }

  taken(): readonly string[] {
    return this.begun.filter((what) => what.startsWith('take ')).map((what) => what.slice('take '.length));
  }

  about(event: string): readonly unknown[] {
    return this.logged.filter(([, one]) => one === event);
  }
}
