import { NO_BYTES } from '../model/bytes.ts';

/** Bytes that arrive in pieces: copied into one buffer that grows with what is there, and never beyond a size that is known. */
export class GrowingBytes {
  readonly #size: number;
  #bytes: Uint8Array = NO_BYTES;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Bytes that are all there, and not copied. */
  static whole(bytes: Uint8Array): GrowingBytes {
    const whole = new GrowingBytes(bytes.length);
    whole.#bytes = bytes;
    whole.#filled = bytes.length;
    return whole;
  }

  /** How many are there. */
  get filled(): number {
    return this.#filled;
  }

  /** Those that are there. */
  get here(): Uint8Array {
    return this.#bytes.subarray(0, this.#filled);
  }

  /** All of them; undefined while some are missing. */
  get whole(): Uint8Array | undefined {
    return this.#filled === this.#size ? this.#bytes : undefined;
  }

  /** Bytes of memory that it takes more to have them up to that place: twice as much each time, so that none is copied often. */
  needs(end: number): number {
    if (end <= this.#bytes.length) return 0;
    return Math.min(this.#size, Math.max(end, 2 * this.#bytes.length)) - this.#bytes.length;
  }

  /** Puts a piece, without a gap before it, and within the size. */
  put(at: number, piece: Uint8Array): void {
    const end = at + piece.length;
    const more = this.needs(end);
    if (more > 0) {
      const larger = new Uint8Array(this.#bytes.length + more);
      larger.set(this.#bytes.subarray(0, this.#filled));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, at);
    this.#filled = Math.max(this.#filled, end);
  }
}
