import type { TextStream } from './output.ts';
import { displayWidth, printable, truncate } from './printable.ts';

/** Work that is over sooner shows no bar. */
const QUIET_START_MS = 500;
const REDRAW_MS = 100;
const BAR_CELLS = 24;
const FALLBACK_COLUMNS = 80;

export interface ProgressOptions {
  readonly stderr: TextStream;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** With --quiet nothing is drawn. */
  readonly quiet: boolean;
}

/** A progress bar on standard error: on terminals only, only for work longer than half a second, gone at its end. */
export class Progress {
  readonly #stderr: TextStream;
  readonly #clock: () => number;
  readonly #enabled: boolean;
  readonly #started: number;
  #drawnAt: number | undefined;

  constructor(options: ProgressOptions) {
    this.#stderr = options.stderr;
    this.#clock = options.clock;
    this.#enabled = options.stderr.isTTY === true && !options.quiet;
    this.#started = options.clock();
  }

  /** Shows that `done` of `total` steps are over; `label` says what is being done. Cheap enough to call for every step. */
  update(done: number, total: number, label: string): void {
    if (!this.#enabled) return;
    const now = this.#clock();
    if (now - this.#started < QUIET_START_MS) return;
    if (this.#drawnAt !== undefined && now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#stderr.write(`\r\u001b[K${this.#draw(done, total, label)}`);
  }

  /** Clears the bar, if there is one. May be called again. */
  end(): void {
    if (this.#drawnAt === undefined) return;
    this.#drawnAt = undefined;
    this.#stderr.write('\r\u001b[K');
  }

  #draw(done: number, total: number, label: string): string {
    const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
    const filled = Math.round(share * BAR_CELLS);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}] ${Math.floor(share * 100)}%`;
    const left = (this.#stderr.columns ?? FALLBACK_COLUMNS) - displayWidth(bar) - 2;
    return `${bar} ${truncate(printable(label), left)}`;
  }
}
