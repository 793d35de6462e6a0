import type { FileShelf } from './file-shelf.ts';
import type { Act, Party, Summary } from './party.ts';

/**
 * The nodes of one party: its states, each with what it left behind on the way. The carrier keeps every file that the
 * party could make in any state that it was in. That covers a file that was never made, was lost, or was made and lost
 * with the power right behind its commit, since nobody has to deliver it.
 *
 * What a party does depends on its state and the file alone, so it is asked once for each; nodes add the files.
 */
export class Nodes {
  readonly party: Party;
  readonly #shelf: FileShelf;
  readonly #columns: ReadonlyMap<string, number>;
  /** By node: its state, its files ascending, and the same by the column of who they are for. */
  readonly #states: number[] = [];
  readonly #files: (readonly number[])[] = [];
  readonly #filesFor: (readonly number[])[][] = [];
  readonly #numbers = new Map<string, number>();
  /** By node: the node that follows with each state. */
  readonly #next: Map<number, number>[] = [];
  /** By state. */
  readonly #made: (readonly number[] | undefined)[] = [];
  readonly #acts: (readonly Act[] | undefined)[] = [];
  readonly #receipts: (readonly Act[] | undefined)[][] = [];
  readonly #summaries: (Summary | undefined)[] = [];

  constructor(party: Party, shelf: FileShelf, columns: ReadonlyMap<string, number>) {
    this.party = party;
    this.#shelf = shelf;
    this.#columns = columns;
  }

  save(): SavedNodes {
    return { party: this.party.save(), states: this.#states, files: this.#files };
  }

  /** Only before the first node is asked for; what follows from a node is worked out again. */
  load({ party, states, files }: SavedNodes): void {
    this.party.load(party);
    for (const [node, state] of states.entries()) this.#add(state, files[node] as readonly number[]);
  }

  initial(): number {
    return this.#number(this.party.initial, []);
  }

  stateOf(node: number): number {
    return this.#states[node] as number;
  }

  /** Numbers of the files that this party has made for the party in that column. */
  filesFor(node: number, column: number): readonly number[] {
    return this.#filesFor[node]?.[column] ?? NONE;
  }

  /** The files that the party can make in a state. */
  filesOf(state: number): readonly number[] {
    let made = this.#made[state];
    if (made === undefined) {
      made = this.party.files(state).map((file) => this.#shelf.put(file, this.party.name));
      this.#made[state] = made;
    }
    return made;
  }

  summaryOf(node: number): Summary {
    return this.summaryOfState(this.stateOf(node));
  }

  summaryOfState(state: number): Summary {
    let summary = this.#summaries[state];
    if (summary === undefined) this.#summaries[state] = summary = this.party.summary(state);
    return summary;
  }

  acts(node: number): readonly Act[] {
    const state = this.stateOf(node);
    let acts = this.#acts[state];
    if (acts === undefined) this.#acts[state] = acts = this.party.acts(state);
    return acts;
  }

  receive(node: number, file: number): readonly Act[] {
    const state = this.stateOf(node);
    let byFile = this.#receipts[state];
    if (byFile === undefined) this.#receipts[state] = byFile = [];
    let acts = byFile[file];
    if (acts === undefined) byFile[file] = acts = this.party.receive(state, this.#shelf.get(file));
    return acts;
  }

  /** The node after that act. */
  after(node: number, { after }: Act): number {
    const next = this.#next[node] as Map<number, number>;
    const known = next.get(after);
    if (known !== undefined) return known;
    const found = this.#number(after, this.#files[node] as readonly number[]);
    next.set(after, found);
    return found;
  }

  #number(state: number, before: readonly number[]): number {
    const files = [...new Set([...before, ...this.filesOf(state)])].sort((one, other) => one - other);
    const name = `${state}:${files.join()}`;
    const known = this.#numbers.get(name);
    return known ?? this.#add(state, files);
  }

  #add(state: number, files: readonly number[]): number {
    this.#numbers.set(`${state}:${files.join()}`, this.#states.length);
    this.#files.push(files);
    this.#filesFor.push(this.#byReceiver(files));
    this.#next.push(new Map());
    return this.#states.push(state) - 1;
  }

  #byReceiver(files: readonly number[]): number[][] {
    const byColumn: number[][] = [];
    for (const file of files) {
      const column = this.#columns.get(this.#shelf.get(file).to);
      if (column === undefined) continue;
      const there = byColumn[column] ?? [];
      byColumn[column] = there;
      there.push(file);
    }
    return byColumn;
  }
}

/** What makes nodes the same again in another run. */
export interface SavedNodes {
  readonly party: unknown;
  readonly states: readonly number[];
  readonly files: readonly (readonly number[])[];
}

const NONE: readonly number[] = [];
