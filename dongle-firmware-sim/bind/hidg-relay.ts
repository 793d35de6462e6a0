import { BROADCAST, reportsOf } from '../../container/wire/report.ts';
import type { ReportSink } from '../usb/hid-function.ts';
import type { WaitTimer } from '../usb/report-channels.ts';

/** The node at which the kernel gives and takes the reports of a gadget. Neither waits. */
export interface ReportNode {
  /** A report from the computer, of REPORT_SIZE bytes; undefined when there is none. */
  read(): Uint8Array | undefined;
  /** `later`: the computer has not taken the one before; `off`: none has configured the gadget. */
  write(report: Uint8Array): 'taken' | 'later' | 'off';
}

export interface HidgRelayOptions {
  readonly node: ReportNode;
  readonly sink: ReportSink;
  readonly timer: WaitTimer;
}

/** Seconds until the node is asked again: while something happens, and while nothing does. */
const SOON = 0.001;
const LATER = 0.01;
/** Questions without an answer after which nothing happens. */
const PATIENCE = 100;
/** Reports that are read at a time: what is to be written has its turn, too. */
const MOST_READ = 64;

/**
 * Carries reports between a node of the kernel and the firmware, in their order. It asks the node again and again: the kernel tells
 * nobody who is not waiting inside it, where nothing could wake him when the dongle is pulled out.
 */
export class HidgRelay {
  readonly #options: HidgRelayOptions;
  #waiting: Uint8Array | undefined;
  #quiet = 0;
  #isOver = false;

  constructor(options: HidgRelayOptions) {
    this.#options = options;
    options.sink.onReport = () => {
      if (this.#isOver) return;
      this.#writeAll();
      this.#askIn(SOON);
    };
    this.#ask();
  }

  /**
   * Whether a computer has the gadget configured, as the kernel tells only those who write: unless there is something to say, it
   * says that it is at work, on the channel that is nobody's.
   */
  isOn(): boolean {
    const { node } = this.#options;
    this.#waiting ??= this.#options.sink.next();
    const [alive] = [...reportsOf(BROADCAST, 'working', new Uint8Array())];
    const report = this.#waiting ?? alive;
    if (report === undefined) return false;
    const outcome = node.write(report);
    if (outcome === 'taken') this.#waiting = undefined;
    return outcome !== 'off';
  }

  /** The computer is gone: nothing of what it was to be told is told to the next one. */
  reset(): void {
    this.#waiting = undefined;
    this.#options.sink.reset();
  }

  /** Carries nothing more. */
  stop(): void {
    this.#isOver = true;
    this.#options.timer.end();
    this.reset();
  }

  #ask(): void {
    if (this.#isOver) return;
    const hasRead = this.#readAll();
    const hasWritten = this.#writeAll();
    this.#quiet = hasRead || hasWritten ? 0 : this.#quiet + 1;
    this.#askIn(this.#quiet < PATIENCE ? SOON : LATER);
  }

  #askIn(seconds: number): void {
    if (seconds === SOON && this.#quiet >= PATIENCE) this.#quiet = 0;
    this.#options.timer.start(seconds, () => this.#ask());
  }

  #readAll(): boolean {
    const { node, sink } = this.#options;
    for (let count = 0; count < MOST_READ; count++) {
      const report = node.read();
      if (report === undefined) return count > 0;
      sink.receive(report);
    }
    return true;
  }

  #writeAll(): boolean {
    const { node, sink } = this.#options;
    for (let count = 0; ; count++) {
      this.#waiting ??= sink.next();
      if (this.#waiting === undefined || node.write(this.#waiting) !== 'taken') return count > 0;
      this.#waiting = undefined;
    }
  }
}
