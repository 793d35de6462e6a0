import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work between two looks at what has come meanwhile. */
const EVERY = 50;

/** Whether somebody has asked this program to end, by Control-C or by a signal; asked twice, it ends at once. */
export class Interruption {
  #happened = false;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        this.#happened = true;
      });
  }

  get happened(): boolean {
    return this.#happened;
  }
}

/** A question that may be asked as often as one likes: it is answered anew, and signals are let in before. */
export type IsOver = () => Promise<boolean>;

export function lettingSignalsIn(isOver: () => boolean): IsOver {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > EVERY) {
      await setImmediate();
      last = performance.now();
    }
    return isOver();
  };
}

/** Why a row of a record is not whole; undefined when it is. */
export type CutShort = 'interrupted' | 'out of time' | undefined;
