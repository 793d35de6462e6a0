import type { IssueRight } from '../../container/files/certificate.ts';
import type { Grant, TransferTerms } from '../../container/files/grant.ts';

/** What this server was told of the seats of one item that one container has, and of those that went in or out since. */
export interface ToldSeats {
  /** Held and in transit, by the container's own newest word; 0 when it told nothing. */
  readonly told: number;
  /** Moves out of it and into it that others told of, and that its own word does not know yet. */
  readonly left: number;
  readonly arrived: number;
  /** Whether its word and its custody log certainly belong together: all that went in or out before it is known. */
  readonly whole: boolean;
  readonly issues: IssueRight;
  /** Whether it was proven to be set back or copied. */
  readonly contradicted: boolean;
  /** Whether all seats there are were taken from it at once, for good. */
  readonly taken: boolean;
}

/** Seats that have left a container since its own word, beyond those that are known to have come to it. */
export function leftSince({ left, arrived }: Pick<ToldSeats, 'left' | 'arrived'>): number {
  return Math.max(0, left - arrived);
}

/**
 * The seats of one item that certainly exist, by words of different age: what every container told of itself, without
 * those that left it since.
 *
 * Every move is told of twice, by its sender once it is settled and by its target. Told of by the target alone, its seats
 * are still in the sender's word, so they are taken off there. Told of by the sender alone, they are nowhere: they are
 * unaccounted for, and only make up for seats that are known to have left the target again.
 *
 * More may have left a container than it told of: then it got seats that nobody told of yet, out of others' older words.
 * So its debt is set against what all those have that may give. As long as everybody is honest the sum is never more
 * than was granted, in whatever order words come. Two things make it more: a container that was copied and of which both
 * copies told, as the seats that one copy kept are in its word and those that the other gave are with their targets; and
 * more seats in containers that cannot give them back than were granted. A contradicted container has nothing to set its
 * debt against, nor has one from which all was taken: what left it since, a copy gave.
 *
 * Where the way of some seats is not known, as after the loss of this server's data, no more than was granted is certain.
 */
export function countSeats(
  containers: readonly ToldSeats[],
  { quantity, terms }: Pick<Grant, 'quantity' | 'terms'>,
): number {
  let moving = 0;
  let kept = 0;
  for (const container of containers) {
    const balance = container.told - leftSince(container);
    if (container.contradicted || container.taken) kept += Math.max(0, balance);
    else if (mayGive(container, terms)) moving += balance;
    else kept += balance;
  }
  const certain = kept + Math.max(0, moving);
  return containers.every(({ whole }) => whole) ? certain : Math.min(certain, quantity);
}

function mayGive({ issues }: ToldSeats, { type, returnable }: TransferTerms): boolean {
  return (issues === 'move' && type !== 'none') || (issues !== 'nothing' && returnable);
}
