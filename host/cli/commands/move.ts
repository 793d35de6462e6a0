import { CATALOGUE, explain, FerryError } from '../../../container/errors.ts';
import type { MoveOrder, MovePlan, MoveProgress, MoveResult } from '../../../state-machines/index.ts';
import { type FarBank, parseAddress, withSim } from '../addresses.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import type { Output } from '../output.ts';
import { collect, parseItem, usage } from '../parse-arguments.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { words } from '../say-reason.ts';

const EXAMPLES = `
A move that was interrupted, however, is finished by running the same command again; nothing is ever moved twice.
Unfinished moves are kept in the folder FERRY_STATE, or where the system keeps such things.

Examples:
  ferry move --from sim:dongle --to sim:device --item 6000010:1001x2
  ferry move --from sim:device --to sim:dongle --all        gives back what the device had from the dongle
  ferry move --from sim:dongle --to sim:device --all --dry-run
  ferry move --from central:vendor --to sim:dongle --all    brings what the vendor granted, and the receipt home`;

/** The steps of a move, for the progress bar. */
const STEPS = ['planning', 'planned', 'contexting', 'issuing', 'issued', 'applying', 'applied', 'settling', 'moved'];

interface MoveOptions {
  readonly from: string;
  readonly to: string;
  readonly item?: readonly string[];
  readonly all?: true;
  readonly firm?: string;
  readonly startOver?: true;
  readonly dryRun?: true;
}

/** `ferry move`: plan, context, issue, apply, settle, in one go. */
export function moveCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('move')
      .description('Moves licenses from one container to another, or gives them back.')
      .requiredOption('--from <ADDRESS>', 'sim:DIR or central:DIR that gives')
      .requiredOption('--to <ADDRESS>', 'sim:DIR that gets')
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
  parseAddress(options.to, ['sim']);
  if (parseAddress(options.from, ['sim', 'central']).scheme === 'central' && !options.all)
    throw usage('A License Central brings what it granted with `ferry central issue`: use --all');
  const machines = await import('../../../state-machines/index.ts');
  const { moveStores, stateFolder } = await import('../move-places.adapter.ts');
  const choice = { address: options.from, firm: options.firm };
  await withIssuer(far, context, choice, async (from) => {
    const issuer = await from.moves();
    await withSim(far, options.to, async (to) => {
      if (options.dryRun) {
        const { key } = await to.client.call('list', {});
        const planned = machines.planMove(await issuer.list(), key, order);
        if (!planned.ok) throw new FerryError(planned.code, planned.details);
        showPlan(context, options, planned.plan);
        return;
      }
      const progress = context.progress();
      const result = await machines
        .runLicenseMove({
          issuer,
          target: machines.containerTarget(to.client),
          order,
          ...moveStores(stateFolder((name) => context.variable(name))),
          badSnapshot: options.startOver ? 'startOver' : 'refuse',
          onProgress: (step) =>
            tell(context, step, (state) => progress.update(STEPS.indexOf(state), STEPS.length, state)),
        })
        .finally(() => progress.end());
      showResult(context, options, result);
    });
  });
}

function tell({ output }: CommandContext, progress: MoveProgress, entered: (state: string) => void): void {
  if (progress.kind === 'entered') entered(progress.state);
  else output.note(remark(progress));
}

function remark(progress: Exclude<MoveProgress, { kind: 'entered' }>): string {
  switch (progress.kind) {
    case 'resumed':
      return `An interrupted move of this order goes on from "${progress.from}".`;
    case 'finishingEarlier':
      return 'An interrupted move of another order is finished first.';
    case 'endedByHand':
      return 'An interrupted move of this order was ended by hand, with nothing moved; it is made afresh.';
    case 'startingOver':
      return `What was stored of an interrupted move is forgotten: ${happened(progress.failure)}`;
  }
}

function happened({ code, details }: NonNullable<MoveResult['failure']>): string {
  return explain(code, details).happened;
}

function showPlan({ output }: CommandContext, options: MoveOptions, plan: MovePlan): void {
  output.table(
    ['Holding', 'Seats'],
    plan.parts.map(({ holding, quantity }) => [holding, quantity]),
  );
  if (plan.parts.length === 0) output.line(`Sequences ${plan.first} to ${plan.last} are in transit already.`);
  output.line(`Dry run: nothing was moved from ${options.from} to ${options.to}.`);
  output.json({ from: options.from, to: options.to, dryRun: true, plan });
}

function showResult(context: CommandContext, options: MoveOptions, result: MoveResult): void {
  const { output } = context;
  const { from, to } = options;
  const { state, failure, resumed, plan, entries, earlier } = result;
  if (failure !== null && (state === 'refused' || state === 'interrupted'))
    throw new FerryError(failure.code, failure.details);
  if (earlier !== null && earlier.entries.length > 0) {
    output.line('The interrupted move before it:');
    showEntries(output, from, to, earlier);
  }
  showEntries(output, from, to, result);
  if (failure !== null) output.complain(`Its last step is not done: ${happened(failure)}`);
  const before = earlier === null ? null : { state: earlier.state, entries: earlier.entries, failure: earlier.failure };
  output.json({ from, to, state, resumed, moved: plan?.parts ?? [], entries, failure, earlier: before });
  if (state === 'movedInPart') context.endWith(CATALOGUE.DONE_IN_PART.exit);
  if (state === 'refused') context.endWith(CATALOGUE.CANCELLED.exit);
}

function showEntries(output: Output, from: string, to: string, { entries, resumed }: MoveResult): void {
  const applied = entries.filter((entry) => entry.state === 'applied').length;
  const again = resumed ? ', after an interruption' : '';
  output.line(`${from} -> ${to}: ${applied} of ${entries.length} entries moved${again}.`);
  for (const { state, sequence, reason } of entries) {
    if (state === 'refused') output.line(`  Sequence ${sequence} was refused: ${words(reason)}`);
    if (state === 'waiting') output.line(`  Sequence ${sequence} waits: ${words(reason)}`);
    if (state === 'unknown') output.line(`  Sequence ${sequence}: what became of it was not told; ferry list ${from}`);
  }
}
