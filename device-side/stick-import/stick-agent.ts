import type { Facts, ServerLog } from '../../carriers/server/server-port.ts';
import { FerryError } from '../../container/errors.ts';
import type { Stick, StickImportEnd, StickImportResult } from '../../state-machines/index.ts';
import { type DeviceLight, lightOf, mostUrgent } from './device-light.ts';
import type { Mount } from './mount-table.ts';
import type { StickListener } from './stick-watch.ts';

export interface StickAgentPorts {
  /** Takes in what a stick has. */
  readonly take: (stick: Stick) => Promise<StickImportResult>;
  /** Finishes what an earlier run left; null when it left nothing. */
  readonly resume: () => Promise<StickImportResult | null>;
  readonly open: (mount: Mount) => Stick;
  /** Watches what is put on it. */
  readonly watch: (mount: Mount, onChanged: () => void) => { close(): Promise<void> };
  /** Says how far it is, to whoever stands in front of the device. */
  readonly show: (light: DeviceLight) => void;
  readonly log: ServerLog;
}

/** Takes in the sticks that come, one after the other, and again when something is put on one that is there. */
export class StickAgent implements StickListener {
  readonly #ports: StickAgentPorts;
  readonly #watched = new Map<Mount, { close(): Promise<void> }>();
  readonly #waiting = new Set<Mount>();
  #work: Promise<void>;
  /** What became of the sticks that are in. */
  readonly #results = new Map<Mount, DeviceLight>();
  /** The stick that is at work. */
  #busy: Mount | undefined;

  constructor(ports: StickAgentPorts) {
    this.#ports = ports;
    this.#work = this.#doing({}, async () => {
      if ((await this.#resume()) === undefined) ports.show('ready');
    });
  }

  plugged(mount: Mount): void {
    this.#ports.log.info('stick.plugged', { where: mount.point, type: mount.type, source: mount.source });
    this.#watched.set(mount, this.#watch(mount));
    this.#ask(mount);
  }

  /** A stick that cannot be watched is taken in all the same. */
  #watch(mount: Mount): { close(): Promise<void> } {
    try {
      return this.#ports.watch(mount, () => this.#ask(mount));
    } catch (error) {
      this.#ports.log.warn('stick.unwatched', { where: mount.point, error });
      return { close: async () => undefined };
    }
  }

  pulled(mount: Mount): void {
    this.#ports.log.info('stick.pulled', { where: mount.point });
    const watched = this.#watched.get(mount);
    this.#watched.delete(mount);
    this.#waiting.delete(mount);
    // What became of one that was pulled out in the middle stays to be seen.
    const isSeen = this.#busy !== mount;
    if (watched === undefined) return;
    this.#work = this.#doing({ where: mount.point }, async () => {
      this.#results.delete(mount);
      if (isSeen) this.#ports.show(mostUrgent(this.#results.values()) ?? 'ready');
      await watched.close();
    });
  }

  /** Asks for nothing more, and waits for what has begun. */
  async close(): Promise<void> {
    this.#waiting.clear();
    const watched = [...this.#watched.values()];
    this.#watched.clear();
    await Promise.all([this.#work, ...watched.map((one) => one.close())]);
  }

  /** Once is enough, however often it changes before its turn. */
  #ask(mount: Mount): void {
    if (this.#waiting.has(mount) || !this.#watched.has(mount)) return;
    this.#waiting.add(mount);
    this.#work = this.#doing({ where: mount.point }, async () => {
      if (!this.#waiting.delete(mount)) return;
      const { take, open, show } = this.#ports;
      this.#busy = mount;
      try {
        // What is still unfinished would be lost under what this stick brings.
        if ((await this.#resume()) === 'brokenOff' || !this.#watched.has(mount)) return;
        show('busy');
        this.#results.set(mount, this.#tell(mount.point, await take(open(mount))));
        show(mostUrgent(this.#results.values()) ?? 'ready');
      } finally {
        this.#busy = undefined;
      }
    });
  }

  async #resume(): Promise<StickImportEnd | undefined> {
    const resumed = await this.#ports.resume();
    if (resumed === null) return undefined;
    this.#ports.show(this.#tell('an earlier stick', resumed));
    return resumed.end;
  }

  /** A defect, and what is wrong with one stick, is nothing to the next. */
  async #doing(facts: Facts, work: () => Promise<void>): Promise<void> {
    await this.#work;
    try {
      await work();
    } catch (error) {
      const why = error instanceof FerryError ? { code: error.code, details: error.details } : { error };
      this.#ports.log.error('stick.failed', { ...facts, ...why });
      this.#ports.show('failed');
    }
  }

  /** @returns what the light is to say of it */
  #tell(where: string, result: StickImportResult): DeviceLight {
    const { log } = this.#ports;
    const { end, report, requested, failure } = result;
    const entries = report?.files.flatMap((one) => one.entries) ?? [];
    const missing = [...(report?.receipts ?? []), ...requested].flatMap(({ failure: why, issuer }) =>
      why === null ? [] : [`${issuer}: ${why.code}`],
    );
    const facts = {
      where,
      taken: entries.filter(({ reason }) => reason === 0).length,
      refused: entries.filter(({ reason }) => reason !== 0).length,
      deferred: report?.files.filter(({ state }) => state === 'deferred').length ?? 0,
      untaken: report?.files.filter(({ state }) => state === 'refused').length ?? 0,
      receipts: report?.receipts.flatMap(({ file, issuer }) => (file === null ? [] : [issuer])) ?? [],
      ...(requested.length === 0
        ? {}
        : { contexts: requested.flatMap(({ file, issuer }) => (file === null ? [] : [issuer])) }),
      ...(missing.length === 0 ? {} : { missing }),
      ...(failure === null ? {} : { code: failure.code, details: failure.details }),
    };
    const isWell = failure === null && facts.refused + facts.deferred + facts.untaken + missing.length === 0;
    if (isWell) log.info(`stick.${end}`, facts);
    else log.warn(`stick.${end}`, facts);
    return lightOf(result, isWell);
  }
}
