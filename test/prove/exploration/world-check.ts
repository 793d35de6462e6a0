import type { PublicKey } from '../../../container/model/ids.ts';
import type { FileShelf } from './file-shelf.ts';
import { type Healed, Healer, type SavedHealer } from './healer.ts';
import type { Nodes } from './nodes.ts';
import type { Link } from './pairs.ts';
import type { Summary } from './party.ts';
import type { SeatCounter, Seats } from './seats.ts';
import type { World } from './world.ts';

interface Imbalance {
  readonly what: string;
  /** Whether there are more seats than were granted and accepted, not fewer. */
  readonly more: boolean;
}

const NOBODY: ReadonlySet<PublicKey> = new Set();

/** Holds single states of a world against all that must be so. */
export class WorldCheck {
  readonly #world: World;
  readonly #nodes: readonly Nodes[];
  readonly #links: readonly Link[];
  readonly #counter: SeatCounter;
  readonly #healer: Healer;
  /** By column and node: what a party has by itself. */
  readonly #own: (Seats | undefined)[][];
  readonly #ownAccepted: (Seats | undefined)[][];
  readonly #sum: Int32Array;
  readonly #accepted: Int32Array;

  constructor(world: World, nodes: readonly Nodes[], links: readonly Link[], counter: SeatCounter, shelf: FileShelf) {
    this.#world = world;
    this.#nodes = nodes;
    this.#links = links;
    this.#counter = counter;
    this.#healer = new Healer(nodes, shelf);
    this.#own = nodes.map(() => []);
    this.#ownAccepted = nodes.map(() => []);
    this.#sum = new Int32Array(world.granted.size);
    this.#accepted = new Int32Array(world.granted.size);
  }

  save(): SavedHealer {
    return this.#healer.save();
  }

  load(saved: SavedHealer): void {
    this.#healer.load(saved);
  }

  get healed(): Healed {
    return this.#healer.healed;
  }

  /** What is wrong in that state; null when nothing is. */
  wrongIn(tuple: Uint32Array): string | null {
    const { memory, suspects = NOBODY } = this.#world;
    let isProven = false;
    for (let column = 0; column < tuple.length; column++) {
      const nodes = this.#nodes[column] as Nodes;
      const { wrong, accuses } = nodes.summaryOf(tuple[column] as number);
      if (wrong !== null) return `${nodes.party.name}: ${wrong}`;
      for (const { about, what } of accuses)
        if (memory === 'kept' && !suspects.has(about)) return `${nodes.party.name} accuses: ${what}`;
      isProven ||= memory !== 'kept' && accuses.length > 0;
    }
    for (const { from, to, pairs } of this.#links) {
      const { wrong } = pairs.at(tuple[from] as number, tuple[to] as number);
      if (wrong !== null) return wrong;
    }
    const imbalance = this.#imbalance(tuple);
    if (imbalance !== null) return isProven || this.#mayBe(imbalance, tuple) ? null : imbalance.what;
    return memory === 'kept' ? this.#healer.problemAt(tuple) : null;
  }

  /** Seats that may be wrong, since a memory was set back or copied. */
  #mayBe({ more }: Imbalance, tuple: Uint32Array): boolean {
    switch (this.#world.memory) {
      case 'kept':
        return false;
      case 'anchored':
        return !more;
      case 'copied':
        return this.#healer.provesCopyAt(tuple);
    }
  }

  #imbalance(tuple: Uint32Array): Imbalance | null {
    const sum = this.#sum.fill(0);
    const accepted = this.#accepted.fill(0);
    for (let column = 0; column < tuple.length; column++) {
      const node = tuple[column] as number;
      addTo(sum, this.#known(this.#own, column, node, this.#counter.own));
      addTo(accepted, this.#known(this.#ownAccepted, column, node, this.#counter.ownAccepted));
    }
    for (const { from, to, pairs } of this.#links) {
      const pair = pairs.at(tuple[from] as number, tuple[to] as number);
      if (pair.seats !== null) addTo(sum, pair.seats);
      if (pair.accepted !== null) addTo(accepted, pair.accepted);
    }
    let at = 0;
    for (const [item, granted] of this.#world.granted) {
      const there = sum[at] as number;
      const most = granted + (accepted[at] as number);
      if (there < granted || there > most)
        return {
          what: `item ${Number.parseInt(item, 16)} has ${there} seats, not ${range(granted, most)}`,
          more: there > most,
        };
      at += 1;
    }
    return null;
  }

  #known(table: (Seats | undefined)[][], column: number, node: number, count: (summary: Summary) => Seats): Seats {
    const known = table[column] as (Seats | undefined)[];
    let seats = known[node];
    if (seats === undefined)
      known[node] = seats = count.call(this.#counter, (this.#nodes[column] as Nodes).summaryOf(node));
    return seats;
  }
}

function range(least: number, most: number): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

function addTo(sum: Int32Array, seats: Seats): void {
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (seats[at] as number);
}
