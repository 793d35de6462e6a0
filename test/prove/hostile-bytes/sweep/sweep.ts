import { toHex } from '../../../../container/model/bytes.ts';
import type { IsOver } from '../../interruption.ts';
import { type Mutation, Mutations } from './mutations.ts';
import type { Span } from './spans.ts';
import type { Ending, SweepTarget } from './sweep-target.ts';

export interface SweepResult {
  readonly inputs: number;
  readonly endings: ReadonlyMap<Ending, number>;
  readonly violation: Violation | null;
}

/** Every number below `count`, or one in so many of them, the first of which follows from the seed. */
export function* numbersBelow(count: number, oneIn: number, seed: number): Iterable<number> {
  for (let number = oneIn === 1 ? 0 : seed % oneIn; number < count; number += oneIn) yield number;
}

export interface Violation {
  readonly target: string;
  /** Number of the mutation; -1: the golden bytes. */
  readonly number: number;
  readonly what: string;
  readonly bytes: string;
}

const NEVER: IsOver = async () => false;

/** Gives mutations of these numbers to a target, one after the other, until one ends as it must not; then the golden bytes. */
export class Sweep {
  readonly #target: SweepTarget;
  readonly #mutations: Mutations;
  readonly #spanAt: readonly Span[];
  readonly #standing: string;
  readonly #endings = new Map<Ending, number>();
  #inputs = 0;

  constructor(target: SweepTarget) {
    this.#target = target;
    this.#mutations = new Mutations(target.golden);
    this.#spanAt = target.spans.flatMap((span) => new Array<Span>(span.end - span.start).fill(span));
    this.#standing = target.standing();
  }

  get count(): number {
    return this.#mutations.count;
  }

  get inputs(): number {
    return this.#inputs;
  }

  result(violation: Violation | null = null): SweepResult {
    return { inputs: this.#inputs, endings: this.#endings, violation };
  }

  async run(numbers: Iterable<number>, isOver: IsOver = NEVER): Promise<SweepResult> {
    for (const number of numbers) {
      if (await isOver()) return this.result();
      const violation = await this.one(number);
      if (violation !== null) return this.result(violation);
    }
    return this.result(await this.#goldenTaken());
  }

  /** The mutation of that number alone. */
  async one(number: number): Promise<Violation | null> {
    const mutation = this.#mutations.at(number);
    if (mutation === undefined) return null;
    const { ending, wrong } = await this.#judged(mutation);
    this.#inputs += 1;
    this.#endings.set(ending, (this.#endings.get(ending) ?? 0) + 1);
    if (wrong === null) return null;
    return { target: this.#target.name, number, what: `${mutation.what}: ${wrong}`, bytes: toHex(mutation.bytes) };
  }

  /** Gives bytes that are like the golden ones, and tells in words where they differ and what they come to. */
  async told(bytes: Uint8Array): Promise<{ readonly text: string; readonly isBroken: boolean }> {
    const { name, golden, taken } = this.#target;
    const mutation = mutationOf(golden, bytes);
    const what = `${name}: ${mutation?.what ?? `${bytes.length} bytes that are not like the golden ones`}`;
    if (mutation === null || (mutation.changed.length === 0 && !mutation.isCut)) {
      const ending = await this.#give(bytes);
      const isBroken = mutation !== null && ending !== taken;
      return { text: `${what}\n  ended with ${ending}${isBroken ? `, VIOLATED: instead of ${taken}` : ''}`, isBroken };
    }
    const places = mutation.changed.map((at) => placeOf(at, this.#spanAt[at] as Span, golden, bytes));
    const { ending, right, wrong } = await this.#judged(mutation);
    const verdict = wrong === null ? `ended with ${ending}, as is right` : `VIOLATED: ${wrong}`;
    return {
      text: [what, ...places, `  right: ${right.join(' or ')}`, `  ${verdict}`].join('\n'),
      isBroken: wrong !== null,
    };
  }

  async #judged(mutation: Mutation) {
    const ending = await this.#give(mutation.bytes);
    const right = this.#right(mutation);
    const isRight = right.includes(ending);
    const isUntouched = this.#target.standing() === this.#standing;
    const wrong = !isRight
      ? `ended with ${ending} instead of ${right.join(' or ')}`
      : isUntouched
        ? null
        : `ended with ${ending} and changed the state`;
    return { ending, right, wrong };
  }

  async #goldenTaken(): Promise<Violation | null> {
    const { name, golden, taken } = this.#target;
    const ending = await this.#give(golden);
    if (ending === taken) return null;
    return { target: name, number: -1, what: `the golden bytes ended with ${ending}`, bytes: toHex(golden) };
  }

  async #give(bytes: Uint8Array): Promise<Ending> {
    try {
      return await this.#target.give(bytes);
    } catch (error) {
      return `a crash: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #right({ changed, isCut }: Mutation): readonly Ending[] {
    const { cut, right, shifted } = this.#target;
    if (isCut) return cut;
    const touched = new Set(changed.map((at) => this.#spanAt[at] as Span));
    const sets = [...touched].map(right);
    // A change of content alone cannot hide another: the first check that looks at any of it answers.
    if ([...touched].every(({ role }) => role === 'content')) return [earliest(sets.flat())];
    return sets.length === 1 ? (sets[0] ?? []) : [...new Set([...sets.flat(), ...shifted])];
  }
}

/** Where bytes differ from golden ones; null where they have another length and are no beginning of them. */
function mutationOf(golden: Uint8Array, bytes: Uint8Array): Mutation | null {
  const changed = [...bytes.keys()].filter((at) => bytes[at] !== golden[at]);
  const isCut = bytes.length < golden.length && changed.length === 0;
  if (!isCut && bytes.length !== golden.length) return null;
  const what = isCut
    ? `the golden bytes, cut to ${bytes.length}`
    : changed.length === 0
      ? 'the golden bytes'
      : `the golden bytes, with ${changed.length} of ${golden.length} changed`;
  return { what, bytes, changed, isCut };
}

function placeOf(at: number, { path, role }: Span, golden: Uint8Array, bytes: Uint8Array): string {
  const [was, is] = [golden, bytes].map((all) => (all[at] as number).toString(16).padStart(2, '0'));
  return `  byte ${at}, ${role}${path === '' ? '' : ` of field ${path}`}: ${is} instead of ${was}`;
}

/** Codes in the order of their checks. @see docs/protocol.md, "Order of checks" */
const ORDER: readonly Ending[] = [
  'FILE_MALFORMED',
  'FILE_KIND',
  'FILE_VERSION',
  'FILE_HEADER',
  'CERTIFICATE_OTHER_ROOT',
  'CERTIFICATE_WRONG',
  'SIGNATURE_WRONG',
  'CHAIN_INCONSISTENT',
  'entry refused',
  'notice passed over',
];

function earliest(endings: readonly Ending[]): Ending {
  const [first = ''] = [...endings].sort((one, other) => rank(one) - rank(other));
  return first;
}

function rank(ending: Ending): number {
  const at = ORDER.indexOf(ending);
  return at < 0 ? ORDER.length : at;
}
