import { CATALOGUE, explain, FerryError } from '../../container/errors.ts';
import type { IssuerListing, MovePlan, MoveProgress, MoveResult } from '../../state-machines/index.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import type { CommandContext } from './run-ferry.ts';
import { words } from './say-reason.ts';

/** The two addresses of a move, as they were given. */
interface Sides {
  readonly from: string;
  readonly to: string;
}

/** The steps of a move, for the progress bar. */
const STEPS = ['planning', 'planned', 'contexting', 'issuing', 'issued', 'applying', 'applied', 'settling', 'moved'];

/** Shows how far a move is: a bar on a terminal, and remarks about what went on before it. */
export function progressOf({ output }: CommandContext, bar: Progress): (progress: MoveProgress) => void {
  return (progress) => {
    if (progress.kind === 'entered') bar.update(STEPS.indexOf(progress.state), STEPS.length, progress.state);
    else output.note(remark(progress));
  };
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

/** A plan that is not carried out. @param holdings what the issuer has */
export function showPlan(
  { output }: CommandContext,
  { from, to }: Sides,
  plan: MovePlan,
  holdings: IssuerListing['holdings'],
): void {
  const known = new Map(holdings.map((holding) => [holding.id, holding]));
  output.table(
    ['Firm Item', 'Product Item', 'Text', 'Seats'],
    plan.parts.map(({ holding: id, quantity }) => {
      const holding = known.get(id);
      return [String(holding?.firmCode), String(holding?.productCode), holding?.text ?? '', quantity];
    }),
  );
  if (plan.parts.length === 0) output.line(`Sequences ${plan.first} to ${plan.last} are in transit already.`);
  output.line(`Dry run: nothing was moved from ${from} to ${to}.`);
  output.json({ from, to, dryRun: true, plan });
}

/** How a move ended. @throws the failure when nothing was moved */
export function showMove(context: CommandContext, { from, to }: Sides, result: MoveResult): void {
  const { output } = context;
  const { state, failure, resumed, plan, entries, inTransit, earlier } = result;
  if (failure !== null && state === 'refused' && inTransit.length > 0)
    throw new FerryError('LEFT_IN_TRANSIT', { from, to, sequences: inTransit.join(', '), why: happened(failure) });
  if (failure !== null && (state === 'refused' || state === 'interrupted')) {
    if (inTransit.length > 0) output.note(`In transit from ${from}: sequences ${inTransit.join(', ')}.`);
    throw new FerryError(failure.code, failure.details);
  }
  if (earlier !== null && earlier.entries.length > 0) {
    output.line('The interrupted move before it:');
    showEntries(output, from, to, earlier);
  }
  showEntries(output, from, to, result);
  if (failure !== null) output.complain(`Its last step is not done: ${happened(failure)}`);
  const before = earlier === null ? null : { state: earlier.state, entries: earlier.entries, failure: earlier.failure };
  output.json({ from, to, state, resumed, moved: plan?.parts ?? [], entries, inTransit, failure, earlier: before });
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
