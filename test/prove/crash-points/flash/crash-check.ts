import { Container } from '../../../../container/container.ts';
import { codeOf } from '../../../container/engine/scene.ts';
import { picker } from '../../../container/store/faulty-flash.ts';
import { seededEnv, TestFirm } from '../../../world/parties.ts';
import { toyRoot } from '../../exploration/container-states.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import type { IsOver } from '../../interruption.ts';
import { contentOf, shown } from './content.ts';
import { type Cut, crashStates, cutsOf, type Thoroughness } from './crash-states.ts';
import { type Durable, type Inherited, RecordedMemory } from './recorded-memory.ts';
import { type Step, Tracks } from './stage.ts';

/** How much work a step is given. */
export interface Effort {
  /** Of the cuts in the work. */
  readonly first: Thoroughness;
  /** Of the cuts in what follows a cut: opening, and giving the commands once more. */
  readonly again: Thoroughness;
  /** Different crash states of each cut from which that is done. */
  readonly recoveries: number;
  /** Whether it is done too from what a program leaves that ends while the power stays. */
  readonly takeovers: boolean;
}

/** What a step came to. */
export interface Tally {
  cuts: number;
  /** Crash states that no step before has had. */
  states: number;
  /** How many of these held what was before, and how many what came after. */
  before: number;
  after: number;
  /** Cuts in the work together with cuts in the recovery that followed. */
  pairs: number;
}

/** Which cuts of a step are made, and what becomes of chance in them. */
export interface Which {
  /** Number of the step. */
  readonly number: number;
  readonly seed: number;
  /** The one cut that is made; all unless it is given. */
  readonly cut: number | undefined;
}

/** A container that is not what it was before, nor what it was after. */
export class CrashViolation extends Error {
  readonly cut: number;

  constructor(cut: number, what: string) {
    super(what);
    this.name = 'CrashViolation';
    this.cut = cut;
  }
}

/** What is done in each size of a run. */
export const EFFORTS = {
  quick: {
    first: { tears: 1, each: false, random: 0 },
    again: { tears: 0, each: false, random: 0 },
    recoveries: 1,
    takeovers: false,
  },
  heavy: {
    first: { tears: 2, each: false, random: 1 },
    again: { tears: 0, each: false, random: 0 },
    recoveries: 1,
    takeovers: false,
  },
  usual: {
    first: { tears: 7, each: true, random: 3 },
    again: { tears: 2, each: false, random: 1 },
    recoveries: 2,
    takeovers: true,
  },
} as const satisfies Record<string, Effort>;

/** Cuts the power in steps, opens what is left, and holds it against what may be there. */
export class CrashCheck {
  readonly #effort: Effort;
  /** The content that each crash state was opened to, by its number. */
  readonly #opened = new Map<string, number>();
  readonly #contents = new Map<string, number>();

  constructor(effort: Effort) {
    this.#effort = effort;
  }

