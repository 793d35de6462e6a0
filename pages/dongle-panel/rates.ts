import type { Traffic } from './shown-panel.ts';

/** What went over the wire in one second. */
export interface Rate {
  readonly reports: number;
  readonly sectors: number;
}

/** Seconds that are kept. */
export const RATES_KEPT = 60;

const STILL: Rate = { reports: 0, sectors: 0 };

/** Makes rates, second by second, of counters that only grow. */
export class Rates {
  #before: Traffic | undefined;
  #rates: readonly Rate[] = Array.from({ length: RATES_KEPT }, () => STILL);

  /** A second is over. */
  tick(now: Traffic): void {
    const before = this.#before ?? now;
    const rate = {
      reports: reports(now) - reports(before),
      sectors: sectors(now) - sectors(before),
    };
    this.#before = now;
    this.#rates = [...this.#rates.slice(1), rate];
  }

  /** Oldest first. */
  get all(): readonly Rate[] {
    return this.#rates;
  }

  get latest(): Rate {
    return this.#rates.at(-1) ?? STILL;
  }
}

/** Points of a line in a box of that size, the highest value at its top; nothing moved: a line at its bottom. */
export function linePoints(values: readonly number[], width: number, height: number): string {
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, at) => `${(at * step).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`)
    .join(' ');
}

function reports({ reportsIn, reportsOut }: Traffic): number {
  return reportsIn + reportsOut;
}

function sectors({ sectorsRead, sectorsWritten }: Traffic): number {
  return sectorsRead + sectorsWritten;
}
