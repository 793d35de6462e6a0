import type { ContainerState } from '../../../../container/engine/state.ts';
import { toHex } from '../../../../container/model/bytes.ts';
import { Broken } from './fuzz-target.ts';

/** After so many looks the whole state is read, also what lies inside of its values. */
export const LOOKS_PER_READING = 256;

/**
 * A state that decisions are made on, and that must stay what it is. Every look compares which keys and values its tables
 * have, which takes next to no time: values are to be replaced, never altered. Where one was altered in its place all the
 * same, the next reading shows it.
 */
export class UntouchedState {
  readonly state: ContainerState;
  #remembered: readonly unknown[];
  #text: string;
  #looks = 0;

  constructor(state: ContainerState) {
    this.state = state;
    this.#remembered = [...pieces(state)];
    this.#text = textOf(state);
  }

  /** @throws Broken when something is not what it was at the look before; from then on that is what it has to be */
  look(): void {
    this.#looks += 1;
    if (!this.#hasSamePieces()) this.#broken('deciding changed the state');
    if (this.#looks % LOOKS_PER_READING === 0 && textOf(this.state) !== this.#text)
      this.#broken(
        `deciding altered a value of the state: this input, or one of the ${LOOKS_PER_READING - 1} before it`,
      );
  }

  #hasSamePieces(): boolean {
    let at = 0;
    for (const piece of pieces(this.state)) {
      if (piece !== this.#remembered[at]) return false;
      at += 1;
    }
    return at === this.#remembered.length;
  }

  #broken(what: string): never {
    this.#remembered = [...pieces(this.state)];
    this.#text = textOf(this.state);
    throw new Broken(what);
  }
}

/** All that a state is made of, in its order: what it has beside tables, and each key and value of these. */
function* pieces(state: ContainerState): Iterable<unknown> {
  for (const part of Object.values(state)) {
    yield part;
    if (!(part instanceof Map)) continue;
    for (const [key, value] of part) {
      yield key;
      yield value;
    }
  }
}

/** Everything in a state as text. What the engine has for numbers inside, as a structured copy shows, is no matter. */
function textOf(state: ContainerState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    return value instanceof Uint8Array ? toHex(value) : value;
  });
}