  /** Makes the cuts of a step, as many as there is time for. @throws CrashViolation */
  async check(step: Step, { number, seed: given, cut: only }: Which, isOver: IsOver): Promise<Tally> {
    const tally: Tally = { cuts: 0, states: 0, before: 0, after: 0, pairs: 0 };
    for (const cut of cutsOf(step.memory, step.from, step.to)) {
      const at = cut.at - step.from;
      if (only !== undefined && at !== only) continue;
      const seed = given * 1_000_003 + number * 4099 + at;
      tally.cuts += 1;
      try {
        this.#checkCut(step, cut, seed, tally);
      } catch (error) {
        if (error instanceof CrashViolation) throw error;
        throw new CrashViolation(at, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
      }
      if (await isOver()) break;
    }
    return tally;
  }

  #checkCut(step: Step, cut: Cut, seed: number, tally: Tally): void {
    const allowed = allowedAfter(step.tracks, cut);
    const pick = picker(seed);
    // Which of them are recovered depends on this cut alone, so that it can be played again without the others.
    const recovered = new Set<string>();
    for (const durable of crashStates(cut, this.#effort.first, pick)) {
      const fingerprint = this.#open(step, durable, allowed, tally);
      if (recovered.size >= this.#effort.recoveries || recovered.has(fingerprint)) continue;
      recovered.add(fingerprint);
      this.#recover(step, new RecordedMemory(durable), undefined, seed + recovered.size, tally);
    }
    if (!this.#effort.takeovers || cut.unflushed.length === 0) return;
    for (const cache of ['remembered', 'forgotten'] as const) {
      const inherited: Inherited = { writes: cut.unflushed, cache };
      this.#recover(step, new RecordedMemory(cut.durable, inherited), allowed, seed, tally);
    }
  }

  /** Opens a crash state, once, and demands one of these contents. @returns what tells it from others */
  #open(step: Step, durable: Durable, allowed: readonly string[], tally: Tally): string {
    const fingerprint = `${step.party.key.slice(0, 8)} ${durable.image.fingerprint} ${anchorText(durable)}`;
    const known = this.#opened.get(fingerprint);
    const content = known ?? this.#numberOf(this.#contentIn(step, durable));
    const at = allowed.findIndex((text) => this.#numberOf(text) === content);
    if (at < 0)
      throw new Error(`it opens to something else than ${allowed.length === 1 ? 'what' : 'before and after'} it was`);
    if (known !== undefined) return fingerprint;
    this.#opened.set(fingerprint, content);
    tally.states += 1;
    if (at === 0 && allowed.length > 1) tally.before += 1;
    else tally.after += 1;
    return fingerprint;
  }

  #contentIn(step: Step, durable: Durable): string {
    const { flash, anchor } = new RecordedMemory(durable);
    const container = Container.open({ ...step.party.parts, flash, anchor });
    if (container.locked && !step.locked) throw new Error('it is locked');
    return contentOf(container.state);
  }

  /**
   * Opens what is left and gives the commands once more, which has to lead to the end; then cuts the power at each
   * operation of that.
   *
   * @param unseen what may be there as long as nobody has opened it; by default it was looked at before
   */
  #recover(
    step: Step,
    memory: RecordedMemory,
    unseen: readonly string[] | undefined,
    seed: number,
    tally: Tally,
  ): void {
    const tracks = new Tracks(0);
    const env = seededEnv(`again ${seed}`);
    const { flash, anchor } = memory;
    const container = Container.open({ ...step.party.parts, env, flash, anchor });
    if (container.locked && !step.locked) throw new Error('it is locked');
    const found = contentOf(container.state);
    if (unseen !== undefined && !unseen.includes(found)) throw new Error('the next program finds something else');
    tracks.visit(found);
    const opening = memory.operations.length;
    for (let at = 0; at < opening; at++) tracks.mark();
    const onOperation = (): void => {
      tracks.visit(contentOf(container.state));
      tracks.mark();
    };
    memory.onOperation = onOperation;
    const isDone = step.once && !container.locked && found === step.tracks.contents.at(-1);
    if (!isDone) step.work({ container, run: (name, request) => container.run(name, request) });
    tracks.visit(contentOf(container.state));
    memory.onOperation = () => {};
    if (shown(container) !== step.end) throw new Error('given once more, it leads to another end');
    memory.onOperation = onOperation;
    commitOnce(container);
    tracks.visit(contentOf(container.state));
    memory.onOperation = () => {};
    const pick = picker(seed + 1);
    for (const cut of cutsOf(memory, 0, memory.operations.length)) {
      tally.pairs += 1;
      const isUnseen = unseen !== undefined && cut.at < opening;
      const allowed = isUnseen ? unseen : allowedAfter(tracks, cut);
      for (const durable of crashStates(cut, this.#effort.again, pick)) this.#open(step, durable, allowed, tally);
    }
  }

  #numberOf(content: string): number {
    const known = this.#contents.get(content) ?? this.#contents.size;
    this.#contents.set(content, known);
    return known;
  }
}

const STRANGER = new TestFirm(6000077, toyCrypto, toyRoot).certificate;

/** Whoever goes on after a recovery must find anchor and memory as if nothing had been: meets a stranger, where it may. */
function commitOnce(container: Container): void {
  codeOf(() => container.run('context', { certificate: STRANGER, firmCode: null }));
}

function allowedAfter(tracks: Tracks, cut: Cut): readonly string[] {
  return cut.begun === undefined ? [tracks.contents.at(-1) as string] : tracks.allowedAt(cut.at);
}

function anchorText({ anchor }: Durable): string {
  return anchor === undefined ? 'none' : `${anchor.generation} ${Buffer.from(anchor.stateHash).toString('latin1')}`;
}
