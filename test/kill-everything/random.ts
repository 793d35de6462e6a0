/** Choices that come again for the same seed. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and without, `below`. @see mulberry32, Tommy Ettinger, public domain */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below;
  }

  integer(from: number, to: number): number {
    return from + Math.floor(this.number(to - from + 1));
  }

  one<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.number(choices.length))];
    if (chosen === undefined) throw new Error('there is nothing to choose from');
    return chosen;
  }

  chance(share: number): boolean {
    return this.number(1) < share;
  }
}
