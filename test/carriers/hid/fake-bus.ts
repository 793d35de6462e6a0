import type { Duplex } from 'node:stream';
import type { ChannelOptions } from '../../../carriers/hid/open-channel.ts';
import type { ReportPort } from '../../../carriers/hid/report-port.ts';
import { ReportChannels, type WaitTimer } from '../../../dongle-firmware-sim/usb/report-channels.ts';

/** Waits that are over when the test says so. */
export class Waits {
  #now = 0;
  readonly #waits = new Set<{ readonly at: number; readonly over: () => void }>();

  /** Waits that are not over. */
  get size(): number {
    return this.#waits.size;
  }

  after(seconds: number, over: () => void): () => void {
    const wait = { at: this.#now + seconds, over };
    this.#waits.add(wait);
    return () => this.#waits.delete(wait);
  }

  timer(): WaitTimer {
    let end = (): unknown => undefined;
    return {
      start: (seconds, over) => {
        end();
        end = this.after(seconds, over);
      },
      end: () => void end(),
    };
  }

  /** Lets so many seconds pass. */
  pass(seconds: number): void {
    const until = this.#now + seconds;
    for (;;) {
      const [next] = [...this.#waits].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#waits.delete(next);
      this.#now = next.at;
      next.over();
    }
    this.#now = until;
  }
}

/** A dongle's channels, and ports that lead there: what one writes, the dongle has at once; what it says, everybody hears. */
export class FakeBus {
  readonly waits = new Waits();
  readonly channels: ReportChannels;
  /** Streams that the dongle serves, in the order in which they were opened. */
  readonly served: Duplex[] = [];
  blinks = 0;
  /** Reports that went each way. */
  readonly traffic = { toDongle: 0, toHost: 0 };
  readonly #ports = new Set<ReportPort>();

  constructor() {
    let drawn = 0;
    this.channels = new ReportChannels({
      serve: (stream) => this.served.push(stream),
      blink: () => {
        this.blinks += 1;
      },
      random: (length) => new Uint8Array(length).fill(++drawn),
      timer: () => this.waits.timer(),
    });
    this.channels.onReport = () => queueMicrotask(() => this.#deliver());
  }

  port(): ReportPort {
    const port: ReportPort = {
      onReport: () => undefined,
      onGone: () => undefined,
      write: async (reports) => {
        for (const report of reports) {
          this.traffic.toDongle += 1;
          this.channels.receive(report);
        }
      },
      close: async () => {
        this.#ports.delete(port);
      },
    };
    this.#ports.add(port);
    return port;
  }

  options(): ChannelOptions {
    let drawn = 0;
    return {
      where: 'hid:3-1',
      random: (length) => Uint8Array.from({ length }, () => ++drawn),
      after: (seconds, over) => this.waits.after(seconds, over),
      patience: 20,
    };
  }

  /** Pulls the plug. */
  unplug(): void {
    this.channels.reset();
    for (const port of [...this.#ports]) port.onGone(new Error('it was pulled out'));
  }

  #deliver(): void {
    for (let report = this.channels.next(); report !== undefined; report = this.channels.next()) {
      this.traffic.toHost += 1;
      for (const port of [...this.#ports]) port.onReport(report);
    }
  }
}
