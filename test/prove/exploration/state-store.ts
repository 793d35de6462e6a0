/**
 * A set of states, each a tuple of `width` numbers below 2^32, numbered in the order in which they came. Exact: the
 * tuples themselves are kept, in typed arrays, 4 x (width + 2) bytes a state and at most 16 for finding it.
 */
export class StateStore {
  readonly #width: number;
  #tuples: Uint32Array;
  #parents: Uint32Array;
  #slots: Uint32Array;
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#tuples = new Uint32Array(width * 1024);
    this.#parents = new Uint32Array(1024);
    this.#slots = new Uint32Array(4096);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a tuple that came from another state; returns false when it is there already. */
  add(tuple: Uint32Array, parent: number): boolean {
    const before = this.#size;
    return this.place(tuple, parent) === before;
  }

  /** The state with that tuple, which is added when it is not there yet. */
  place(tuple: Uint32Array, parent: number): number {
    const slot = this.#slotOf(tuple);
    const found = this.#slots[slot] as number;
    if (found !== 0) return found - 1;
    if (this.#size === this.#parents.length) this.#grow();
    this.#tuples.set(tuple, this.#size * this.#width);
    this.#parents[this.#size] = parent;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return this.#size - 1;
  }

  /** The tuples and parents of all states. */
  save(): SavedStore {
    return {
      tuples: this.#tuples.subarray(0, this.#size * this.#width),
      parents: this.#parents.subarray(0, this.#size),
    };
  }

  /** Takes the place of what is there. */
  load({ tuples, parents }: SavedStore): void {
    this.#size = parents.length;
    while (this.#parents.length < this.#size) this.#grow();
    this.#tuples.set(tuples);
    this.#parents.set(parents);
    this.#rehash();
  }

  /** The state with that tuple. @throws RangeError when there is none */
  find(tuple: Uint32Array): number {
    const found = this.#slots[this.#slotOf(tuple)] as number;
    if (found === 0) throw new RangeError('there is no such state');
    return found - 1;
  }

  /** Copies the tuple of a state. */
  read(state: number, into: Uint32Array): void {
    const at = state * this.#width;
    for (let column = 0; column < this.#width; column++) into[column] = this.#tuples[at + column] as number;
  }

  /** The state that it came from first; the first state came from itself. */
  parentOf(state: number): number {
    return this.#parents[state] as number;
  }

  #slotOf(tuple: Uint32Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(tuple) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] as number;
      if (found === 0 || this.#equals(found - 1, tuple)) return slot;
    }
  }

  #equals(state: number, tuple: Uint32Array): boolean {
    const at = state * this.#width;
    for (let column = 0; column < this.#width; column++) if (this.#tuples[at + column] !== tuple[column]) return false;
    return true;
  }

  #grow(): void {
    this.#tuples = enlarged(this.#tuples);
    this.#parents = enlarged(this.#parents);
  }

  #rehash(): void {
    let slots = this.#slots.length;
    while (this.#size * 2 > slots) slots *= 2;
    this.#slots = new Uint32Array(slots);
    const tuple = new Uint32Array(this.#width);
    for (let state = 0; state < this.#size; state++) {
      this.read(state, tuple);
      this.#slots[this.#slotOf(tuple)] = state + 1;
    }
  }
}

export interface SavedStore {
  readonly tuples: Uint32Array;
  readonly parents: Uint32Array;
}

function enlarged(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Mixes all columns; 32 bits. @see https://github.com/aappleby/smhasher, MurmurHash3 */
function hashOf(tuple: Uint32Array): number {
  let hash = 0;
  for (let column = 0; column < tuple.length; column++) {
    let block = Math.imul(tuple[column] as number, 0xcc9e2d51);
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    hash ^= block;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
