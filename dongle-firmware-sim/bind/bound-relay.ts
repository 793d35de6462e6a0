import type { ReportPort } from '../../carriers/hid/report-port.ts';
import { REPORT_SIZE } from '../../container/wire/report.ts';
import type { ReportSink } from '../usb/hid-function.ts';

/** Carries reports between a real device and the firmware, in their order: what comes from the device is for the firmware. */
export class BoundRelay {
  readonly #port: ReportPort;
  readonly #sink: ReportSink;
  #isWriting = false;
  #isOver = false;

  /** @param onGone is told that the device is gone, and why; once */
  constructor(port: ReportPort, sink: ReportSink, onGone: (why: unknown) => void) {
    this.#port = port;
    this.#sink = sink;
    const gone = (why: unknown): void => {
      if (this.#isOver) return;
      this.stop();
      onGone(why);
    };
    port.onReport = (report) => {
      if (!this.#isOver && report.length === REPORT_SIZE) sink.receive(Uint8Array.from(report));
    };
    port.onGone = gone;
    sink.onReport = () => void this.#writeAll().catch(gone);
  }

  /** Carries nothing more: for the firmware the client is gone. Repeatable. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.reset();
    // One that was pulled out cannot be closed any better.
    this.#port.close().catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    if (this.#isWriting || this.#isOver) return;
    this.#isWriting = true;
    try {
      for (let report = this.#sink.next(); report !== undefined && !this.#isOver; report = this.#sink.next())
        await this.#port.write([report]);
    } finally {
      this.#isWriting = false;
    }
  }
}
