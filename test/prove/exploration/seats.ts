import type { Claim, Party, Summary } from './party.ts';

/** Seats of the explored items, in their order. */
export type Seats = readonly number[];

/** Counts seats: what each party has by itself, and what depends on how far a partner has applied. */
export class SeatCounter {
  readonly #items: readonly string[];

  constructor(items: readonly string[]) {
    this.#items = items;
  }

  /** What a party has for itself, what was granted to anybody taken off. */
  own({ held, granted }: Summary): Seats {
    return this.#items.map((item) => (held.get(item) ?? 0) - (granted.get(item) ?? 0));
  }

  /** What may be there beyond what was granted, as far as a party knows by itself. */
  ownAccepted({ accepted }: Summary): Seats {
    return this.#items.map((item) => accepted.get(item) ?? 0);
  }

  /** What the issuer's entries to the target add to `own`; null when nothing. */
  between(issuer: Party, claims: readonly Claim[], target: Party, known: Summary['applied']): Seats | null {
    return this.#sum(issuer, claims, target, known, ({ counts, seats }, isApplied) => {
      if (counts === 'twiceOnceApplied' || isApplied !== (counts === 'onceApplied')) return 0;
      return isApplied ? -seats : seats;
    });
  }

  /** What they add to `ownAccepted`; null when nothing. */
  acceptedBetween(issuer: Party, claims: readonly Claim[], target: Party, known: Summary['applied']): Seats | null {
    return this.#sum(issuer, claims, target, known, ({ counts, seats }, isApplied) =>
      counts === 'twiceOnceApplied' && isApplied ? seats : 0,
    );
  }

  #sum(
    issuer: Party,
    claims: readonly Claim[],
    target: Party,
    known: Summary['applied'],
    worth: (claim: Claim, isApplied: boolean) => number,
  ): Seats | null {
    const seats = this.#items.map(() => 0);
    const applied = known.get(issuer.key);
    for (const claim of claims) {
      const { sequence } = claim;
      if (claim.target !== target.key) continue;
      const isApplied = applied !== undefined && sequence <= applied.through && !applied.refused.has(sequence);
      const at = this.#items.indexOf(claim.item);
      seats[at] = (seats[at] ?? 0) + worth(claim, isApplied);
    }
    return seats.some((some) => some !== 0) ? seats : null;
  }
}
