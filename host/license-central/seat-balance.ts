import type { IssueRight } from '../../container/files/certificate.ts';
import type { Grant, TransferTerms } from '../../container/files/grant.ts';
import type { PublicKey } from '../../container/model/ids.ts';

/** What this server was told of the seats of one item that one container has, and of those that went in or out since. */
export interface ToldSeats {
  readonly container: PublicKey;
  /** Held and in transit, by the container's own newest word; 0 when it told nothing. */
  readonly told: number;
  /** Moves out of it and into it that others told of and that its own word does not know yet, though it may have made them since. */
  readonly left: number;
  readonly arrived: number;
  /** Whether its word and its custody log certainly belong together: all that went in or out before it is known. */
  readonly whole: boolean;
  /** Seats that came to it by its custody log, as far as it is known, less those that went; 0 where the log is whole. */
  readonly logged: number;
  readonly issues: IssueRight;
  /** Whether it was proven to be set back or copied. */
  readonly contradicted: boolean;
  /** Whether it was set back, and its word is of the state that its vendor accepted: it keeps what it has, for good. */
  readonly accepted: boolean;
  /** The seats of the whole license, when they were taken from it at once, for good; otherwise 0. */
  readonly taken: number;
  /** Whether then certainly no seat is anywhere else. */
  readonly takenForGood: boolean;
}

/** What is to be of a license: what was granted to whom, and whether it still stands. */
export interface Balanced extends Pick<Grant, 'quantity' | 'terms' | 'firstHolder'> {
  /** Whether it was refused, withdrawn or replaced, so that no seat of it is to be anywhere. */
  readonly over: boolean;
}

/** Seats that have left a container since its own word, beyond those that are known to have come to it. */
function leftSince({ left, arrived }: Pick<ToldSeats, 'left' | 'arrived'>): number {
  return Math.max(0, left - arrived);
}

/**
 * Seats that have come to a container since its own word, beyond those that are known to have left it: all of them where it
 * never told anything. Where a part of its log is lost they may be in its word.
 */
export function cameSince({ left, arrived, whole, accepted }: ToldSeats): number {
  return whole && !accepted ? Math.max(0, arrived - left) : 0;
}

/**
 * Seats of each container, in their order, that left it since its own word; the word may be of fewer.
 *
 * A move that a container has not told of came after its word, where its log is whole. Where a part of the log is lost, the move
 * may as well be in that part, and never be told of: then as many seats have left since as its word does not account for, and
 * only if the words of all show that so many are elsewhere.
 */
export function seatsLeft(containers: readonly ToldSeats[], grant: Balanced | null): number[] {
  const left = containers.map((it) => (it.whole && !it.accepted ? Math.min(it.told, leftSince(it)) : 0));
  if (grant === null) return left;
  const shown = containers.reduce((sum, it, at) => sum + it.told - (left[at] ?? 0) + cameSince(it), 0);
  let elsewhere = shown - countSeats(containers, grant);
  return containers.map((it, at) => {
    if (it.whole || it.accepted) return left[at] ?? 0;
    const since = Math.min(it.told, elsewhere, Math.max(0, leftSince(it) + Math.min(0, beyondKnown(it, grant))));
    elsewhere -= since;
    return since;
  });
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
 * debt against, nor has one from which all was taken: what left it since, a copy gave. Where a state that was set back was
 * accepted, what it shows is there again, whatever left the container after that state.
 *
 * Where a part of a custody log is lost, as after the loss of this server's data, what its container has not told of may have
 * been told of in that part. The words count as they are then, up to what was granted. Only what is more than that whichever
 * way it was is too much: also when all that others told of left the container since, and when all seats that it shows beyond
 * what it is known to have got are still in the word of whoever gave them.
 */
export function countSeats(containers: readonly ToldSeats[], grant: Balanced): number {
  const most = sumOf(containers, grant, (it) => ({ left: it.whole ? leftSince(it) : 0, debt: 0 }));
  const least = sumOf(containers, grant, (it) => ({
    left: leftSince(it),
    // The log of a contradicted container is that of several copies.
    debt: it.whole || it.contradicted ? 0 : Math.max(0, beyondKnown(it, grant)),
  }));
  return Math.max(least, Math.min(most, grant.over ? 0 : grant.quantity));
}

/** Seats in states that containers were set back to and that were accepted. */
export function acceptedSeats(containers: readonly Pick<ToldSeats, 'accepted' | 'told'>[]): number {
  return containers.reduce((sum, { accepted, told }) => sum + (accepted ? told : 0), 0);
}

/** Seats that a container shows beyond what it was granted and its known log leaves it; below 0 when it shows fewer. */
function beyondKnown({ container, told, logged, taken }: ToldSeats, { firstHolder, quantity }: Balanced): number {
  return told + taken - logged - (container === firstHolder ? quantity : 0);
}

function sumOf(
  containers: readonly ToldSeats[],
  { terms }: Balanced,
  less: (container: ToldSeats) => { readonly left: number; readonly debt: number },
): number {
  let moving = 0;
  let kept = 0;
  for (const container of containers) {
    if (container.accepted) {
      kept += container.told;
      continue;
    }
    const { left, debt } = less(container);
    const balance = container.told - left + cameSince(container);
    moving -= debt;
    if (container.contradicted || container.takenForGood) kept += Math.max(0, balance);
    else if (mayGive(container, terms)) moving += balance;
    else kept += balance;
  }
  return kept + Math.max(0, moving);
}

function mayGive({ issues }: ToldSeats, { type, returnable }: TransferTerms): boolean {
  return (issues === 'move' && type !== 'none') || (issues !== 'nothing' && returnable);
}
