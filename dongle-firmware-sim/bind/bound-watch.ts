import type { PluggedEntry } from './hid-bus.adapter.ts';
import { isOfMakers } from './report-shape.ts';

/** The real device that an emulated dongle is bound to. */
export interface BoundTo {
  /** idVendor */
  readonly vendor: number;
  /** idProduct */
  readonly product: number;
  /** Any of that maker and product unless given. */
  readonly serial: string | undefined;
}

export interface BoundWatchOptions {
  readonly to: BoundTo;
  /** What is plugged in now. */
  readonly list: () => Promise<readonly PluggedEntry[]>;
  /** The device is plugged in. */
  readonly onThere: (entry: PluggedEntry) => void;
  /** It is not any more. */
  readonly onGone: () => void;
}

/** Looks from time to time whether a device is plugged in. While one is, it does not change to another one that fits as well. */
export class BoundWatch {
  readonly #options: BoundWatchOptions;
  #plug: string | undefined;
  #isLooking = false;
  #isOver = false;

  constructor(options: BoundWatchOptions) {
    this.#options = options;
  }

  /** @throws what listing throws: then nothing is known, and nothing changes */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isOver) return;
    this.#isLooking = true;
    try {
      this.#found(await this.#options.list());
    } finally {
      this.#isLooking = false;
    }
  }

  /** It was seen to go, before it was looked for. */
  lost(plug: string): void {
    if (plug === this.#plug) this.#gone();
  }

  /** Ends the watch, as if the device had gone. */
  end(): void {
    this.#isOver = true;
    this.#gone();
  }

  #found(entries: readonly PluggedEntry[]): void {
    if (this.#isOver) return;
    const fitting = entries.filter((entry) => fits(entry, this.#options.to)).sort(byUse);
    if (this.#plug !== undefined && !fitting.some(({ plug }) => plug === this.#plug)) this.#gone();
    const [first] = fitting;
    if (this.#plug !== undefined || first === undefined) return;
    this.#plug = first.plug;
    this.#options.onThere(first);
  }

  #gone(): void {
    if (this.#plug === undefined) return;
    this.#plug = undefined;
    this.#options.onGone();
  }
}

function fits(entry: PluggedEntry, { vendor, product, serial }: BoundTo): boolean {
  return entry.vendor === vendor && entry.product === product && (serial === undefined || entry.serial === serial);
}

/** What makers have for themselves comes first: only that may carry reports. */
function byUse(a: PluggedEntry, b: PluggedEntry): number {
  const rank = ({ usagePage }: PluggedEntry): number => (isOfMakers(usagePage) ? 0 : 1);
  return rank(a) - rank(b) || (a.path < b.path ? -1 : 1);
}
