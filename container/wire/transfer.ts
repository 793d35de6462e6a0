import type { Hash } from '../model/ids.ts';

/** An answer of which a part is here. */
export interface PartOfAnswer {
  readonly hash: Hash;
  readonly bytes: Uint8Array;
  filled: number;
}

/** What is known of one call across the pipes that carry it: kept by the caller, so that another pipe goes on with it. */
export class Transfer {
  /** An answer that an earlier pipe began to bring. */
  part: PartOfAnswer | undefined;
  #began: number | undefined;
  #sent = 0;
  #received = 0;

  /** Bytes carried either way, never going back: bytes that are carried again do not count. */
  get progress(): number {
    return this.#sent + this.#received;
  }

  /** When it was made first, in seconds. @param now what becomes that, when it is made only now */
  began(now: number): number {
    this.#began ??= now;
    return this.#began;
  }

  /** The request is there up to this byte. */
  sentThrough(end: number): void {
    this.#sent = Math.max(this.#sent, end);
  }

  /** The answer is here up to this byte. */
  receivedThrough(end: number): void {
    this.#received = Math.max(this.#received, end);
  }
}
