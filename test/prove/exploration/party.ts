import type { Hash, PublicKey } from '../../../container/model/ids.ts';

/** A file that a party has made, as the carrier keeps it. */
export interface CarriedFile {
  readonly kind: 'context' | 'update';
  readonly to: PublicKey;
  readonly bytes: Uint8Array;
}

/** Something that a party does, and the state that it is in afterwards. */
export interface Act {
  readonly label: string;
  readonly after: number;
  /** Whether it befalls the party: nothing may depend on it to come to a good end. */
  readonly fate?: true;
}

/** Seats that count, or count no more, from when the partner has applied an entry. */
export interface Claim {
  readonly target: PublicKey;
  readonly sequence: number;
  readonly item: string;
  readonly seats: number;
  /**
   * `untilApplied`: in transit, still the issuer's. `onceApplied`: granted (or with a negative number, withdrawn).
   * `twiceOnceApplied`: written off, so that there may be as many seats more.
   */
  readonly counts: 'untilApplied' | 'onceApplied' | 'twiceOnceApplied';
}

/** Signed proof that somebody was set back, copied, or had what was written off. */
export interface Accusation {
  readonly about: PublicKey;
  readonly what: string;
}

/** How far a channel has come, and the chain value there. */
export interface Head {
  readonly through: number;
  readonly chain: Hash;
}

/** What the invariants need to know of one state of one party; small, and made once for each state. */
export interface Summary {
  /** Free seats by item that can be used. */
  readonly held: ReadonlyMap<string, number>;
  readonly claims: readonly Claim[];
  /** Seats by item that were granted, as far as the firm itself knows that they arrived; or what a container was granted. */
  readonly granted: ReadonlyMap<string, number>;
  /** Seats by item that may be there beyond what was granted: their vendor has accepted that. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Words by which this firm has accepted the state of a container that was set back. */
  readonly words: ReadonlySet<string>;
  /** The word of each firm, by its key, without which what is of that firm may not be used here. */
  readonly needs: ReadonlyMap<PublicKey, string>;
  /** Entries that wait for a receipt. */
  readonly pending: number;
  /** How far the party has applied what each issuer issued, and what it refused of it. */
  readonly applied: ReadonlyMap<PublicKey, Head & { readonly refused: ReadonlySet<number> }>;
  /** How far what it issued to each target is settled. */
  readonly settled: ReadonlyMap<PublicKey, Head>;
  /** What no history may lead to; null while all is well. */
  readonly wrong: string | null;
  readonly accuses: readonly Accusation[];
}

/**
 * A party of an explored world: a finite set of states under numbers, and what leads from one to another. Everything is
 * a function of the state's number and of the file: the explorer asks once and remembers.
 */
export interface Party {
  readonly name: string;
  readonly key: PublicKey;
  readonly initial: number;
  /** Every file that the party may make in that state. Making one changes nothing. */
  files(state: number): readonly CarriedFile[];
  /** What it may do by itself. */
  acts(state: number): readonly Act[];
  /** What it may do with a file that it is handed. */
  receive(state: number, file: CarriedFile): readonly Act[];
  /** The state after a file is taken in and nothing else is wanted. */
  take(state: number, file: CarriedFile): number;
  /** The state after everything that is in transit was called back. */
  callBack(state: number): number;
  /** The state after so much of its own life that it is newer than every word that was heard of it. */
  aged(state: number): number;
  summary(state: number): Summary;
  /** Its states by their numbers, as plain values that share what is shared. */
  save(): unknown;
  /** Takes up what `save` gave: the same numbers mean the same states again. Only before anything is asked. */
  load(saved: unknown): void;
}

/** A party did what no rule allows, whatever state that leads to. */
export class BrokenRule extends Error {
  /** Who did what. */
  readonly step: string;

  constructor(what: string, step: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'BrokenRule';
    this.step = step;
  }
}
