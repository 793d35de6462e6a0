const BLOCK = 16;

/** A changed copy of golden bytes, and where it differs. */
export interface Mutation {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Positions that differ; those behind the end of a truncated copy aside. */
  readonly changed: readonly number[];
  readonly isCut: boolean;
}

/**
 * Every single-bit flip, every truncation, and every swap of two aligned blocks of 16 bytes (or of the shorter one at the
 * end), by number.
 */
export class Mutations {
  readonly #golden: Uint8Array;
  readonly #blocks: number;

  constructor(golden: Uint8Array) {
    this.#golden = golden;
    this.#blocks = Math.ceil(golden.length / BLOCK);
  }

  get count(): number {
    return this.#golden.length * 9 + (this.#blocks * (this.#blocks - 1)) / 2;
  }

  /** Undefined for a swap of two blocks that are equal. */
  at(number: number): Mutation | undefined {
    const { length } = this.#golden;
    if (number < length * 8) return this.#flipped(number);
    if (number < length * 9) return this.#cut(number - length * 8);
    return this.#swapped(number - length * 9);
  }

  #flipped(bit: number): Mutation {
    const at = bit >> 3;
    const bytes = this.#golden.slice();
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    return { what: `bit ${bit & 7} of byte ${at} turned over`, bytes, changed: [at], isCut: false };
  }

  #cut(length: number): Mutation {
    return { what: `cut to ${length} bytes`, bytes: this.#golden.slice(0, length), changed: [], isCut: true };
  }

  #swapped(pair: number): Mutation | undefined {
    // Pair (low, high) with low < high has the number high * (high - 1) / 2 + low.
    const high = Math.floor((1 + Math.sqrt(1 + 8 * pair)) / 2);
    const low = pair - (high * (high - 1)) / 2;
    const golden = this.#golden;
    const [one, two] = [block(golden, low), block(golden, high)];
    const bytes = golden.slice();
    if (two.length === BLOCK) {
      bytes.set(two, low * BLOCK);
      bytes.set(one, high * BLOCK);
    } else {
      bytes.set(two, low * BLOCK);
      bytes.set(one.subarray(0, two.length), high * BLOCK);
    }
    const changed = [...range(low, golden), ...range(high, golden)].filter((at) => bytes[at] !== golden[at]);
    if (changed.length === 0) return undefined;
    return { what: `blocks ${low} and ${high} of 16 bytes swapped`, bytes, changed, isCut: false };
  }
}

function block(bytes: Uint8Array, number: number): Uint8Array {
  return bytes.slice(number * BLOCK, (number + 1) * BLOCK);
}

function range(number: number, { length }: Uint8Array): number[] {
  const start = number * BLOCK;
  return Array.from({ length: Math.min(BLOCK, length - start) }, (_, at) => start + at);
}
