import path from 'node:path';
import { FerryError } from '../../../container/errors.ts';
import type { MoveIssuer, MoveOrder, MoveTarget } from '../../../state-machines/index.ts';
import { type FarBank, parseAddress, withSim } from '../addresses.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { collect, parseItem, usage } from '../parse-arguments.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { progressOf, showMove, showPlan } from '../show-move.ts';
import { type MoveOptions, moveByFolder } from './move-by-folder.ts';

const EXAMPLES = `
A move that was interrupted is finished by running the same command again. Unfinished moves are kept in the folder that
FERRY_STATE in the environment names, or where the system keeps such things. Once a move is over, the same command is a new
order: when it is not clear whether it was over, ferry list shows what is where.

Examples:
  ferry move --from sim:dongle --to sim:device --item 6000010:1001x2
  ferry move --from sim:device --to sim:dongle --all        gives back what the device had from the dongle
  ferry move --from sim:dongle --to sim:device --all --dry-run
  ferry move --from central:vendor --to sim:dongle --all    brings what the vendor granted, and the receipt home
  ferry move --from sim:dongle --to folder:stick --all      parks it there for whose context lies there
  ferry move --from folder:stick --to sim:device --all      takes what is parked there, and leaves the receipt`;

/** `ferry move`: plan, context, issue, apply, settle, in one go. */
export function moveCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('move')
      .description('Moves licenses from one container to another, or gives them back.')
      .requiredOption('--from <ADDRESS>', 'sim:DIR or central:DIR that gives, or folder:DIR with update files')
      .requiredOption('--to <ADDRESS>', 'sim:DIR that gets, or folder:DIR with the context of who gets')
      .option('--item <FIRM:PRODUCTxN>', 'what to move; may be repeated', collect)
      .option('--all', 'everything that may move')
      .option('--firm <CODE>', 'Firm Code, when a License Central has several')
      .option('--start-over', 'forget what is stored of an unfinished move when it cannot be read')
      .option('--dry-run', 'only show what would be moved')
      .addHelpText('after', EXAMPLES)
      .action((options: MoveOptions) => move(far, context, options));
  };
}

async function move(far: FarBank, context: CommandContext, options: MoveOptions): Promise<void> {
  if ((options.all === undefined) === (options.item === undefined)) throw usage('Name items with --item, or --all');
  const items = (options.item ?? []).map(parseItem);
  const order: MoveOrder = options.all ? { kind: 'all' } : { kind: 'items', items };
  const [from, to] = [parseAddress(options.from), parseAddress(options.to, ['sim', 'folder'])];
  if (from.scheme === 'folder' || to.scheme === 'folder') return moveByFolder(far, context, options, from, to);
  if (from.scheme === 'sim' && path.resolve(from.folder) === path.resolve(to.folder))
    throw usage('Both addresses are the same container');
  if (from.scheme === 'central' && !options.all)
    throw usage('A License Central brings what it granted with `ferry central issue`: use --all');
  const { containerTarget } = await import('../../../state-machines/index.ts');
  await withIssuer(far, context, { address: options.from, firm: options.firm }, async (giver) => {
    const issuer = await giver.moves();
    await withSim(far, options.to, async ({ client }) => {
      const work = options.dryRun ? plan : carryOut;
      await work(context, options, issuer, containerTarget(client), order);
    });
  });
}

async function plan(
  context: CommandContext,
  options: MoveOptions,
  issuer: MoveIssuer,
  target: MoveTarget,
  order: MoveOrder,
): Promise<void> {
  const { planMove } = await import('../../../state-machines/index.ts');
  const listing = await issuer.list();
  const planned = planMove(listing, (await target.list()).key, order);
  if (!planned.ok) throw new FerryError(planned.code, planned.details);
  showPlan(context, options, planned.plan, listing.holdings);
}

async function carryOut(
  context: CommandContext,
  options: MoveOptions,
  issuer: MoveIssuer,
  target: MoveTarget,
  order: MoveOrder,
): Promise<void> {
  const { runLicenseMove } = await import('../../../state-machines/index.ts');
  const { moveStores, stateFolder } = await import('../move-places.adapter.ts');
  const progress = context.progress();
  const result = await runLicenseMove({
    issuer,
    target,
    order,
    ...moveStores(stateFolder((name) => context.variable(name))),
    badSnapshot: options.startOver ? 'startOver' : 'refuse',
    onProgress: progressOf(context, progress),
  }).finally(() => progress.end());
  showMove(context, options, result);
}
