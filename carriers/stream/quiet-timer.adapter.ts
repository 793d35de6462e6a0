/**
 * Fires when what is waited for does not come in time. One wait at a time. Made for many short waits: a timer of the system
 * is set only when none is, and looks at its end how much of the latest wait is left. It keeps no process alive.
 */
export class QuietTimer {
  #timer: NodeJS.Timeout | undefined;
  /** When the timer of the system ends. */
  #fires = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #seconds = Number.POSITIVE_INFINITY;
  #onQuiet: () => void = () => undefined;

  /** Waits anew. @param seconds undefined: as long as it takes */
  start(seconds: number | undefined, onQuiet: () => void): void {
    this.#onQuiet = onQuiet;
    this.#seconds = seconds ?? Number.POSITIVE_INFINITY;
    this.#deadline = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
    if (seconds === undefined) return;
    if (this.#timer === undefined || this.#deadline < this.#fires) this.#set(this.#deadline);
  }

  /** Begins the wait that goes on from the start. */
  goOn(): void {
    if (this.#deadline !== Number.POSITIVE_INFINITY) this.#deadline = performance.now() + this.#seconds * 1000;
  }

  /** Waits no more, for now. */
  stop(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  /** Waits no more at all. */
  end(): void {
    this.stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(time: number): void {
    clearTimeout(this.#timer);
    this.#fires = time;
    this.#timer = setTimeout(() => this.#elapsed(), Math.max(0, time - performance.now())).unref();
  }

  #elapsed(): void {
    this.#timer = undefined;
    if (this.#deadline === Number.POSITIVE_INFINITY) return;
    if (this.#deadline > performance.now()) this.#set(this.#deadline);
    else this.#onQuiet();
  }
}
