import type { MoveBeginning } from '../../state-machines/index.ts';
import { shownFor } from './cargo.ts';
import type { MoveStores } from './move-places.adapter.ts';
import type { MoveSides } from './move-sides.ts';
import { remarkPeers } from './peers.ts';
import type { CommandContext } from './run-ferry.ts';
import { progressOf, type RunMove } from './show-move.ts';
import { strangerBetween } from './stranger-between.ts';
import { unexpected } from './unexpected.ts';

/**
 * Finishes an unfinished move between the two that it was begun between.
 *
 * @param places where both sides were reached
 * @param beginning where they are looked for next time
 * @returns null when it is unfinished no longer
 * @throws PEER_UNEXPECTED where somebody else answers; what resuming a move throws
 */
export async function finishMove(
  context: CommandContext,
  { store, blobs, claim, notebook }: MoveStores,
  id: string,
  beginning: MoveBeginning,
  places: Pick<MoveBeginning, 'from' | 'to'>,
  sides: MoveSides,
): Promise<RunMove | null> {
  const { issuer, target, giver, getter, shown } = sides;
  const { resumeLicenseMove } = await import('../../state-machines/index.ts');
  remarkPeers(context, giver, getter);
  const stranger = await strangerBetween(id, sides);
  if (stranger !== null) {
    const { found, expected } = stranger;
    throw unexpected(found, expected, { id, side: found === giver ? 'from' : 'to' });
  }
  const bar = context.progress();
  const result = await resumeLicenseMove({
    id,
    issuer,
    target,
    random: (length) => context.env.random(length),
    store,
    blobs,
    claim,
    notes: { notebook, beginning, now: () => context.env.now() },
    onProgress: progressOf(context, bar),
  }).finally(() => bar.end());
  if (result === null) return null;
  return {
    sides: { ...places, giver, getter },
    result,
    shown: shownFor(shown.issuer, getter.key),
    arrivedThrough: 0,
    firm: beginning.firm,
    id,
  };
}
