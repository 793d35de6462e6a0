import { CATALOGUE, explain, FerryError } from '../../container/errors.ts';
import type { MoveProgress, MoveResult } from '../../state-machines/index.ts';
import { isAddress } from './addresses.ts';
import { cargoOf, type Shown } from './cargo.ts';
import { orderText, restoredCommand } from './next-commands.ts';
import type { Output } from './output.ts';
import type { Peer } from './peers.ts';
import { counted, type ProductSeats, seatsText } from './product-seats.ts';
import type { Progress } from './progress.ts';
import { errorDocument } from './report-error.ts';
import type { CommandContext } from './run-ferry.ts';
import { advice, waitingLines, withCode, words } from './say-reason.ts';
import { stepWords } from './step-words.ts';
import { unfinishedError } from './unfinished-error.ts';

/** The two addresses of a move, as they were given, and who answered there. */
export interface Sides {
  readonly from: string;
  readonly to: string;
  readonly giver: Peer;
  readonly getter: Peer;
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
      return `An interrupted move of this order goes on: so far it is ${stepWords(progress.from)}.`;
    case 'finishingEarlier':
      return 'An interrupted move of another order is finished first.';
    case 'replacing':
      return `An unfinished move of ${orderText(progress.order)} had issued nothing; this order takes its place.`;
    case 'endedByHand':
      return 'An interrupted move of this order was ended by hand, with nothing moved; it is made afresh.';
    case 'overtaken':
      return 'Another order was quicker and took what this one was planned from; it is planned anew.';
    case 'startingOver':
      return `What was stored of an interrupted move is forgotten: ${happened(progress.failure)}`;
  }
}

function happened({ code, details }: NonNullable<MoveResult['failure']>): string {
  return explain(code, details).happened;
}

/** What is needed to tell of a move that was run. */
export interface RunMove {
  readonly sides: Sides;
  readonly result: MoveResult;
  /** What the issuer showed before the run. */
  readonly shown: Shown;
  /** Last sequence of the issuer that the target had applied before the run; 0: none, or of no interest. */
  readonly arrivedThrough: number;
  readonly firm: string | null;
  /** Under what it is kept when it is unfinished; null when nothing of it is. */
  readonly id: string | null;
}

/** How a move ended. @throws the failure when nothing was moved */
export function showMove(context: CommandContext, run: RunMove): void {
  const { output } = context;
  const failure = failureOfMove(output, run);
  if (failure !== null && !output.isJson) throw failure;
  if (failure === null) tellMove(output, run);
  const document = { ...run.sides, ...moveDocument(run) };
  output.json(failure === null ? document : { error: errorDocument(failure.code, failure.details), ...document });
  context.endWith(failure === null ? exitOfMove(run.result) : CATALOGUE[failure.code].exit);
}

/** Why nothing was moved, or not yet; null when something was, or had been, or came back since it was cancelled. */
export function failureOfMove(output: Output, { sides, result, shown, firm, id }: RunMove): FerryError | null {
  const { from, to } = sides;
  const { state, failure, inTransit, earlier } = result;
  if (failure === null || (state !== 'refused' && state !== 'interrupted')) return null;
  if (state === 'refused' && inTransit.length > 0) {
    const details = { from, to, sequences: inTransit.join(', '), why: happened(failure), cause: failure.code };
    const copy = copyIn(sides, failure);
    if (copy === null) return new FerryError('LEFT_IN_TRANSIT', details);
    return isAddress(copy, ['central'])
      ? new FerryError('LEFT_WITH_RESTORED', { ...details, command: restoredCommand(copy, firm) })
      : new FerryError('LEFT_WITH_COPY', { ...details, copy });
  }
  if (state === 'interrupted' && id !== null) {
    const isFirst = result.plan === null && earlier !== null;
    const standing = isFirst ? earlier : result;
    const cargo = cargoOf(shown, standing);
    return unfinishedError({ from, to, firm, order: standing.order, id, standing, cargo }, failure, isFirst);
  }
  if (inTransit.length > 0) output.note(`In transit from ${from}: sequences ${inTransit.join(', ')}.`);
  return new FerryError(failure.code, failure.details);
}

/** Which side was set back or copied, where that is why; whoever found it out names its partner. */
function copyIn({ from, to, getter }: Sides, { code, details }: NonNullable<MoveResult['failure']>): string | null {
  const isAboutGetter = details.partner === getter.serial;
  if (code === 'PARTNER_ROLLED_BACK') return isAboutGetter ? to : from;
  if (code === 'SELF_ROLLED_BACK') return isAboutGetter ? from : to;
  if (code === 'CENTRAL_ROLLED_BACK') return from;
  return null;
}

/** A move that ended, for people. */
export function tellMove(output: Output, run: RunMove): void {
  const { result, shown } = run;
  const { earlier, failure } = result;
  if (earlier !== null && earlier.entries.length > 0) {
    output.line('The interrupted move before it:');
    showEntries(output, { ...run, result: earlier, arrivedThrough: 0 });
  }
  showEntries(output, run);
  showAlong(output, result, shown);
  if (isCalledBack(result))
    output.line('It was cancelled, and all of it is home again. Whatever is ordered now is a new order.');
  if (failure !== null) output.complain(`Its last step is not done: ${happened(failure)}`);
}

