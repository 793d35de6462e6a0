import { NO_BYTES } from '../../container/model/bytes.ts';

/**
 * Takes parts of a known length out of a stream that arrives in whatever pieces. A part that lies within one piece is a view
 * of it; one that does not is copied once, into bytes of its own. Pieces are the reader's from when they are pushed.
 */
export class PartReader {
  readonly #pieces: Uint8Array[] = [];
  /** Where the first piece goes on. */
  #at = 0;
  /** The part that has begun to arrive. */
  #part: Uint8Array | undefined;
  #filled = 0;

  push(piece: Uint8Array): void {
    if (piece.length > 0) this.#pieces.push(piece);
  }

  /** Where the rest of the part goes that has begun to arrive: what is read into it needs no copy. Told with `filled`. */
  get room(): Uint8Array | undefined {
    return this.#part?.subarray(this.#filled);
  }

  /** So many bytes were put at the beginning of the room. */
  filled(length: number): void {
    this.#filled += length;
  }

  /**
   * The next bytes; undefined while some are missing: then the same number is to be asked for again.
   *
   * @param into where they are put, so many bytes; unless given, they are a view or have bytes of their own
   */
  take(length: number, into?: Uint8Array): Uint8Array | undefined {
    if (length === 0) return NO_BYTES;
    if (this.#part === undefined) {
      const [piece] = this.#pieces;
      if (piece === undefined && into === undefined) return undefined;
      if (piece !== undefined && into === undefined && piece.length - this.#at >= length)
        return this.#advance(piece, length);
      // Every byte of it is written before it is given out.
      this.#part = into ?? new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      this.#filled = 0;
    }
    return this.#fill(this.#part);
  }

  #fill(part: Uint8Array): Uint8Array | undefined {
    while (this.#filled < part.length) {
      const [piece] = this.#pieces;
      if (piece === undefined) return undefined;
      const bytes = this.#advance(piece, Math.min(piece.length - this.#at, part.length - this.#filled));
      part.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    this.#part = undefined;
    return part;
  }

  #advance(piece: Uint8Array, length: number): Uint8Array {
    const bytes = piece.subarray(this.#at, this.#at + length);
    this.#at += length;
    if (this.#at === piece.length) {
      this.#pieces.shift();
      this.#at = 0;
    }
    return bytes;
  }
}
