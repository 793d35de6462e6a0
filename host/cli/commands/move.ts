import { FerryError } from '../../../container/errors.ts';
import type { MoveOrder, UnfinishedMove } from '../../../state-machines/index.ts';
import { CONTAINER_SCHEMES, type FarBank, isAddress, readAddress, type Scheme, unfit } from '../addresses.ts';
import { INTERRUPTED_MOVE } from '../interrupted-move.ts';
import { isUnreached, keptBetween, withStanding } from '../kept-moves.ts';
import { makeMove } from '../make-move.ts';
import { type MoveSides, withSides } from '../move-sides.ts';
import { isPinAtHand, requireOwnersWay } from '../owner.ts';
import { collect, parseItem, usage } from '../parse-arguments.ts';
import { expectPeer, nameOf } from '../peers.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { shortId } from '../short-id.ts';
import { showPlan } from '../show-plan.ts';
import { strangerBetween } from '../stranger-between.ts';
import { isDongle, isPatient, type Lookout, NO_WAIT, WAIT } from '../wait-for-dongle.ts';
import { givenUpBetween } from '../written-off-between.ts';
import { type MoveOptions, moveByFolder } from './move-by-folder.ts';

const EXAMPLES = `
A move that was interrupted is finished by ferry resume, or by running the same command again; one that had issued nothing yet
gives way to another order. Unfinished moves are kept in the folder that
FERRY_STATE in the environment names, or where the system keeps such things. What was cancelled meanwhile comes home by it. Once a
move is over, the same command is a new order: when it is not clear whether it was over, ferry status shows what is under way.
Where somebody else answers by then, nothing is moved unless --expect names who that is.
A dongle at hid:, usb: or usbip: that is pulled out in the middle is waited for as long as it takes, where standard error is a terminal
or --wait is given; Ctrl-C leaves the move unfinished. Otherwise the command ends with exit code 5, as for any other side that is lost.
The dry run asks both sides only what they show to anybody: that a vendor's list or the maker's has the getter refuse the giver, only
the getter finds, and the move says so.

Examples:
  ferry move --from sim:dongle --to sim:device --item 6000010:1001x2
  ferry move --from sim:device --to sim:dongle --all        gives back what the device had from the dongle
  ferry move --from sim:dongle --to sim:device --all --dry-run
  ferry move --from central:vendor --to sim:dongle --all    brings what the vendor granted, and the receipt home
  ferry move --from sim:dongle --to folder:stick --all      parks it there for whose context lies there
  ferry move --from folder:stick --to sim:device --all      takes what is parked there, and leaves the receipt`;

/** `ferry move`: plan, context, issue, apply, settle, in one go. */
export function moveCommand(far: FarBank, lookout: Lookout): Register {
  return (program, context) => {
    program
      .command('move')
      .description('Moves licenses from one container to another, or gives them back.')
      .requiredOption('--from <ADDRESS>', 'a container or central:DIR that gives, or folder:DIR with update files')
      .requiredOption('--to <ADDRESS>', 'container that gets, or folder:DIR with the context of who gets')
      .option('--item <FIRM:PRODUCTxN>', 'what to move, 1 seat without xN; may be repeated', collect)
      .option('--all', 'everything that may move')
      .option('--firm <CODE>', 'Firm Code, when a License Central has several')
      .option('--start-over', 'forget what is stored of an unfinished move when it cannot be read')
      .option('--expect <WHO>', 'serial number or fingerprint words of who gets; somebody else gets nothing')
      .option(
        '--dry-run',
        'only show what would change, and what would be refused and why as far as both sides show it',
      )
      .option('--wait', WAIT)
      .option('--no-wait', NO_WAIT)
      .addHelpText('after', EXAMPLES)
      .action((options: MoveOptions) =>
        context.interruptible(INTERRUPTED_MOVE, () => move(far, lookout, context, options)),
      );
  };
}

async function move(far: FarBank, lookout: Lookout, context: CommandContext, options: MoveOptions): Promise<void> {
  if (options.all && options.item) throw usage('Name items with --item, or --all, not both');
  if (!options.all && !options.item) throw usage('Say what is to move: items with --item, or --all');
  if (options.expect?.trim() === '')
    throw usage('--expect names nobody: give the serial number or the fingerprint words of who gets');
  const items = (options.item ?? []).map(parseItem);
  const order: MoveOrder = options.all ? { kind: 'all' } : { kind: 'items', items };
  if (options.wait && (options.dryRun || ![options.from, options.to].some(isDongle)))
    throw usage('--wait is for a move with a dongle on USB, which may be pulled out');
  const from = await readAddress(far, options.from);
  const getters: readonly Scheme[] = [...CONTAINER_SCHEMES, 'folder'];
  if (isAddress(options.to, ['central'])) throw unfit(options.to, howHome(options), getters);
  const to = await readAddress(far, options.to, getters);
  if (from.scheme === 'folder' || to.scheme === 'folder') return moveByFolder(far, context, options, from, to);
  requireOwnersWay(options.from);
  if (from.scheme === 'central' && !options.all)
    throw usage('A License Central brings what it granted with `ferry central issue`: use --all');
  if (options.dryRun)
    return withSides(far, context, options, async (sides) => {
      await refuseOthers(context, options, sides, order);
      await preview(context, options, sides, order);
    });
  try {
    await makeMove({
      far,
      lookout: isPatient(context, options.wait) ? lookout : undefined,
      context,
      options,
      order,
      refuse: (sides) => refuseOthers(context, options, sides, order),
    });
  } catch (error) {
    throw await asUnfinished(context, options, error);
  }
}

