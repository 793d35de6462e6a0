/** Wrong codes after which no further one is taken: a code that is guessed at is no secret for long. */
const MOST_WRONG = 3;

/** The one code of a running server, which one client may use. */
export class Pairing {
  /** Undefined when the server was not started for pairing. */
  readonly code: string | undefined;
  #wrong = 0;
  #usedBy: string | undefined;

  constructor(code: string | undefined) {
    this.code = code;
  }

  /**
   * Judges a client that claims to know the code. The one who used it may come again: perhaps it never heard that it was right.
   *
   * @param client SHA-256 of its certificate
   * @param isProven whether it knows that code
   */
  judge(client: string, isProven: (code: string) => boolean): 'paired' | 'wrong' | 'closed' {
    if (this.code === undefined || this.#wrong >= MOST_WRONG) return 'closed';
    if (this.#usedBy !== undefined && this.#usedBy !== client) return 'closed';
    if (!isProven(this.code)) {
      this.#wrong += 1;
      return 'wrong';
    }
    this.#usedBy = client;
    return 'paired';
  }
}
