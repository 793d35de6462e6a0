import { saySeconds } from './fault-time.ts';

/** How long a time may be, in seconds, and what people call the longest one. */
export interface TimeBounds {
  readonly least: number;
  readonly most: number;
  readonly mostCalled: string;
}

const TIME = /^(?<number>\d+(?:\.\d+)?)(?<unit>ms|s)$/;
/** Where something else than a word of ours stands, no more of it than this is said again. */
const LONGEST_SAID = 40;

/**
 * Words that are read one after the other. The first that may not stand where it does is told by `wrong`; what is read from there on
 * means nothing.
 */
export class Words {
  readonly #words: readonly string[];
  #at = 0;
  #wrong: string | undefined;

  constructor(text: string) {
    this.#words = text.split(/\s+/).filter((word) => word !== '');
  }

  /** Which word is wrong, and what may stand there; undefined as long as none is. */
  get wrong(): string | undefined {
    return this.#wrong;
  }

  /** Takes the next word where it is one of these. */
  takes(...words: readonly string[]): string | undefined {
    const next = this.#words[this.#at];
    if (next === undefined || !words.includes(next)) return undefined;
    this.#at += 1;
    return next;
  }

  /** The next word, which has to be one of these. @param called what they are for people, with what may follow them */
  oneOf(words: readonly string[], called: string): string {
    return this.takes(...words) ?? this.#refuse(called, words);
  }

  /** A whole number within bounds. */
  number(least: number, most: number): number {
    const next = this.#words[this.#at];
    if (next === undefined || !/^\d+$/.test(next)) this.#refuse('a whole number');
    else if (Number(next) < least || Number(next) > most)
      this.#say(`${said(next)} is out of bounds: ${least} to ${most}`);
    this.#at += 1;
    return Number(next);
  }

  /** Whether a number is next, rather than a word. */
  get hasDigit(): boolean {
    return /^\d/.test(this.#words[this.#at] ?? '');
  }

  /** A time within bounds, in seconds. */
  time({ least, most, mostCalled }: TimeBounds): number {
    const next = this.#words[this.#at];
    const { number, unit } = TIME.exec(next ?? '')?.groups ?? {};
    const seconds = unit === 'ms' ? Number(number) / 1000 : Number(number);
    if (next === undefined) this.#refuse(A_TIME);
    else if (number === undefined) this.#say(`${said(next)} is no time: that is ${A_TIME}`);
    else if (seconds > most) this.#say(`${said(next)} is too long: ${mostCalled} at most (${saySeconds(most)})`);
    else if (seconds < least) this.#say(`${said(next)} is too short: ${saySeconds(least)} at least`);
    this.#at += 1;
    return seconds;
  }

  /** Nothing may follow. @param instead what else may */
  end(instead: string): void {
    if (this.#at < this.#words.length) this.#refuse(instead);
  }

  #refuse(called: string, words: readonly string[] = []): string {
    const [before, next] = [this.#words[this.#at - 1], this.#words[this.#at]];
    const place = before === undefined ? 'at the beginning' : `behind ${said(before)}`;
    const small = words.find((word) => word === next?.toLowerCase());
    if (next === undefined) this.#say(`something is missing ${place}: ${called}`);
    else if (small !== undefined) this.#say(`${said(next)} is written in small letters: ${small}`);
    else this.#say(`${said(next)} may not stand ${place}; what may: ${called}`);
    return '';
  }

  #say(wrong: string): void {
    this.#wrong ??= wrong;
  }
}

/** What a time looks like. */
export const A_TIME = 'a number with ms or s, such as 50ms or 2.5s';

function said(word: string): string {
  return word.length > LONGEST_SAID ? `"${word.slice(0, LONGEST_SAID)}..."` : `"${word}"`;
}
