import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsbReports } from '../../../carriers/hid/usb-reports.adapter.ts';
import { NO_CHANNEL, readReport, reportsOf } from '../../../container/wire/report.ts';

/** Seconds for which an answer is waited for. */
const PATIENCE = 30;
/** Milliseconds that it takes until a wait is over for the dongle, too: what it says meanwhile, the package throws away. */
const ENDING = 10;
const ENDPOINTS = { toDongle: 1, fromDongle: 1, patience: PATIENCE };

/** What the package `usb` does with a dongle that answers each message after a while; on channel 0 at once, or never. */
class FakeDongle {
  /** Milliseconds after which it answers. */
  delay = 0;
  isSilent = false;
  isGone = false;
  waits = 0;
  #wait: { readonly came: (report: Uint8Array) => void; readonly gone: () => void; isOver: boolean } | undefined;
  readonly #unread: Uint8Array[] = [];

  nativeTransferIn(_endpoint: number, timeout: number): Promise<Uint8Array> {
    this.waits += 1;
    return new Promise((resolve, reject) => {
      const cancelled = (): void => {
        this.#wait = undefined;
        this.waits -= 1;
        reject(new Error('transferIn error: Cancelled'));
      };
      const wait = {
        came: (report: Uint8Array) => {
          clearTimeout(timer);
          this.#wait = undefined;
          this.waits -= 1;
          resolve(report);
        },
        gone: () => {
          clearTimeout(timer);
          cancelled();
        },
        isOver: false,
      };
      const timer = setTimeout(() => {
        wait.isOver = true;
        setTimeout(cancelled, ENDING);
      }, timeout);
      this.#wait = wait;
      const unread = this.#unread.shift();
      if (unread !== undefined) wait.came(unread);
    });
  }

  async nativeTransferOut(_endpoint: number, _timeout: number, report: Uint8Array): Promise<number> {
    if (this.isGone) throw new Error('transferOut error: Disconnected');
    if (!this.isSilent)
      setTimeout(() => this.#say(report), readReport(report)?.channel === NO_CHANNEL ? 1 : this.delay);
    return report.length;
  }

  /** Is pulled out. */
  go(): void {
    this.isGone = true;
    this.#wait?.gone();
  }

  #say(report: Uint8Array): void {
    if (this.#wait === undefined) this.#unread.push(report);
    else if (!this.#wait.isOver) this.#wait.came(report);
  }
}

function listened(dongle = new FakeDongle()) {
  const reports = new UsbReports(dongle, ENDPOINTS);
  const came: (number | undefined)[] = [];
  const gone: unknown[] = [];
  reports.listen(
    (report) => came.push(readReport(report)?.channel),
    (why) => gone.push(why),
  );
  return { reports, dongle, came, gone };
}

/** A message of one report on that channel. */
function message(channel: number): Uint8Array[] {
  return [...reportsOf(channel, 'message', new Uint8Array(1))];
}

describe('reports over the package usb', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('come whenever they are said within the patience, however long nothing was said before', async () => {
    const ends = fc.constantFrom(500, 30_000, 60_000).chain((end) => fc.integer({ min: end - 15, max: end + 15 }));
    const pause = fc.oneof(fc.integer({ min: 0, max: 200_000 }), ends);
    const delay = fc.oneof(fc.integer({ min: 0, max: PATIENCE * 1000 - ENDING }), fc.integer({ min: 0, max: 50 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(pause, delay), { minLength: 1, maxLength: 6 }), async (exchanges) => {
        const { reports, dongle, came, gone } = listened();
        for (const [at, [before, until]] of exchanges.entries()) {
          await vi.advanceTimersByTimeAsync(before);
          dongle.delay = until;
          const written = reports.write(message(at + 1));
          await vi.advanceTimersByTimeAsync(PATIENCE * 1000);
          await written;
          expect(came.filter((channel) => channel !== NO_CHANNEL)).toEqual(
            exchanges.slice(0, at + 1).map((_, n) => n + 1),
          );
        }
        expect(gone).toEqual([]);
        const ended = reports.end();
        await vi.advanceTimersByTimeAsync(5);
        expect(await ended).toBe(true);
        expect(dongle.waits).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('end at once where the dongle says something', async () => {
    const { reports, dongle } = listened();
    await vi.advanceTimersByTimeAsync(20_000);
    const ended = reports.end();
    await vi.advanceTimersByTimeAsync(1);
    expect(dongle.waits).toBe(0);
    expect(await ended).toBe(true);
  });

  it('end within a second where the dongle says nothing', async () => {
    const { reports, dongle } = listened();
    dongle.isSilent = true;
    let isEnded = false;
    const ended = reports.end().then(() => {
      isEnded = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(isEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await ended;
  });

  it('end once', async () => {
    const { reports } = listened();
    const ended = [reports.end(), reports.end()];
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(ended)).toEqual([true, false]);
  });

  it('tell nothing once they are ended, although the dongle still says something', async () => {
    const { reports, dongle, came } = listened();
    dongle.delay = 0;
    await reports.write(message(1));
    const ended = reports.end();
    await vi.advanceTimersByTimeAsync(1);
    await ended;
    expect(came).toEqual([]);
  });

  it('tell at once that the dongle is gone, and end at once after that', async () => {
    const { reports, dongle, gone } = listened();
    await vi.advanceTimersByTimeAsync(100);
    dongle.go();
    await vi.advanceTimersByTimeAsync(0);
    expect(gone).toEqual([new Error('transferIn error: Cancelled')]);
    await expect(reports.write(message(1))).rejects.toThrow('Disconnected');
    expect(await reports.end()).toBe(true);
  });

  it('do not tell that the dongle is gone where it is pulled out after they are ended', async () => {
    const { reports, dongle, gone } = listened();
    dongle.isSilent = true;
    const ended = reports.end();
    await vi.advanceTimersByTimeAsync(100);
    dongle.go();
    await vi.advanceTimersByTimeAsync(0);
    await ended;
    expect(gone).toEqual([]);
  });
});
