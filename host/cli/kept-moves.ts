import { CATALOGUE, FerryError } from '../../container/errors.ts';
import type { UnfinishedMove } from '../../state-machines/index.ts';
import { cargoOf } from './cargo.ts';
import { absoluteAddress } from './move-sides.ts';
import { unfinishedError } from './unfinished-error.ts';

/** Where a move was to go on, as the addresses were given. */
interface Given {
  readonly from: string;
  readonly to: string;
}

/** The unfinished move that was begun between these addresses; undefined when there is none that can be read. */
export function keptBetween(moves: readonly UnfinishedMove[], { from, to }: Given): UnfinishedMove | undefined {
  const [absoluteFrom, absoluteTo] = [absoluteAddress(from), absoluteAddress(to)];
  return moves.find(({ note }) => note?.from === absoluteFrom && note.to === absoluteTo);
}

/**
 * What to say when an unfinished move could not go on, since not both sides were reached: how far it is, from what is kept of
 * it. Any other error, or one of which nothing can be said beside it, stays as it is.
 */
export async function withStanding(error: unknown, move: UnfinishedMove | undefined, given?: Given): Promise<unknown> {
  if (!isUnreached(error) || !move?.work || move.note === null) return error;
  const { entriesOfOrder } = await import('../../state-machines/index.ts');
  const { context } = move.work;
  const entries = entriesOfOrder(context);
  const inTransit = entries.flatMap(({ state, sequence }) => (state === 'waiting' ? [sequence] : []));
  const plan = context.planned?.plan ?? null;
  // What is kept of a move that was only planned does not say whether it was issued, and the answer lost.
  const unheard = plan !== null && context.issued === null;
  const standing = { order: context.order, plan, entries, inTransit, unheard };
  const { from, to } = given ?? move.note;
  const cargo = cargoOf({ holdings: [], transit: [] }, standing);
  const { code, details } = error;
  return unfinishedError(
    { ...move.note, from, to, order: context.order, id: move.id, standing, cargo },
    { code, details },
  );
}

/** Whether it says that a side was not reached. */
export function isUnreached(error: unknown): error is FerryError {
  if (!(error instanceof FerryError) || OF_THE_MOVE.includes(error.code)) return false;
  return CATALOGUE[error.code].exit === CATALOGUE.CARRIER_UNREACHABLE.exit;
}

/** Errors that tell of the move itself already. */
const OF_THE_MOVE: readonly string[] = ['MOVE_UNFINISHED', 'MOVE_UNDER_WAY'];
