import type { FileShelf } from './file-shelf.ts';
import type { Nodes } from './nodes.ts';
import type { CarriedFile, Summary } from './party.ts';
import { type SavedStore, StateStore } from './state-store.ts';

/** Rounds of files to and fro after which nothing may be in transit. */
const ROUNDS = 5;
/** More states than a party has: what makes two numbers of states one. */
const MANY = 2 ** 26;

/** What healing came to, over all states that it was tried from. */
export interface Healed {
  /** Different states of all parties that it was tried from. */
  readonly from: number;
  /** Rounds that the slowest one took. */
  readonly rounds: number;
  /** From how many of them everything in transit had to be called back first. */
  readonly calledBack: number;
}

export interface SavedHealer {
  readonly known: SavedStore;
  readonly rounds: number;
  readonly calledBack: number;
}

/**
 * What carriers can always do: bring every party the others' fresh update files, and bring back fresh contexts. Files that
 * were made earlier are not needed, so this depends on the parties' states alone and is worked out once for each.
 */
export class Healer {
  readonly #nodes: readonly Nodes[];
  readonly #shelf: FileShelf;
  readonly #known: StateStore;
  readonly #now: Uint32Array;
  /** By kind of file, sender and receiver: the receiver's state afterwards, by both states. */
  readonly #taken: (Map<number, number> | undefined)[] = [];
  readonly #kinds = ['update', 'context'] as const;
  #rounds = 0;
  #calledBack = 0;

  constructor(nodes: readonly Nodes[], shelf: FileShelf) {
    this.#nodes = nodes;
    this.#shelf = shelf;
    this.#known = new StateStore(nodes.length);
    this.#now = new Uint32Array(nodes.length);
  }

  save(): SavedHealer {
    return { known: this.#known.save(), rounds: this.#rounds, calledBack: this.#calledBack };
  }

  /** Only before anything is healed. */
  load({ known, rounds, calledBack }: SavedHealer): void {
    this.#known.load(known);
    this.#rounds = rounds;
    this.#calledBack = calledBack;
  }

  get healed(): Healed {
    return { from: this.#known.size, rounds: this.#rounds, calledBack: this.#calledBack };
  }

  /** What stays in transit from there on, whatever carriers do; null when all of it comes to an end. */
  problemAt(tuple: Uint32Array): string | null {
    for (const [column, nodes] of this.#nodes.entries()) this.#now[column] = nodes.stateOf(tuple[column] as number);
    if (!this.#known.add(this.#now, 0)) return null;
    const isQuiet = ({ pending }: Summary): boolean => pending === 0;
    if (this.#reaches((summaries) => summaries.every(isQuiet))) return null;
    this.#calledBack += 1;
    for (const [column, { party }] of this.#nodes.entries())
      this.#now[column] = party.callBack(this.#now[column] as number);
    if (this.#reaches((summaries) => summaries.every(isQuiet))) return null;
    return 'something stays in transit, whatever is carried and called back';
  }

  /**
   * Whether somebody can show from there on, by fresh files alone, that a memory was set back or copied: at once, or once
   * it is as old again as the one that was heard of before. Until then its word is merely late.
   */
  provesCopyAt(tuple: Uint32Array): boolean {
    for (const [column, nodes] of this.#nodes.entries()) this.#now[column] = nodes.stateOf(tuple[column] as number);
    if (!this.#known.add(this.#now, 0)) return true;
    const accuses = (summaries: readonly Summary[]): boolean => summaries.some((it) => it.accuses.length > 0);
    if (this.#reaches(accuses)) return true;
    for (const [column, { party }] of this.#nodes.entries())
      this.#now[column] = party.aged(this.#now[column] as number);
    return this.#reaches(accuses);
  }

  #reaches(goal: (summaries: readonly Summary[]) => boolean): boolean {
    for (let round = 0; round <= ROUNDS; round++) {
      if (goal(this.#nodes.map((nodes, column) => nodes.summaryOfState(this.#now[column] as number)))) {
        this.#rounds = Math.max(this.#rounds, round);
        return true;
      }
      this.#carry();
    }
    return false;
  }

  /** Every party's fresh update files to everybody, then everybody's fresh contexts. */
  #carry(): void {
    for (const [at] of this.#kinds.entries())
      for (let from = 0; from < this.#nodes.length; from++)
        for (let to = 0; to < this.#nodes.length; to++) if (from !== to) this.#now[to] = this.#afterAll(at, from, to);
  }

  #afterAll(kind: number, from: number, to: number): number {
    const sender = this.#now[from] as number;
    const receiver = this.#now[to] as number;
    const pair = (kind * this.#nodes.length + from) * this.#nodes.length + to;
    let byStates = this.#taken[pair];
    if (byStates === undefined) this.#taken[pair] = byStates = new Map();
    const known = byStates.get(sender * MANY + receiver);
    if (known !== undefined) return known;
    let after = receiver;
    const { party } = this.#nodes[to] as Nodes;
    for (const file of this.#filesOf(from, sender))
      if (file.to === party.key && file.kind === this.#kinds[kind]) after = party.take(after, file);
    byStates.set(sender * MANY + receiver, after);
    return after;
  }

  #filesOf(from: number, state: number): CarriedFile[] {
    return (this.#nodes[from] as Nodes).filesOf(state).map((file) => this.#shelf.get(file));
  }
}
