import { isExplained } from '../failure.ts';
import { entriesOfOrder, type LicenseMoveContext } from './license-move-context.ts';
import type { IssuerListing, MoveIssuer } from './move-ports.ts';

type Transit = IssuerListing['transit'][number];

/**
 * The sequences that an order has put in transit and that are not settled, ascending, as the issuer shows them. Where it
 * cannot be asked any more: those of which the run has not heard that the target has dealt with them.
 */
export async function stillInTransit(
  issuer: Pick<MoveIssuer, 'list'>,
  context: LicenseMoveContext,
): Promise<readonly number[]> {
  try {
    const { transit } = await issuer.list();
    const own = transit.filter((entry) => isOfOrder(entry, context));
    return own.map(({ sequence }) => sequence).sort((one, other) => one - other);
  } catch (error) {
    if (!isExplained(error)) throw error;
    return entriesOfOrder(context).flatMap(({ state, sequence }) => (state === 'waiting' ? [sequence] : []));
  }
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
