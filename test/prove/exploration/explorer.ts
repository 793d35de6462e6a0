import { FileShelf } from './file-shelf.ts';
import { type Ends, Graph } from './graph.ts';
import type { Healed, SavedHealer } from './healer.ts';
import { Nodes, type SavedNodes } from './nodes.ts';
import { type Link, Pairs } from './pairs.ts';
import { type Act, BrokenRule } from './party.ts';
import { SeatCounter } from './seats.ts';
import { StateStore } from './state-store.ts';
import type { World } from './world.ts';
import { WorldCheck } from './world-check.ts';

/** What an exploration came to. */
export interface Exploration {
  /** Distinct states of the whole world. */
  readonly states: number;
  /** Steps from one state to another; such that lead from and to the same states count once. */
  readonly transitions: number;
  /** Whether nothing was left to look at. */
  readonly closed: boolean;
  /** Steps of the longest of all shortest histories. */
  readonly depth: number;
  /** Files that exist. */
  readonly files: number;
  readonly healed: Healed;
  /** What going back from the ends showed; null where no end was looked for. */
  readonly ends: Ends | null;
  readonly violation: Violation | null;
}

export interface Violation {
  readonly what: string;
  /** The shortest history that leads there, or to where the step can be done that `what` begins with. */
  readonly history: readonly string[];
}

/** An exploration that was interrupted: what is small, and what is large, in arrays that are not copied. */
export interface SavedExploration {
  readonly facts: {
    readonly shelf: ReturnType<FileShelf['save']>;
    readonly nodes: readonly SavedNodes[];
    readonly healer: Omit<SavedHealer, 'known'>;
    readonly progress: {
      readonly transitions: number;
      readonly next: number;
      readonly levelEnd: number;
      readonly depth: number;
    };
    /** How many of the arrays tell where the steps of each state begin; the others, behind them, where they lead. */
    readonly firsts: number;
  };
  readonly arrays: readonly Uint32Array[];
}

interface Step {
  readonly column: number;
  readonly act: Act;
  readonly label: string;
}

/**
 * Visits every state that a world can come to, breadth first: each party may do whatever it may do by itself, and may be
 * handed any file that was ever made for it, at any time and any number of times.
 */
export class Explorer {
  readonly #shelf = new FileShelf();
  readonly #nodes: readonly Nodes[];
  readonly #links: readonly Link[];
  readonly #store: StateStore;
  readonly #check: WorldCheck;
  /** The steps of the living, where everything has to come to an end. */
  readonly #graph: Graph | null;
  #ends: Ends | null = null;
  #transitions = 0;
  /** The state to look at next, the first one that is a step further away, and how far away this one is. */
  #next = 0;
  #levelEnd = 1;
  #depth = 0;
  #violation: Violation | null = null;
  readonly #mayRunOut: boolean;