function isCalledBack({ state, entries, inTransit }: MoveResult): boolean {
  const isAll = entries.every(({ reason }) => reason === CATALOGUE.CANCELLED.number);
  return state === 'refused' && entries.length > 0 && isAll && inTransit.length === 0;
}

/** A move that ended, as `--json` shows it. */
export function moveDocument({ sides, result, shown, arrivedThrough }: RunMove): object {
  const { state, resumed, plan, entries, along, inTransit, unheard, failure, earlier } = result;
  const seats = arrivedSeats(shown, result);
  const before =
    earlier === null
      ? null
      : {
          state: earlier.state,
          seats: arrivedSeats(shown, earlier),
          entries: earlier.entries.map(withCode),
          failure: earlier.failure,
        };
  const isAnything = entries.some((entry) => entry.state === 'applied');
  return {
    state,
    resumed,
    delivery: isDelivery(sides, result),
    arrivedBefore: hadArrived(result, arrivedThrough),
    moved: isAnything ? (plan?.parts ?? []) : [],
    seats,
    entries: entries.map(withCode),
    along: along.map(withCode),
    inTransit,
    unheard,
    failure,
    earlier: before,
  };
}

/** The exit code of a move that did not fail. */
export function exitOfMove({ state }: MoveResult): number {
  if (state === 'movedInPart') return CATALOGUE.DONE_IN_PART.exit;
  return state === 'refused' ? CATALOGUE.CANCELLED.exit : 0;
}

/** The seats that the target has of it now; null when that is not known. */
function arrivedSeats(shown: Shown, result: MoveResult): readonly ProductSeats[] | null {
  const arrived = result.entries.flatMap(({ state, sequence }) => (state === 'applied' ? [sequence] : []));
  return cargoOf(shown, result)(arrived);
}

/** Whether a container only delivered what was in transit already, as an order just like this one had put it there. */
function isDelivery({ giver }: Sides, { plan, resumed }: MoveResult): boolean {
  return giver.kind !== null && plan !== null && plan.parts.length === 0 && !resumed;
}

/** Whether all of it was there before, so that nothing but the receipt was missing. */
function hadArrived({ entries, resumed }: MoveResult, arrivedThrough: number): boolean {
  const isThere = entries.every(({ state, sequence }) => state === 'applied' && sequence <= arrivedThrough);
  return isThere && entries.length > 0 && !resumed;
}

function showEntries(output: Output, { sides, result, shown, arrivedThrough }: Omit<RunMove, 'firm' | 'id'>): void {
  const { from, to } = sides;
  const { entries, resumed } = result;
  const wasThere = hadArrived(result, arrivedThrough);
  const before = isDelivery(sides, result) ? ', in transit since an order before this one: nothing new was given' : '';
  const receipt = wasThere ? ', which had arrived before: only the receipt was missing' : before;
  const again = resumed ? ', after an interruption' : receipt;
  output.line(`${from} -> ${to}: ${movedText(entries, arrivedSeats(shown, result), wasThere)}${again}.`);
  for (const { state, sequence, reason } of entries) {
    if (state === 'refused') output.line(`  Sequence ${sequence} was refused: ${words(reason)}`);
    if (state === 'unknown') output.line(`  Sequence ${sequence}: what became of it was not told; ferry list ${from}`);
  }
  const waiting = entries.filter(({ state }) => state === 'waiting');
  const [first] = waiting;
  if (first !== undefined) {
    const which = `  In transit until there is room, sequence${waiting.length > 1 ? 's' : ''} ${waiting.map(({ sequence }) => sequence).join(', ')}`;
    const [waits = '', ...more] = waitingLines(which, first.reason, result.deferral?.needed ?? 0);
    output.line(waits);
    for (const line of more) output.line(`  ${line}`);
  }
  const refused = entries.flatMap(({ state, reason }) => (state === 'refused' ? [reason] : []));
  for (const line of advice(refused.filter((reason) => reason !== CATALOGUE.CANCELLED.number)))
    output.line(`  ${line}`);
}

/** What was in transit before, and went the same way. */
function showAlong(output: Output, result: MoveResult, shown: Shown): void {
  const arrived = result.along.flatMap(({ sequence, reason }) => (reason === 0 ? [sequence] : []));
  const seats = cargoOf(shown, result)(arrived);
  const which = counted(arrived.length, 'entry', 'entries');
  if (arrived.length > 0)
    output.line(
      `  Along with it: ${seats === null || seats.length === 0 ? '' : `${seatsText(seats)}, `}${which} in transit before.`,
    );
  for (const { sequence, reason } of result.along)
    if (reason !== 0) output.line(`  Along with it, sequence ${sequence} came back: ${words(reason)}`);
}

function movedText(entries: MoveResult['entries'], seats: readonly ProductSeats[] | null, hadArrived: boolean): string {
  const applied = entries.filter(({ state }) => state === 'applied').length;
  const all = counted(entries.length, 'entry', 'entries');
  const count = applied === entries.length ? all : `${applied} of ${all}`;
  if (applied === 0) return `nothing moved, ${count}`;
  if (hadArrived) return seats === null || seats.length === 0 ? count : `${seatsText(seats)}, ${count}`;
  return seats === null || seats.length === 0 ? `${count} moved` : `${seatsText(seats)} moved, ${count}`;
}
