import { CATALOGUE, codeOfNumber } from '../../container/errors.ts';

/** How an entry ended. `reason`: 0 when it was applied, otherwise the number of the error that it was refused for. */
interface Ended {
  readonly reason: number;
}

/** Refusals that somebody wished for, the issuer or the owner of the target: nothing is wrong. */
const WISHED: ReadonlySet<number> = new Set([0, CATALOGUE.CANCELLED.number, CATALOGUE.REFUSED_BY_OWNER.number]);

/**
 * The exit code of what became of entries: 0 when all were applied, called back or refused by hand, that of the first refusal when nothing was
 * applied, otherwise the one for a work done in part.
 *
 * @param isMore whether something beside these entries was done or is left to do
 */
export function exitOfEntries(entries: readonly Ended[], isMore = false): number {
  const [first] = entries.filter(({ reason }) => !WISHED.has(reason));
  if (first === undefined) return isMore ? CATALOGUE.DONE_IN_PART.exit : 0;
  if (isMore || entries.some(({ reason }) => reason === 0)) return CATALOGUE.DONE_IN_PART.exit;
  return CATALOGUE[codeOfNumber(first.reason) ?? 'PEER_REFUSED'].exit;
}
