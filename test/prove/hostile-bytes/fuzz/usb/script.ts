/** Reads an input as a script of what happens, one thing after the other. Behind its end there are zeros. */
export class Script {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** 16 bits, the high ones first. */
  word(): number {
    return this.byte() * 256 + this.byte();
  }

  /** A copy of exactly so many bytes. */
  take(length: number): Uint8Array {
    const taken = new Uint8Array(length);
    taken.set(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return taken;
  }
}
