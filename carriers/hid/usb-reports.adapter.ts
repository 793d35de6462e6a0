import { NO_CHANNEL, REPORT_SIZE, reportsOf } from '../../container/wire/report.ts';

/** What a device of the package `usb` does with packets; times in milliseconds. */
interface Transfers {
  nativeTransferIn(endpoint: number, timeout: number, length: number): Promise<Uint8Array | null>;
  nativeTransferOut(endpoint: number, timeout: number, data: Uint8Array): Promise<number>;
}

interface Endpoints {
  readonly toDongle: number;
  readonly fromDongle: number;
  /** Seconds for which an answer is waited for at most. */
  readonly patience: number;
}

/** Milliseconds for which a dongle may take a report. */
const LONGEST_WRITE = 30_000;
/** Milliseconds for which a dongle may take to say something, so that it can be let go of. */
const FAREWELL = 1000;

/** Whoever has it answers that there is no such channel. */
const ROUSING = [...reportsOf(NO_CHANNEL, 'message', new Uint8Array())][0] as Uint8Array;

/**
 * The reports of a device, there and back, by transfers of the package `usb`.
 *
 * That package throws away a report that comes at the moment in which the time of a wait is over, and can end a wait in no other
 * way. So no wait may be over while something is owed: one that is too old to last for as long as anybody waits for an answer is
 * ended before something is written, and the last one at the end, by a report that the dongle is made to send.
 */
export class UsbReports {
  readonly #transfers: Transfers;
  readonly #endpoints: Endpoints;
  #isEnded = false;
  /** When the present wait began, and what is resolved once it is over. */
  #wait = { began: 0, over: Promise.resolve() };

  constructor(transfers: Transfers, endpoints: Endpoints) {
    this.#transfers = transfers;
    this.#endpoints = endpoints;
  }

  /** Tells each report that comes, and once that the device is gone. */
  listen(onReport: (report: Uint8Array) => void, onGone: (why: unknown) => void): void {
    void this.#listen(onReport).catch((error: unknown) => {
      if (!this.#isEnded) onGone(error);
    });
  }

  /** Sends reports in their order. Rejects, as the package does, when the device is gone. */
  async write(reports: readonly Uint8Array[]): Promise<void> {
    if (performance.now() - this.#wait.began > 1000 * this.#endpoints.patience) await this.#endWait();
    for (const report of reports) await this.#send(report);
  }

  /**
   * Tells nothing more, and ends the present wait, during which a device cannot be let go of. One that is silent is left after
   * FAREWELL, and its wait keeps the process until it is over.
   *
   * @returns whether it was not ended before
   */
  async end(): Promise<boolean> {
    if (this.#isEnded) return false;
    this.#isEnded = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FAREWELL);
    });
    // A device that is gone says nothing, and has ended the wait by that.
    await Promise.race([this.#endWait().catch(() => this.#wait.over), late]);
    clearTimeout(timer);
    return true;
  }

  async #listen(onReport: (report: Uint8Array) => void): Promise<void> {
    while (!this.#isEnded) {
      const began = performance.now();
      const coming = this.#next(began);
      const over = coming.then(
        () => undefined,
        () => undefined,
      );
      this.#wait = { began, over };
      const report = await coming;
      if (report !== undefined && !this.#isEnded) onReport(report);
    }
  }

  /** Undefined when none came in time. */
  async #next(began: number): Promise<Uint8Array | undefined> {
    const longest = 2000 * this.#endpoints.patience;
    try {
      return (await this.#transfers.nativeTransferIn(this.#endpoints.fromDongle, longest, REPORT_SIZE)) ?? undefined;
    } catch (error) {
      // The package says that its time is over as it says that a device is gone; that one is told at once.
      if (performance.now() - began < longest) throw error;
      return undefined;
    }
  }

  async #endWait(): Promise<void> {
    const { over } = this.#wait;
    await this.#send(ROUSING);
    await over;
  }

  async #send(report: Uint8Array): Promise<void> {
    await this.#transfers.nativeTransferOut(this.#endpoints.toDongle, LONGEST_WRITE, report);
  }
}
