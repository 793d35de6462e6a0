import { CATALOGUE, explain, FerryError } from '../../container/errors.ts';
import type { MovePreview, UnfinishedMove } from '../../state-machines/index.ts';
import { orderText } from './next-commands.ts';
import { type Output, styled } from './output.ts';
import { nameOf } from './peers.ts';
import type { CommandContext } from './run-ferry.ts';
import type { Sides } from './show-move.ts';
import { stepWords } from './step-words.ts';
import { type GivenUp, tellGivenUp } from './written-off-between.ts';

/** An unfinished move between the two, which goes on first, or gives way. */
export interface KeptBetween {
  readonly work: NonNullable<UnfinishedMove['work']>;
  /** Whether it is a move of the very order that is planned. */
  readonly isSame: boolean;
  /** Whether nothing of it is in transit any more. */
  readonly isOver: boolean;
  /** Whether it is of another order and has issued nothing: then it does not go on, and this order takes its place. */
  readonly isReplaced: boolean;
}

/**
 * A move that is not carried out: who would give and get, what would change, and what would be refused.
 *
 * Ends as the move itself would, as far as that can be known. @throws what the move would be refused for
 */
export function showPlan(
  context: CommandContext,
  sides: Sides,
  preview: MovePreview,
  first: KeptBetween | null,
  givenUp: GivenUp,
): void {
  const { output } = context;
  const { refusal, obstacles, changes, plan, inTransit } = preview;
  output.line(`From ${sides.from}: ${nameOf(sides.giver)}`);
  output.line(`To ${sides.to}: ${nameOf(sides.getter)}`);
  if (first !== null) output.line(textOf(first));
  if (inTransit.length > 0) showTransit(output, inTransit);
  if (changes.length > 0) showChanges(output, preview);
  showObstacles(output, preview);
  for (const line of tellGivenUp(givenUp, sides)) output.line(styled('yellow', line));
  if (preview.needsWorkOrder)
    output.line(`Without the PIN of ${sides.from} this is moved only as far as an armed work order covers it.`);
  output.line(`Dry run: nothing was moved from ${sides.from} to ${sides.to}.`);
  output.note(`Only ${sides.to} itself knows whom a vendor or the maker has it refuse: that is not foreseen here.`);
  output.json({
    ...sides,
    dryRun: true,
    givenUp,
    plan,
    changes,
    inTransit,
    needsWorkOrder: preview.needsWorkOrder,
    unfinished:
      first === null ? null : { step: first.work.step, order: first.work.context.order, isReplaced: first.isReplaced },
    obstacles: obstacles.map((one) => ({ ...one, failure: explain(one.failure.code, one.failure.details) })),
    refusal: refusal === null ? null : explain(refusal.code, refusal.details),
  });
  if (refusal !== null && !output.isJson) throw new FerryError(refusal.code, refusal.details);
  context.endWith(exitOf(preview, givenUp));
}

function textOf({ work, isSame, isOver, isReplaced }: KeptBetween): string {
  if (isReplaced)
    return `An unfinished move of ${orderText(work.context.order)} has issued nothing; this order takes its place.`;
  if (!isSame) return 'An unfinished move of another order is finished first; what is below is added to it.';
  if (!isOver) return `An unfinished move of this order goes on: so far it is ${stepWords(work.step)}.`;
  return 'An unfinished move of this order is over, and nothing of it is in transit: if it arrived, nothing more is moved; if it was cancelled, it is ordered afresh.';
}

function exitOf({ refusal, entries, inTransit, changes }: MovePreview, { refused }: GivenUp): number {
  if (refusal !== null) return CATALOGUE[refusal.code].exit;
  const stay = changes.filter(({ firmCode }) => refused.includes(firmCode));
  if (stay.length > 0) return CATALOGUE[stay.length === changes.length ? 'SENDER_REVOKED' : 'DONE_IN_PART'].exit;
  if (entries.refused === 0) return 0;
  const isNothing = entries.refused === entries.all && inTransit.length === 0;
  return CATALOGUE[isNothing ? 'TARGET_LIMIT' : 'DONE_IN_PART'].exit;
}

function showTransit(output: Output, inTransit: MovePreview['inTransit']): void {
  const open = inTransit.filter(({ cancelled }) => !cancelled).map(({ sequence }) => sequence);
  const cancelled = inTransit.filter((entry) => entry.cancelled).map(({ sequence }) => sequence);
  if (open.length > 0) output.line(`Sequences in transit already, which are delivered with it: ${open.join(', ')}.`);
  if (cancelled.length > 0) output.line(`Sequences cancelled, which come back with it: ${cancelled.join(', ')}.`);
}

function showChanges(output: Output, { changes }: MovePreview): void {
  const isInTransit = changes.some(({ inTransit }) => inTransit > 0);
  output.table(
    [
      'Firm Item',
      'Product Item',
      'Text',
      'Giver now',
      'after',
      ...(isInTransit ? ['In transit'] : []),
      'Getter now',
      'after',
    ],
    changes.map(({ firmCode, productCode, text, giver, getter, inTransit }) => [
      String(firmCode),
      String(productCode),
      text,
      giver.now,
      giver.after,
      ...(isInTransit ? [inTransit] : []),
      getter.now,
      getter.after,
    ]),
  );
}

function showObstacles(output: Output, { obstacles, refusal, entries }: MovePreview): void {
  if (obstacles.length === 0) return;
  output.line(refusal === null ? 'Not moved:' : 'Refused, and the whole order with it:');
  output.table(
    ['Firm Item', 'Product Item', 'Seats'],
    obstacles.map(({ firmCode, productCode, seats }) => [String(firmCode), String(productCode), seats]),
    {
      indent: 2,
      notes: obstacles.map(({ failure: { code, details } }) =>
        styled('yellow', `${explain(code, details).happened} [${code}]`),
      ),
    },
  );
  if (entries.refused > 0)
    output.line(`  ${entries.refused} of ${entries.all} entries would come back: one is refused as a whole.`);
}
