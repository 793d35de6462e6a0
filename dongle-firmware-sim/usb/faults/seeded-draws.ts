/** Numbers that come again under the same seed. For test benches; nothing secret may rest on them. @see Marsaglia, Xorshift RNGs */
export class SeededDraws {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds would begin alike, and 0 would stay 0.
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x6c078965) >>> 0 || 1;
  }

  /** A whole number from 0 to less than `bound`, which is at most 2^32. */
  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }
}
