import type { Nodes } from './nodes.ts';
import type { SeatCounter, Seats } from './seats.ts';

/** What one party's node is to another one's: everything that its files can lead to there, and the seats between them. */
export interface Pair {
  /** Nodes of the receiver, each once, its own left out. */
  readonly successors: readonly number[];
  readonly seats: Seats | null;
  /** Seats that may be there beyond what was granted. */
  readonly accepted: Seats | null;
  /** What must not be between the two. */
  readonly wrong: string | null;
}

const NOTHING: Pair = { successors: [], seats: null, accepted: null, wrong: null };

/** The pairs of a sender and a receiver, worked out once each. */
export class Pairs {
  readonly #sender: Nodes;
  readonly #receiver: Nodes;
  readonly #column: number;
  readonly #counter: SeatCounter;
  readonly #rows: (Pair | undefined)[][] = [];

  constructor(sender: Nodes, receiver: Nodes, column: number, counter: SeatCounter) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#column = column;
    this.#counter = counter;
  }

  at(from: number, to: number): Pair {
    let row = this.#rows[from];
    if (row === undefined) this.#rows[from] = row = [];
    let pair = row[to];
    if (pair === undefined) row[to] = pair = this.#make(from, to);
    return pair;
  }

  #make(from: number, to: number): Pair {
    const successors = new Set<number>();
    for (const file of this.#sender.filesFor(from, this.#column))
      for (const act of this.#receiver.receive(to, file)) successors.add(this.#receiver.after(to, act));
    successors.delete(to);
    const { seats, accepted } = this.#seatsBetween(from, to);
    const wrong = this.#wrongBetween(from, to);
    const isNothing = successors.size === 0 && seats === null && accepted === null && wrong === null;
    return isNothing ? NOTHING : { successors: [...successors], seats, accepted, wrong };
  }

  /** An issuer lets go only what its target applied or refused: the very same entries (R4). */
  #wrongBetween(from: number, to: number): string | null {
    const [issuer, target] = [this.#sender, this.#receiver];
    const settled = issuer.summaryOf(from).settled.get(target.party.key);
    const applied = target.summaryOf(to).applied.get(issuer.party.key);
    const needed = target.summaryOf(to).needs.get(issuer.party.key);
    if (needed !== undefined && !issuer.summaryOf(from).words.has(needed))
      return `${target.party.name} has what ${issuer.party.name} has not accepted in this state`;
    const isSame = settled === undefined || settled.through !== applied?.through || settled.chain === applied.chain;
    return isSame ? null : `${issuer.party.name} has settled other entries than ${target.party.name} has applied`;
  }

  #seatsBetween(from: number, to: number): Pick<Pair, 'seats' | 'accepted'> {
    const { claims } = this.#sender.summaryOf(from);
    if (claims.length === 0) return { seats: null, accepted: null };
    const { applied } = this.#receiver.summaryOf(to);
    const [sender, receiver] = [this.#sender.party, this.#receiver.party];
    return {
      seats: this.#counter.between(sender, claims, receiver, applied),
      accepted: this.#counter.acceptedBetween(sender, claims, receiver, applied),
    };
  }
}

/** Who may hand files to whom, by their columns. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly pairs: Pairs;
}