  constructor(world: World) {
    const { parties, granted } = world;
    const columns = new Map(parties.map(({ key }, column) => [key, column]));
    const counter = new SeatCounter([...granted.keys()]);
    const nodes = parties.map((party) => new Nodes(party, this.#shelf, columns));
    const link = (from: number, to: number): Link => {
      const pairs = new Pairs(nodes[from] as Nodes, nodes[to] as Nodes, to, counter);
      return { from, to, pairs };
    };
    this.#nodes = nodes;
    this.#links = nodes.flatMap((_, from) => nodes.flatMap((_, to) => (from === to ? [] : [link(from, to)])));
    this.#store = new StateStore(nodes.length);
    this.#graph = world.memory === 'kept' ? new Graph() : null;
    this.#mayRunOut = world.runsOut !== undefined;
    this.#check = new WorldCheck(world, nodes, this.#links, counter, this.#shelf);
  }

  /**
   * Goes on until nothing is left, a violation is found, or there are so many states. What it came to so far; it may be
   * asked to go on.
   */
  run(most: number): Exploration {
    const here = new Uint32Array(this.#nodes.length);
    if (this.#store.size === 0) this.#guarded(here, () => this.#begin(here));
    while (this.#next < this.#store.size && this.#store.size < most && this.#violation === null) {
      if (this.#next === this.#levelEnd) {
        this.#depth += 1;
        this.#levelEnd = this.#store.size;
      }
      this.#store.read(this.#next, here);
      this.#graph?.begin();
      this.#guarded(here, () => this.#expand(here, this.#next));
      this.#next += 1;
    }
    if (this.#violation === null && this.#next === this.#store.size) this.#lookForEnds();
    return {
      states: this.#store.size,
      transitions: this.#transitions,
      closed: this.#violation === null && this.#next === this.#store.size,
      depth: this.#depth,
      files: this.#shelf.size,
      healed: this.#check.healed,
      ends: this.#ends,
      violation: this.#violation,
    };
  }

  /** All that another run needs to go on from here. */
  save(): SavedExploration {
    const { tuples, parents } = this.#store.save();
    const { known, ...healer } = this.#check.save();
    const { firsts, targets } = this.#graph?.save() ?? { firsts: [], targets: [] };
    return {
      facts: {
        shelf: this.#shelf.save(),
        nodes: this.#nodes.map((nodes) => nodes.save()),
        healer,
        progress: { transitions: this.#transitions, next: this.#next, levelEnd: this.#levelEnd, depth: this.#depth },
        firsts: firsts.length,
      },
      arrays: [tuples, parents, known.tuples, known.parents, ...firsts, ...targets],
    };
  }

  /** Goes on from what `save` gave, in an explorer of the same world that has not run. */
  load({ facts: { shelf, nodes, healer, progress, firsts }, arrays }: SavedExploration): void {
    const [tuples, parents, knownTuples, knownParents, ...steps] = arrays as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    this.#shelf.load(shelf);
    for (const [column, saved] of nodes.entries()) this.#nodes[column]?.load(saved);
    this.#store.load({ tuples, parents });
    this.#check.load({ ...healer, known: { tuples: knownTuples, parents: knownParents } });
    this.#graph?.load({ firsts: steps.slice(0, firsts), targets: steps.slice(firsts) });
    this.#transitions = progress.transitions;
    this.#next = progress.next;
    this.#levelEnd = progress.levelEnd;
    this.#depth = progress.depth;
  }

  /**
   * Goes one history, step by step, in the words in which a violation tells it, and looks one step further.
   *
   * @returns what is wrong there; null when nothing is
   * @throws RangeError when there is no such step
   */
  replay(history: readonly string[]): string | null {
    const here = new Uint32Array(this.#nodes.length);
    this.#guarded(here, () => {
      this.#begin(here);
      for (const [at, label] of history.entries()) {
        this.#go(here, label);
        if (this.#store.add(here, at)) this.#look(here);
      }
      this.#expand(here, this.#store.find(here));
    });
    return this.#violation?.what ?? null;
  }

  #begin(here: Uint32Array): void {
    for (const [column, nodes] of this.#nodes.entries()) here[column] = nodes.initial();
    this.#store.add(here, 0);
    this.#look(here);
  }

  #expand(here: Uint32Array, state: number): void {
    for (let column = 0; column < here.length; column++) {
      const nodes = this.#nodes[column] as Nodes;
      const node = here[column] as number;
      for (const act of nodes.acts(node)) this.#visit(here, column, nodes.after(node, act), state, act.fate);
    }
    for (const { from, to, pairs } of this.#links) {
      const { successors } = pairs.at(here[from] as number, here[to] as number);
      for (let at = 0; at < successors.length; at++) this.#visit(here, to, successors[at] as number, state);
    }
  }

  #visit(tuple: Uint32Array, column: number, after: number, from: number, isFate = false): void {
    this.#transitions += 1;
    const before = tuple[column] as number;
    tuple[column] = after;
    const known = this.#store.size;
    const state = this.#store.place(tuple, from);
    if (!isFate) this.#graph?.lead(state);
    if (state === known) this.#look(tuple);
    tuple[column] = before;
  }

  /** From every state of a world that was explored to its end, "nothing in transit" must be within reach of the living. */
  #lookForEnds(): void {
    if (this.#graph === null || this.#ends !== null) return;
    const here = new Uint32Array(this.#nodes.length);
    const isQuiet = (state: number): boolean => {
      this.#store.read(state, here);
      return this.#nodes.every((nodes, column) => nodes.summaryOf(here[column] as number).pending === 0);
    };
    this.#ends = this.#graph.endsAt(isQuiet);
    const { first, without } = this.#ends;
    if (without > 0 && !this.#mayRunOut)
      this.#violation = { what: 'nobody can bring to an end what is in transit', history: this.#historyOf(first) };
  }

  /** Holds a state that was just added against what must be so. */
  #look(tuple: Uint32Array): void {
    const what = this.#check.wrongIn(tuple);
    if (what !== null) this.#violation ??= { what, history: this.#historyOf(this.#store.size - 1) };
  }

  /** Work at a state in which a party may turn out to do what no rule allows. */
  #guarded(here: Uint32Array, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof BrokenRule)) throw error;
      const history = this.#store.size === 0 ? [] : this.#historyOf(this.#store.find(here));
      this.#violation ??= { what: `${error.step}: ${error.message}`, history };
    }
  }

  #go(here: Uint32Array, label: string): void {
    for (const step of this.#steps(here)) {
      if (step.label !== label) continue;
      here[step.column] = this.#after(here, step);
      return;
    }
    throw new RangeError(`nobody can do this: ${label}`);
  }

  /** Who did what, from the beginning to that state. */
  #historyOf(last: number): string[] {
    const history: string[] = [];
    const after = new Uint32Array(this.#nodes.length);
    const before = new Uint32Array(this.#nodes.length);
    for (let state = last; state !== 0; state = this.#store.parentOf(state)) {
      this.#store.read(state, after);
      this.#store.read(this.#store.parentOf(state), before);
      for (const step of this.#steps(before)) {
        if (after[step.column] === before[step.column] || this.#after(before, step) !== after[step.column]) continue;
        history.unshift(step.label);
        break;
      }
    }
    return history;
  }

  #after(here: Uint32Array, { column, act }: Step): number {
    return (this.#nodes[column] as Nodes).after(here[column] as number, act);
  }

  /** Everything that anybody can do there, in words. */
  *#steps(here: Uint32Array): Iterable<Step> {
    for (const [column, nodes] of this.#nodes.entries()) {
      const node = here[column] as number;
      const { name } = nodes.party;
      for (const act of nodes.acts(node)) yield { column, act, label: `${name} ${act.label}` };
      for (const [from, sender] of this.#nodes.entries())
        for (const file of sender.filesFor(here[from] as number, column))
          for (const act of nodes.receive(node, file))
            yield { column, act, label: `${name} ${act.label} ${this.#shelf.nameOf(file)}` };
    }
  }
}
