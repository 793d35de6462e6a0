/** Characters of a line that are kept; what follows them is dropped. */
const LONGEST = 400;
/** What follows such a line says what it means and what to do, which is another thing on the other side. */
const CODED = /\[[A-Z][A-Z0-9_]+\]$/;

/** The lines of a text that arrives in pieces, without control characters, none longer than fits an error, and none empty. */
export class SpokenLines {
  readonly #tell: (line: string) => void;
  readonly #decoder = new TextDecoder();
  /** The line that has begun. */
  #open = '';
  #last: string | undefined;
  #coded: string | undefined;

  /** @param tell is told each line when it is whole */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  add(piece: Uint8Array): void {
    const lines = (this.#open + this.#decoder.decode(piece, { stream: true })).split(/[\r\n]/);
    this.#open = (lines.pop() ?? '').slice(0, LONGEST);
    for (const line of lines) this.#end(line);
  }

  /** Nothing more comes: a line that has begun is whole. */
  end(): void {
    this.#end(this.#open);
    this.#open = '';
  }

  /** Why it ended, so far: the last line with the code of an error, as programs of this kind end one, else the last line. */
  get reason(): string | undefined {
    return this.#coded ?? clean(this.#open) ?? this.#last;
  }

  #end(line: string): void {
    const said = clean(line);
    if (said === undefined) return;
    this.#last = said;
    if (CODED.test(said)) this.#coded = said;
    this.#tell(said);
  }
}

function clean(line: string): string | undefined {
  const text = line
    .slice(0, LONGEST)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text === '' ? undefined : text;
}
