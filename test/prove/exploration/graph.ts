/** What going back from all good ends showed. */
export interface Ends {
  /** States that are good ends themselves. */
  readonly good: number;
  /** States from which none is within reach. */
  readonly without: number;
  /** The first of those; -1 when there is none. */
  readonly first: number;
  /** Times that all states were looked at. */
  readonly sweeps: number;
}

export interface SavedGraph {
  readonly firsts: readonly Uint32Array[];
  readonly targets: readonly Uint32Array[];
}

const CHUNK = 1 << 20;

/** The steps between numbered states, written down in the order of the states that they lead from. 4 bytes a step and a state. */
export class Graph {
  readonly #firsts = new Numbers();
  readonly #targets = new Numbers();

  /** What is written down from now on leads from the next state. */
  begin(): void {
    this.#firsts.push(this.#targets.length);
  }

  lead(target: number): void {
    this.#targets.push(target);
  }

  save(): SavedGraph {
    return { firsts: this.#firsts.pieces(), targets: this.#targets.pieces() };
  }

  /** Only before anything is written down. */
  load({ firsts, targets }: SavedGraph): void {
    this.#firsts.load(firsts);
    this.#targets.load(targets);
  }

  /** From which states a good end is within reach: backwards from the ends, until nothing is added. */
  endsAt(isGood: (state: number) => boolean): Ends {
    const states = this.#firsts.length;
    const reaches = new Uint8Array(states);
    let good = 0;
    for (let state = 0; state < states; state++)
      if (isGood(state)) {
        reaches[state] = 1;
        good += 1;
      }
    let found = good;
    let sweeps = 0;
    for (let before = -1; before !== found; sweeps++) {
      before = found;
      // Steps mostly lead to states with higher numbers, so that going down finds nearly everything at once.
      for (let state = states - 1; state >= 0; state--)
        if (reaches[state] === 0 && this.#leadsTo(state, reaches)) {
          reaches[state] = 1;
          found += 1;
        }
    }
    return { good, without: states - found, first: reaches.indexOf(0), sweeps };
  }

  #leadsTo(state: number, reaches: Uint8Array): boolean {
    const last = state + 1 < this.#firsts.length ? this.#firsts.at(state + 1) : this.#targets.length;
    for (let at = this.#firsts.at(state); at < last; at++) if (reaches[this.#targets.at(at)] === 1) return true;
    return false;
  }
}

/** A list of numbers below 2^32 that grows without being copied. */
class Numbers {
  readonly #chunks: Uint32Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(number: number): void {
    const at = this.#length % CHUNK;
    if (at === 0) this.#chunks.push(new Uint32Array(CHUNK));
    (this.#chunks.at(-1) as Uint32Array)[at] = number;
    this.#length += 1;
  }

  /** The numbers in order; every piece but the last one is full. */
  pieces(): readonly Uint32Array[] {
    const last = this.#length % CHUNK;
    return this.#chunks.map((chunk, at) =>
      at < this.#chunks.length - 1 || last === 0 ? chunk : chunk.subarray(0, last),
    );
  }

  load(pieces: readonly Uint32Array[]): void {
    for (const piece of pieces) {
      const chunk = new Uint32Array(CHUNK);
      chunk.set(piece);
      this.#chunks.push(chunk);
      this.#length += piece.length;
    }
  }

  at(index: number): number {
    return (this.#chunks[Math.floor(index / CHUNK)] as Uint32Array)[index % CHUNK] as number;
  }
}
