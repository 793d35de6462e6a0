import type { Listing } from '../../../container/commands/list.ts';
import { FerryError } from '../../../container/errors.ts';
import type { ContainerKind } from '../../../container/files/certificate.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { MoveIssuer, MoveOrder } from '../../../state-machines/index.ts';

/** A context file and whose it is. */
export interface TargetContext {
  readonly raw: Uint8Array;
  readonly key: PublicKey;
  readonly serial: string;
  readonly kind: ContainerKind;
}

/** What is in transit after an order, and the files that carry it. */
export interface Issued {
  readonly first: number;
  readonly last: number;
  /** Whether the order had been carried out before. */
  readonly repeated: boolean;
  readonly updates: readonly Uint8Array[];
}

/** What a context or receipt told its issuer. */
export interface Settled {
  readonly target: string;
  /** The firm of a License Central that it was made for; null: it was made for a container. */
  readonly firmCode: number | null;
  /** Whether a License Central did not know the target before. */
  readonly madeKnown: boolean;
  /** Whether a License Central had taken this very file before; null: a container does not remember. */
  readonly repeated: boolean | null;
  /** Entries still in transit to the target. */
  readonly pending: number;
  /** Whether it settled nothing that was in transit. A License Central may have learned of its licenses all the same. */
  readonly late: boolean;
  /** Entries settled by it; reason 0: applied, otherwise the number of the error that they came back for. */
  readonly entries: readonly { readonly sequence: number; readonly reason: number }[];
  /** Sequences that were applied although they had been cancelled: the cancellation came too late. */
  readonly tooLate: readonly number[];
  /** Sequences settled by it that their vendor had written off before: what they moved is held again since then. */
  readonly writtenOff: readonly number[];
  /** Sequences that were applied or refused, but a restored server has lost which. */
  readonly unsure: readonly number[];
  /** The epoch in which the channel of a restored server began anew, behind this context; null: it did not. */
  readonly newEpoch: number | null;
  /** Licenses that were written off, yet are shown: duplicates that their vendor accepted. */
  readonly duplicates: readonly {
    readonly itemId: string;
    readonly quantity: number;
    /** What people call the license; null where that is not at hand. */
    readonly product: string | null;
  }[];
  /** Licenses of which more seats are shown now than were granted. */
  readonly surplus: readonly { readonly itemId: string; readonly quantity: number }[];
  /** What shows that the target was set back or copied; null for an honest one. */
  readonly contradiction: string | null;
  /** Others that the target proved to have been set back or copied, and why. */
  readonly proven: readonly { readonly serial: string; readonly why: string }[];
}

export interface Cancelled {
  /** Cancelled now; empty when everything had been cancelled before. */
  readonly sequences: readonly number[];
  readonly updates: readonly Uint8Array[];
}

/** Whoever gives licenses, as the command line works with it: a container, or a firm of a License Central. */
export interface Issuer {
  /** Its side of a move. */
  moves(): Promise<MoveIssuer>;
  /** Whether it gives that target anything at all, as far as it knows beforehand. @throws TARGET_REVOKED, CERTIFICATE_REVOKED, FIRM_WITHDRAWN */
  admit(target: Listing): Promise<void>;
  /**
   * Puts what was ordered in transit to the target. Repeating an order never gives twice; without an order, what is in
   * transit is given again. @throws NOTHING_IN_TRANSIT when nothing is
   */
  issue(target: TargetContext, order: MoveOrder | undefined): Promise<Issued>;
  /** Gives again what is in transit to a target. @param serial of the target @throws NOTHING_IN_TRANSIT */
  again(serial: string): Promise<Issued>;
  /** Takes a context or receipt home. Repeatable. */
  settle(context: Uint8Array): Promise<Settled>;
  /** Cancels what is in transit to a target, or those sequences of it. @throws NOTHING_IN_TRANSIT, NOT_PENDING */
  cancel(serial: string, sequences: readonly number[] | undefined): Promise<Cancelled>;
}

/** Which of the entries that were in transit were applied although they had been cancelled. */
export function appliedThoughCancelled(
  open: readonly { readonly sequence: number; readonly cancelled: boolean }[],
  settled: Settled['entries'],
): number[] {
  const cancelled = new Set(open.filter((entry) => entry.cancelled).map(({ sequence }) => sequence));
  return settled
    .filter(({ sequence, reason }) => reason === 0 && cancelled.has(sequence))
    .map(({ sequence }) => sequence);
}

/** The sequences that are in transit to a target. @param from what people call the issuer @throws NOTHING_IN_TRANSIT */
export function runOf(
  transit: readonly { readonly target: PublicKey; readonly sequence: number }[],
  { key, serial }: { readonly key: PublicKey | undefined; readonly serial: string },
  from: string,
): Omit<Issued, 'updates'> {
  const sequences = transit.filter(({ target }) => target === key).map(({ sequence }) => sequence);
  if (sequences.length === 0) throw new FerryError('NOTHING_IN_TRANSIT', { from, target: serial });
  return { first: Math.min(...sequences), last: Math.max(...sequences), repeated: true };
}
