import type { Deferral, EntryOutcome } from '../entry-outcome.ts';
import type { Failure } from '../failure.ts';
import type { SnapshotStore } from '../runtime/snapshot-store-port.ts';
import type { MovedEntry } from './license-move-context.ts';
import type { MoveParties } from './move-actors.ts';
import type { MoveOrder, MovePlan } from './move-order.ts';
import type { MoveNotes } from './noting-store.ts';

export type MoveState = 'moved' | 'movedInPart' | 'refused' | 'interrupted';

/** What a run tells while it works. */
export type MoveProgress =
  /** An unfinished move of the same order was found and goes on from there. */
  | { readonly kind: 'resumed'; readonly order: MoveOrder; readonly from: string }
  /** An unfinished move of another order between the two was found; it is finished first. */
  | { readonly kind: 'finishingEarlier'; readonly order: MoveOrder; readonly from: string }
  /** An unfinished move of another order between the two has issued nothing: it is forgotten, and the new one made instead. */
  | { readonly kind: 'replacing'; readonly order: MoveOrder }
  /** The unfinished move of the same order was ended by hand meanwhile, with nothing moved; the order starts afresh. */
  | { readonly kind: 'endedByHand'; readonly order: MoveOrder; readonly failure: Failure | null }
  /** Another order took what this one was planned from, before anything of it was issued; it is planned anew. */
  | { readonly kind: 'overtaken'; readonly failure: Failure | null }
  /** What was stored of an unfinished move cannot be used; the order starts afresh, as the caller wished. */
  | { readonly kind: 'startingOver'; readonly failure: Failure }
  /** The machine entered that state. */
  | { readonly kind: 'entered'; readonly state: string };

/** That a move is one program's alone. */
export interface MoveClaim {
  release(): void;
}

export interface MoveRequest extends MoveParties {
  readonly order: MoveOrder;
  readonly store: SnapshotStore;
  readonly onProgress?: (progress: MoveProgress) => void;
  /**
   * What to do when an unfinished move is stored but cannot be used. `refuse` unless said otherwise.
   *
   * `startOver` forgets what is stored and plans from what the two containers show: whatever is in transit is delivered and
   * settled, and nothing is lost or doubled. An order of which everything was settled is no longer seen, and made again.
   */
  readonly badSnapshot?: 'refuse' | 'startOver';
  /**
   * Makes this run the only one of that move until it lets go. Without, the caller sees to it that there is one run at a time
   * between the same two. @throws MOVE_UNDER_WAY
   */
  readonly claim?: (id: string) => MoveClaim;
  /** Where it is noted how the move was begun. Without, only the same order resumes it. */
  readonly notes?: MoveNotes;
}

export interface MoveResult {
  readonly state: MoveState;
  readonly order: MoveOrder;
  /** Null when nothing could be planned. */
  readonly plan: MovePlan | null;
  /** Every entry of the order and where it stands. */
  readonly entries: readonly MovedEntry[];
  /** What else had been in transit to the target and arrived, or came back, along with the order. */
  readonly along: readonly EntryOutcome[];
  /**
   * Sequences that the order has put in transit and that are not settled, ascending, however the run ended: nothing of
   * them is lost, and they can be delivered or cancelled. When the issuer cannot be asked any more, those that the target
   * is not known to have. Empty once the order has moved.
   */
  readonly inTransit: readonly number[];
  /** Whether the issuer was asked to issue it, did not answer, and cannot be asked any more: then it may be in transit. */
  readonly unheard: boolean;
  readonly deferral: Deferral | null;
  /** Why it was refused or interrupted, or why its last step was not done. */
  readonly failure: Failure | null;
  readonly resumed: boolean;
  /** The unfinished move that was ended first: of another order, or of this one when it had been ended by hand. */
  readonly earlier: MoveResult | null;
}
