import type { MoveOrder } from '../../state-machines/index.ts';
import type { FarBank } from './addresses.ts';
import { shownFor } from './cargo.ts';
import type { MoveOptions } from './commands/move-by-folder.ts';
import { finishMove } from './finish-move.ts';
import { beginningOf, type MoveSides, withSides } from './move-sides.ts';
import { type Peer, remarkPeers } from './peers.ts';
import type { CommandContext } from './run-ferry.ts';
import { shortId } from './short-id.ts';
import { progressOf, type RunMove, showMove } from './show-move.ts';
import { unexpected } from './unexpected.ts';
import { interruptionOf, type Lookout, outlasting } from './wait-for-dongle.ts';
import { givenUpBetween, tellGivenUp } from './written-off-between.ts';

export interface MoveToMake {
  readonly far: FarBank;
  /** How a dongle that is pulled out is waited for; left out where nobody waits. */
  readonly lookout: Lookout | undefined;
  readonly context: CommandContext;
  readonly options: MoveOptions;
  readonly order: MoveOrder;
  /** Refuses whoever is not meant to give or get anything. */
  refuse(sides: MoveSides): Promise<void>;
}

/**
 * Makes an order, over as many times as a dongle on USB is pulled out meanwhile, and shows what became of it. Once it has begun it is only
 * finished, by what is kept of it: it may be over by then, and is not made again.
 *
 * @throws what the two sides throw; PEER_UNEXPECTED when somebody else comes back; MOVE_UNFINISHED and what else a move ends with
 */
export async function makeMove(move: MoveToMake): Promise<void> {
  const { far, lookout, context, options } = move;
  let first: MoveSides | undefined;
  let begun: RunMove | undefined;
  const run = await outlasting<RunMove | null>(context, lookout, {
    places: options,
    attempt: (patient, reached) =>
      withSides(far, patient, options, async (sides) => {
        if (first === undefined) await move.refuse(sides);
        else refuseOtherThan(first, sides, begun?.id ?? null);
        first ??= sides;
        reached(sides);
        if (begun !== undefined) return goOn(patient, options, begun, sides);
        const made = await attemptOrder(patient, move, sides);
        if (isBegun(made)) begun = made;
        return made;
      }),
    failureOf: interruptionOf,
  });
  if (run !== null) showMove(context, run);
  else showOver(context, begun?.id ?? '');
}

/** Whether the order itself is under way, and not only one that is to be finished before it. */
function isBegun({ id, result }: RunMove): boolean {
  return result.state === 'interrupted' && id !== null && !(result.plan === null && result.earlier !== null);
}

/** @param id under what the move is kept; null when nothing of it is @throws PEER_UNEXPECTED */
function refuseOtherThan(first: MoveSides, { giver, getter }: MoveSides, id: string | null): void {
  const refuse = (expected: Peer, found: Peer, side: 'from' | 'to'): void => {
    if (found.key === expected.key) return;
    throw unexpected(found, expected.serial ?? expected.words, id === null ? null : { id, side });
  };
  refuse(first.giver, giver, 'from');
  refuse(first.getter, getter, 'to');
}

async function goOn(
  context: CommandContext,
  options: MoveOptions,
  begun: RunMove,
  sides: MoveSides,
): Promise<RunMove | null> {
  const stores = await storesOf(context);
  const run = await finishMove(context, stores, begun.id ?? '', beginningOf(options), options, sides);
  return run === null ? null : { ...run, result: { ...run.result, earlier: begun.result.earlier } };
}

async function storesOf(context: CommandContext) {
  const { moveStores, stateFolder } = await import('./move-places.adapter.ts');
  return moveStores(stateFolder((name) => context.variable(name)));
}

async function attemptOrder(
  context: CommandContext,
  { options, order }: MoveToMake,
  { issuer, target, giver, getter, shown }: MoveSides,
): Promise<RunMove> {
  const { moveId, runLicenseMove } = await import('../../state-machines/index.ts');
  remarkPeers(context, giver, getter);
  for (const line of tellGivenUp(givenUpBetween(shown), { giver, getter })) context.output.note(line);
  const progress = context.progress();
  const { store, blobs, notebook, claim } = await storesOf(context);
  const result = await runLicenseMove({
    issuer,
    target,
    random: (length) => context.env.random(length),
    order,
    store,
    blobs,
    claim,
    notes: { notebook, beginning: beginningOf(options), now: () => context.env.now() },
    badSnapshot: options.startOver ? 'startOver' : 'refuse',
    onProgress: progressOf(context, progress),
  }).finally(() => progress.end());
  const id = moveId(giver.key, getter.key);
  const isKept = result.state === 'interrupted' && (await store.load(id)) !== undefined;
  const { from, to, firm = null } = options;
  return {
    sides: { from, to, giver, getter },
    result,
    shown: shownFor(shown.issuer, getter.key),
    arrivedThrough: shown.target.channels.find(({ partner }) => partner === giver.key)?.applied ?? 0,
    firm,
    id: isKept ? id : null,
  };
}

function showOver({ output }: CommandContext, id: string): void {
  output.line(`${shortId(id)} was finished by another program meanwhile.`);
  output.json({ state: 'over', id: shortId(id) });
}
