/** A record costs about as much to read and check as two changes cost to carry out, beside its own changes. */
const RECORD = 2;
/** What a history may always cost: 2,731 records of one change each. */
const LEAST = 8192;

/**
 * What opening a container costs beside its snapshot, counted in changes: says when the history since the snapshot is
 * better replaced by a new one.
 *
 * A history may grow to a quarter of its snapshot, so that opening costs at most a quarter more than the state itself,
 * and every change pays for the writing of a bounded number of others, however large the state is.
 */
export class ReplayCost {
  #limit: number;
  #cost = 0;

  /** `changes` is the number of changes in the snapshot. */
  constructor(changes: number) {
    this.#limit = Math.max(LEAST, changes / 4);
  }

  /** A record with that many changes was appended. */
  add(changes: number): void {
    this.#cost += RECORD + changes;
  }

  /** Whether the history is long enough to be replaced before the next record. */
  get isHigh(): boolean {
    return this.#cost >= this.#limit;
  }
}
