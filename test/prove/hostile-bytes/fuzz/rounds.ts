import type { IsOver } from '../../interruption.ts';
import { liveBytes } from '../heap.mjs';
import type { FuzzTarget } from './fuzz-target.ts';
import { Fuzzer, type FuzzFailure, type FuzzResult } from './fuzzer.ts';

/** Inputs that a decoder is given at the least where nothing but time bounds them. */
const LONG = 5_000_000;
/** Of these, in one round. */
const CHUNK = 100_000;
/** Bytes by which the heap may grow while a decoder is given a chunk. */
const MOST_GROWTH = 32 * 1024 * 1024;

/** What became of one decoder. */
export interface FuzzLine {
  readonly target: FuzzTarget;
  readonly result: FuzzResult;
  /** Bytes by which the heap grew at most in one round, after everything unused was let go. */
  readonly heap: number;
  readonly seconds: number;
}

/** Every decoder in turn, some inputs each time: whenever time is over, all have got about as many. */
export class Rounds {
  readonly #lines: FuzzLine[];
  readonly #plan: { readonly seed: number; readonly start: number; readonly part: number };
  #next: number;

  /** @param plan `part`: of the usual number of inputs; infinite for as many as the long run has, and more where time is left */
  constructor(targets: readonly FuzzTarget[], plan: { seed: number; start: number; part: number }) {
    this.#plan = plan;
    this.#next = plan.start;
    const result = { inputs: 0, accepted: 0, refused: 0, packets: 0, slowest: 0, failure: null };
    this.#lines = targets.map((target) => ({ target, result, heap: 0, seconds: 0 }));
  }

  /** Inputs with lower numbers were given to every decoder. */
  get next(): number {
    return this.#next;
  }

  /** @param tell is told of each decoder when it has got all that it is to get */
  async run(isOver: IsOver, tell: (line: FuzzLine) => void): Promise<void> {
    const { part, start } = this.#plan;
    if (Number.isFinite(part)) {
      await this.#round(({ thousands }) => Math.ceil(thousands * 1000 * part), isOver, tell);
      return;
    }
    while (!(await isOver()) && this.#next - start < LONG) await this.#round(() => CHUNK, isOver);
    for (const line of this.#lines) tell(line);
  }

  async #round(
    size: (target: FuzzTarget) => number,
    isOver: IsOver,
    tell: (line: FuzzLine) => void = () => undefined,
  ): Promise<void> {
    const from = this.#next;
    let least = Number.POSITIVE_INFINITY;
    for (const [at, line] of this.#lines.entries()) {
      if (line.result.failure !== null) continue;
      const after = await this.#chunk(line, from, size(line.target), isOver);
      this.#lines[at] = after;
      tell(after);
      least = Math.min(least, after.result.inputs - line.result.inputs);
    }
    this.#next = from + (Number.isFinite(least) ? least : 0);
  }

  async #chunk(line: FuzzLine, from: number, size: number, isOver: IsOver): Promise<FuzzLine> {
    if (await isOver()) return line;
    const before = await liveBytes();
    const since = process.cpuUsage();
    const more = await new Fuzzer(line.target, this.#plan.seed).run(from, size, isOver);
    const { user, system } = process.cpuUsage(since);
    const growth = Math.max(0, (await liveBytes()) - before);
    const failure = more.failure ?? (growth > MOST_GROWTH ? grown(line.target, from, growth) : null);
    return {
      target: line.target,
      result: { ...added(line.result, more), failure },
      heap: Math.max(line.heap, growth),
      seconds: line.seconds + (user + system) / 1e6,
    };
  }
}

function added(one: FuzzResult, more: FuzzResult): Omit<FuzzResult, 'failure'> {
  return {
    inputs: one.inputs + more.inputs,
    accepted: one.accepted + more.accepted,
    refused: one.refused + more.refused,
    packets: one.packets + more.packets,
    slowest: Math.max(one.slowest, more.slowest),
  };
}

function grown({ name }: FuzzTarget, number: number, bytes: number): FuzzFailure {
  return { target: name, number, what: `the heap grew by ${bytes} bytes from here on`, input: '' };
}
