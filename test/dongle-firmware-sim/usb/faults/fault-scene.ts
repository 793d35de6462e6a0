import { FaultBoard } from '../../../../dongle-firmware-sim/usb/faults/fault-board.ts';
import { parseStep } from '../../../../dongle-firmware-sim/usb/faults/fault-step.ts';

/** A board whose time the test moves on, and what it did to its dongle. */
export class FaultScene {
  readonly done: string[] = [];
  readonly told: string[] = [];
  readonly board: FaultBoard;
  #now = 0;
  readonly #waits: { readonly at: number; readonly over: () => void }[] = [];

  constructor() {
    this.board = new FaultBoard({
      now: () => this.#now,
      after: this.after,
      tell: (event, fault) => this.told.push(`${event}: ${fault}`),
    });
    this.board.target = {
      unplug: () => this.done.push('unplug'),
      plug: () => this.done.push('plug'),
      cutPower: () => this.done.push('cut power'),
    };
  }

  /** Waits that are not over. */
  get waits(): number {
    return this.#waits.length;
  }

  after = (seconds: number, over: () => void): (() => void) => {
    const wait = { at: this.#now + seconds * 1000, over };
    this.#waits.push(wait);
    return () => {
      const at = this.#waits.indexOf(wait);
      if (at !== -1) this.#waits.splice(at, 1);
    };
  };

  set(...faults: readonly string[]): void {
    this.board.set(
      faults.map((text) => {
        const step = parseStep(text);
        if ('why' in step) throw new Error(`"${text}" is no fault: ${step.why}`);
        return step;
      }),
    );
  }

  /** Lets time pass, and all that waits for it happen in its order. */
  pass(seconds: number): void {
    const end = this.#now + seconds * 1000;
    for (;;) {
      const [next] = this.#waits.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#waits.splice(this.#waits.indexOf(next), 1);
      this.#now = next.at;
      next.over();
    }
    this.#now = end;
  }
}

/** A report or transfer that is known by its first byte. */
export function packet(first: number, length = 64): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = first;
  return bytes;
}
