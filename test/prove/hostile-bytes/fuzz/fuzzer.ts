import { toHex } from '../../../../container/model/bytes.ts';
import type { IsOver } from '../../interruption.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { numberOf, Random } from './random.ts';

/** Milliseconds of processor time that one input may take, unless its target says more. */
const HANG = 50;
/** Milliseconds from which an input that is slower than all others is measured again. */
const SUSPICIOUS = 0.5;
/** Inputs from one question whether it is over to the next. */
const ASKED = 8;
const NEVER: IsOver = async () => false;
/** How often a slow input is measured before it is called slow. */
const TRIES = 3;

export interface FuzzFailure {
  readonly target: string;
  readonly number: number;
  readonly what: string;
  /** The smallest input known to fail, in hexadecimal. */
  readonly input: string;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** Packets that they came to, where a decoder takes them for several each; otherwise 0. */
  readonly packets: number;
  /** Milliseconds of processor time of the slowest input, the least of three measurements. */
  readonly slowest: number;
  readonly failure: FuzzFailure | null;
}

/** Gives a target one input after the other, each of which follows from seed, target and number. */
export class Fuzzer {
  readonly #target: FuzzTarget;
  readonly #seed: number;
  readonly #name: number;
  readonly #verdicts = { accepted: 0, refused: 0 };
  #packets = 0;
  #slowest = 0;

  constructor(target: FuzzTarget, seed: number) {
    this.#target = target;
    this.#seed = seed;
    this.#name = numberOf(target.name);
  }

  /** The input of a number. */
  input(number: number): Uint8Array {
    return this.#target.make(new Random(this.#seed, this.#name, number));
  }

  async run(from: number, count: number, isOver: IsOver = NEVER): Promise<FuzzResult> {
    for (let number = from; number < from + count; number++) {
      const failure = await this.#one(number);
      if (failure !== null) return this.#result(failure);
      if (number % ASKED === 0 && (await isOver())) break;
    }
    return this.#result(null);
  }

  #result(failure: FuzzFailure | null): FuzzResult {
    const { accepted, refused } = this.#verdicts;
    return { inputs: accepted + refused, accepted, refused, packets: this.#packets, slowest: this.#slowest, failure };
  }

  async #one(number: number): Promise<FuzzFailure | null> {
    const input = this.input(number);
    const before = performance.now();
    const fault = await this.fault(input);
    const took = performance.now() - before;
    if (fault !== null) return this.#failed(number, input, fault);
    if (took <= this.#slowest) return null;
    // What else the machine did meanwhile is no matter of the input.
    try {
      const least = took < SUSPICIOUS ? took : Math.min(took, await this.#measured(input));
      this.#slowest = Math.max(this.#slowest, least);
      const isLong = least > (this.#target.patience ?? HANG);
      return isLong ? this.#failed(number, input, `it takes ${least.toFixed(0)} ms`) : null;
    } catch (error) {
      return this.#failed(number, input, wordsOf(error));
    }
  }

  /** What is wrong with what the decoder does with an input; null when nothing is. */
  async fault(input: Uint8Array): Promise<string | null> {
    const copy = input.slice();
    try {
      const verdict = this.#target.give(input, () => void this.#packets++);
      this.#verdicts[verdict instanceof Promise ? await verdict : verdict] += 1;
    } catch (error) {
      return wordsOf(error);
    }
    return isSame(input, copy) ? null : 'the input was changed';
  }

  /** Gives one input, and tells in words what it comes to. */
  async told(input: Uint8Array): Promise<{ readonly text: string; readonly isBroken: boolean }> {
    const before = performance.now();
    const fault = await this.fault(input);
    const took = (performance.now() - before).toFixed(1);
    const verdict = this.#verdicts.accepted > 0 ? 'accepted, and written again the same' : 'refused';
    const end = fault === null ? `${verdict}: all is well` : `VIOLATED: ${fault}`;
    return { text: `${this.#target.name}: ${input.length} bytes\n  ${end}, in ${took} ms`, isBroken: fault !== null };
  }

  async #measured(input: Uint8Array): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < TRIES; round++) {
      const before = process.cpuUsage();
      await this.#target.give(input, () => undefined);
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
    }
    return least;
  }

  async #failed(number: number, input: Uint8Array, what: string): Promise<FuzzFailure> {
    const small = what.startsWith('it takes') ? input : await this.#smaller(input, what);
    return { target: this.#target.name, number, what, input: toHex(small) };
  }

  /** Takes pieces out of a failing input, ever smaller ones, as long as it fails in the same way. */
  async #smaller(input: Uint8Array, what: string): Promise<Uint8Array> {
    const [kind] = what.split(':');
    let smallest = input;
    for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < smallest.length; ) {
        const tried = new Uint8Array([...smallest.subarray(0, at), ...smallest.subarray(at + size)]);
        const fault = await this.fault(tried);
        if (fault?.split(':')[0] === kind) smallest = tried;
        else at += size;
      }
    }
    return smallest;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
