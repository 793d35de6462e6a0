import { isExplained } from '../failure.ts';
import { entriesOfOrder, type LicenseMoveContext } from './license-move-context.ts';
import type { IssuerListing, MoveIssuer } from './move-ports.ts';

type Transit = IssuerListing['transit'][number];

/** What is known at the end of a run to be in transit. */
export interface StillInTransit {
  /** Ascending. */
  readonly sequences: readonly number[];
  /** Whether it was asked to be issued, the answer never came, and the issuer cannot be asked any more what it did. */
  readonly isUnheard: boolean;
}

/**
 * The sequences that an order has put in transit and that are not settled, as the issuer shows them. Where it cannot be asked any
 * more: those of which the run has not heard that the target has dealt with them; before the run has heard of any, those that the
 * issuer showed before it.
 *
 * @param before what the issuer showed before the run
 */
export async function stillInTransit(
  issuer: Pick<MoveIssuer, 'list'>,
  context: LicenseMoveContext,
  before: Pick<IssuerListing, 'transit'>,
): Promise<StillInTransit> {
  try {
    return { sequences: inTransitOf(await issuer.list(), context), isUnheard: false };
  } catch (error) {
    if (!isExplained(error)) throw error;
    if (context.issued === null)
      return { sequences: inTransitOf(before, context), isUnheard: context.context !== null };
    const waiting = entriesOfOrder(context).filter(({ state }) => state === 'waiting');
    return { sequences: waiting.map(({ sequence }) => sequence), isUnheard: false };
  }
}

/** The same from a listing of the issuer. What was written off is held again, and in transit no more. */
export function inTransitOf(
  { transit }: Pick<IssuerListing, 'transit'>,
  context: LicenseMoveContext,
): readonly number[] {
  const own = transit.filter((entry) => !entry.writtenOff && isOfOrder(entry, context));
  return own.map(({ sequence }) => sequence).sort((one, other) => one - other);
}

/**
 * Whether an order has been issued and nothing of it is in transit any more, so that finishing it moves nothing: the target has
 * dealt with all of it, its vendor has written it off, or another order took what this one was planned from.
 */
export function isOver(listing: Pick<IssuerListing, 'transit' | 'channels'>, context: LicenseMoveContext): boolean {
  const { planned, issued } = context;
  if (planned === null) return false;
  const { targetKey, first, last } = planned.plan;
  const known = listing.channels.find(({ partner }) => partner === targetKey)?.issued ?? 0;
  const wasIssued = issued !== null || last !== null || known >= first;
  return wasIssued && inTransitOf(listing, context).length === 0;
}

/** Whether entries of an order were written off by their vendor. */
export function hasWrittenOff({ transit }: Pick<IssuerListing, 'transit'>, context: LicenseMoveContext): boolean {
  return transit.some((entry) => entry.writtenOff && isOfOrder(entry, context));
}

/**
 * Whether a move was planned and nothing of it was ever issued, by what the issuer shows now: the sequence that its order was to
 * create is still free. Such a move is no order yet.
 */
export function isUnissued({ channels }: Pick<IssuerListing, 'channels'>, context: LicenseMoveContext): boolean {
  const { planned, issued } = context;
  if (planned === null || issued !== null || planned.plan.last !== null) return false;
  const { targetKey, first } = planned.plan;
  return (channels.find(({ partner }) => partner === targetKey)?.issued ?? 0) < first;
}

function isOfOrder(entry: Transit, { planned, issued }: LicenseMoveContext): boolean {
  if (planned === null || entry.target !== planned.plan.targetKey) return false;
  const { first, last, parts } = planned.plan;
  const end = issued?.last ?? last;
  if (end !== null) return entry.sequence >= first && entry.sequence <= end;
  // Whether it was issued was not heard: an entry that takes what the order was to take is its own.
  const isPlanned = (holding: number, quantity: number | undefined): boolean =>
    parts.some((part) => part.holding === holding && part.quantity === quantity);
  return entry.sequence >= first && entry.holdings.every((holding, at) => isPlanned(holding, entry.quantities[at]));
}