/** How licenses come back to their vendor: what gave them was its word, and so is what takes them. */
function howHome({ from, to }: MoveOptions): string {
  const central = quoted(to);
  const told = isAddress(from, ['folder'])
    ? `ferry settle ${central} ${quoted(from)}`
    : `ferry context ${quoted(from)} --for ${central} -o FILE, then ferry settle ${central} FILE`;
  const withdrawn = `ferry central withdraw ${quoted(to.slice('central:'.length))} ITEM`;
  return `a License Central gets nothing by a move. It is told where its licenses are: ${told}. Then it may take one back: ${withdrawn}`;
}

/** Refuses whoever is not meant to get anything. @throws PEER_UNEXPECTED, MOVE_MEANT_FOR */
async function refuseOthers(
  context: CommandContext,
  options: MoveOptions,
  sides: MoveSides,
  order: MoveOrder,
): Promise<void> {
  if (options.expect === undefined) await refuseStranger(context, options, sides, order);
  else await expectPeer(sides.getter, options.expect);
}

/** Refuses whoever answers where an unfinished move of the same order is to reach somebody else. @throws MOVE_MEANT_FOR */
async function refuseStranger(
  context: CommandContext,
  options: MoveOptions,
  sides: MoveSides,
  order: MoveOrder,
): Promise<void> {
  const { isOver, sameOrder } = await import('../../../state-machines/index.ts');
  const same = (await keptMoves(context)).filter(({ work }) => work !== null && sameOrder(work.context.order, order));
  const kept = keptBetween(same, options);
  if (kept === undefined || kept.work === null) return;
  const stranger = await strangerBetween(kept.id, sides);
  if (stranger === null) return;
  const { found, expected } = stranger;
  const { giver, getter, shown } = sides;
  if (found.key !== giver.key && isOver(shown.issuer, kept.work.context)) return;
  throw new FerryError('MOVE_MEANT_FOR', {
    id: shortId(kept.id),
    address: found.address,
    found: nameOf(found),
    expected,
    getter: getter.serial ?? getter.words,
  });
}

/** An unfinished move between these addresses is told of where they cannot be reached: it is what waits there. */
async function asUnfinished(context: CommandContext, options: MoveOptions, error: unknown): Promise<unknown> {
  if (!isUnreached(error)) return error;
  try {
    return await withStanding(error, keptBetween(await keptMoves(context), options), options);
  } catch (unreadable) {
    // Why the side was not reached comes first: only once it is, what is kept is needed.
    if (unreadable instanceof FerryError) return error;
    throw unreadable;
  }
}

async function keptMoves(context: CommandContext): Promise<readonly UnfinishedMove[]> {
  const { unfinishedMoves } = await import('../../../state-machines/index.ts');
  const { moveStores, stateFolder } = await import('../move-places.adapter.ts');
  const { store, notebook } = moveStores(stateFolder((name) => context.variable(name)));
  return unfinishedMoves(store, notebook);
}

async function preview(
  context: CommandContext,
  options: MoveOptions,
  { shown, giver, getter }: MoveSides,
  order: MoveOrder,
): Promise<void> {
  const { isOver, isUnissued, moveId, previewMove, sameOrder, unfinishedMove } = await import(
    '../../../state-machines/index.ts'
  );
  const { moveStores, stateFolder } = await import('../move-places.adapter.ts');
  const { store, notebook } = moveStores(stateFolder((name) => context.variable(name)));
  const unfinished = await unfinishedMove(store, notebook, moveId(giver.key, getter.key));
  if (unfinished !== undefined && unfinished.work === null && unfinished.failure !== null && !options.startOver)
    throw new FerryError(unfinished.failure.code, unfinished.failure.details);
  const { from, to } = options;
  const work = unfinished?.work ?? null;
  const seen = previewMove(shown.issuer, shown.target, order, work?.context ?? null, isPinAtHand(context));
  const isSame = work !== null && sameOrder(work.context.order, order);
  const isReplaced = work !== null && !isSame && isUnissued(shown.issuer, work.context);
  const first = work === null ? null : { work, isSame, isOver: isOver(shown.issuer, work.context), isReplaced };
  showPlan(context, { from, to, giver, getter }, seen, first, givenUpBetween(shown));
}
