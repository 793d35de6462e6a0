import { CATALOGUE, explain, FerryError } from '../../../container/errors.ts';
import type { MoveBeginning, UnfinishedMove } from '../../../state-machines/index.ts';
import { type FarBank, startsProgram } from '../addresses.ts';
import { followingAnnounced } from '../announced.ts';
import { finishMove } from '../finish-move.ts';
import { INTERRUPTED_MOVE } from '../interrupted-move.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { isUnreached, withStanding } from '../kept-moves.ts';
import type { MoveStores } from '../move-places.adapter.ts';
import { beginningOf, withSides } from '../move-sides.ts';
import type { NewPlaces } from '../next-commands.ts';
import { usage } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import { errorDocument } from '../report-error.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { isMeant, isOfGiver, shortId } from '../short-id.ts';
import { exitOfMove, failureOfMove, moveDocument, type RunMove, tellMove } from '../show-move.ts';
import { strangerBetween } from '../stranger-between.ts';
import { interruptionOf, isPatient, type Lookout, NO_WAIT, outlasting, WAIT } from '../wait-for-dongle.ts';

const EXAMPLES = `
Nothing is ordered by it: a move that is over by now, or that was ended by hand, stays over. ferry status shows the ids.

Where a side is reached at another address now, such as another port, name the move and that address; who answers there has to be the
same as before. A container that was in a folder, and is served from it now, is found without.

A dongle on USB that is pulled out in the middle is waited for, as by ferry move.

A move that is not wanted any more, or whose device is gone for good, is forgotten with --forget. What was issued stays in transit all
the same: ferry status says how it is delivered or called back.

Examples:
  ferry resume
  ferry resume 1f0c22ab-93d7e015
  ferry resume 1f0c22ab-93d7e015 --to tcp://192.168.0.7:7000
  ferry resume 1f0c22ab-93d7e015 --forget`;

/** How sides are reached, and waited for. */
interface Reach {
  readonly far: FarBank;
  /** Left out where nobody waits. */
  readonly lookout: Lookout | undefined;
}

/** `ferry resume`: finishes unfinished moves, one after the other. */
export function resumeCommand(far: FarBank, lookout: Lookout): Register {
  return (program, context) => {
    program
      .command('resume')
      .description('Finishes unfinished moves, without their orders being typed again.')
      .argument('[ID]', 'one of them, as ferry status shows it; all when it is not given')
      .option('--all', 'all of them')
      .option('--from <ADDRESS>', 'where the giver is reached now')
      .option('--to <ADDRESS>', 'where the getter is reached now')
      .option('--forget', 'forget the move that is named instead: nobody is reached, and nothing is moved')
      .option('--wait', WAIT)
      .option('--no-wait', NO_WAIT)
      .addHelpText('after', EXAMPLES)
      .action((id: string | undefined, options: ResumeOptions) => {
        const reach = { far, lookout: isPatient(context, options.wait) ? lookout : undefined };
        return context.interruptible(INTERRUPTED_MOVE, () => resume(reach, context, id, options));
      });
  };
}

interface ResumeOptions {
  readonly all?: true;
  readonly from?: string;
  readonly to?: string;
  readonly forget?: true;
  readonly wait?: boolean;
}

/** What became of one unfinished move. */
type Outcome =
  | ({ readonly kind: 'ended'; readonly id: string } & RunMove)
  /** Another program had finished it before this one came to it. */
  | { readonly kind: 'over'; readonly id: string }
  /** Its giver showed that nothing of it is in transit any more; the getter was not there. */
  | { readonly kind: 'cleared'; readonly id: string; readonly isWrittenOff: boolean }
  /** As it was wished. */
  | { readonly kind: 'forgotten'; readonly id: string; readonly from: string | null }
  | { readonly kind: 'failed'; readonly id: string; readonly error: FerryError; readonly run: RunMove | null };

async function resume(
  reach: Reach,
  context: CommandContext,
  typed: string | undefined,
  options: ResumeOptions,
): Promise<void> {
  const { all, from, to, forget } = options;
  if (forget && (typed === undefined || (from ?? to) !== undefined))
    throw usage('--forget needs the one move that is meant, and no address: ferry status shows the ids');
  if (typed !== undefined && all) throw usage('Name one move, or --all');
  if (typed === undefined && (from ?? to) !== undefined)
    throw usage('Name the move whose side is reached at --from or --to');
  const { unfinishedMoves } = await import('../../../state-machines/index.ts');
  const { moveStores, stateFolder } = await import('../move-places.adapter.ts');
  const stores = moveStores(stateFolder((name) => context.variable(name)));
  const found = await unfinishedMoves(stores.store, stores.notebook);
  const chosen = typed === undefined ? found : found.filter(({ id }) => isMeant(id, typed));
  if (typed !== undefined && chosen.length === 0) throw new FerryError('MOVE_UNKNOWN', { id: typed });
  const outcomes: Outcome[] = [];
  for (const move of chosen)
    outcomes.push(forget ? await forgotten(stores, move) : await finish(reach, context, stores, move, { from, to }));
  show(context, outcomes);
}

async function forgotten({ store, notebook, blobs, claim }: MoveStores, move: UnfinishedMove): Promise<Outcome> {
  const { forgetMove } = await import('../../../state-machines/index.ts');
  await forgetMove({ id: move.id, store, notebook, blobs, claim });
  return { kind: 'forgotten', id: move.id, from: move.note?.from ?? null };
}

async function finish(
  { far, lookout }: Reach,
  context: CommandContext,
  stores: MoveStores,
  move: UnfinishedMove,
  at: NewPlaces,
): Promise<Outcome> {
  const { id, note, failure } = move;
  const [from, to] = [at.from ?? note?.from, at.to ?? note?.to];
  const given = from === undefined || to === undefined ? undefined : { from, to };
  try {
    if (given === undefined || (failure !== null && failure.code !== 'NOTE_WRONG'))
      throw new FerryError(failure?.code ?? 'NOTE_WRONG', failure?.details ?? { id, why: 'none was kept' });
    const isProgram = (typed: string | undefined, noted: string | undefined): boolean =>
      typed === undefined && noted !== undefined && startsProgram(noted);
    if (isProgram(at.from, note?.from) || isProgram(at.to, note?.to)) stores.checkProgram(id);
    const beginning = beginningOf({ ...given, firm: note?.firm ?? undefined });
    const run = await outlasting(context, lookout, {
      places: beginning,
      attempt: (patient, reached) =>
        followingAnnounced(beginning, (places) =>
          withSides(far, patient, { ...places, firm: note?.firm ?? undefined }, async (sides) => {
            if ((await strangerBetween(id, sides)) === null) reached(sides);
            return finishMove(patient, stores, id, beginning, places, sides);
          }),
        ),
      failureOf: interruptionOf,
    });
    return run === null ? { kind: 'over', id } : ended(context, id, run);
  } catch (cause) {
    const mayBeOver = given !== undefined && isUnreached(cause);
    const cleared = mayBeOver ? await clearWithout(far, context, stores, move, given) : null;
    if (cleared !== null) return cleared;
    const error = await withStanding(cause, move, given);
    if (!(error instanceof FerryError)) throw error;
    return { kind: 'failed', id, error, run: null };
  }
}

/** Clears away a move that is over by what its giver shows, where the getter cannot be reached; null when it is not, or the giver neither. */
async function clearWithout(
  far: FarBank,
  context: CommandContext,
  { store, notebook, blobs, claim }: MoveStores,
  { id, work, note }: UnfinishedMove,
  { from, to }: Pick<MoveBeginning, 'from' | 'to'>,
): Promise<Outcome | null> {
  if (work === null) return null;
  const { forgetMove, hasWrittenOff, isOver } = await import('../../../state-machines/index.ts');
  try {
    const listing = await followingAnnounced({ from, to }, (at) =>
      withIssuer(far, context, { address: at.from, firm: note?.firm ?? undefined }, async (issuer) =>
        (await issuer.moves()).list(),
      ),
    );
    if (!isOfGiver(id, listing.key) || !isOver(listing, work.context)) return null;
    await forgetMove({ id, store, notebook, blobs, claim });
    return { kind: 'cleared', id, isWrittenOff: hasWrittenOff(listing, work.context) };
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    // That the getter was not reached is what is told.
    return null;
  }
}

function ended({ output }: CommandContext, id: string, run: RunMove): Outcome {
  const error = failureOfMove(output, run);
  return error === null ? { kind: 'ended', ...run, id } : { kind: 'failed', id, error, run };
}

/** @throws the failure of the only one */
function show(context: CommandContext, outcomes: readonly Outcome[]): void {
  const { output } = context;
  const [first, ...others] = outcomes;
  const only = others.length === 0 && first?.kind === 'failed' ? first.error : null;
  if (only !== null && !output.isJson) throw only;
  if (first === undefined) output.line('Nothing is unfinished.');
  for (const outcome of outcomes) {
    if (outcome.kind === 'ended') tellMove(output, outcome);
    if (outcome.kind === 'over') output.line(`${shortId(outcome.id)} was finished by another program meanwhile.`);
    if (outcome.kind === 'cleared')
      output.line(`${shortId(outcome.id)} ${clearedText(outcome.isWrittenOff)} It is forgotten.`);
    if (outcome.kind === 'forgotten') output.line(forgottenText(outcome.id, outcome.from));
    if (outcome.kind === 'failed' && only === null) {
      output.complain(`${shortId(outcome.id)}: ${outcome.error.message} [${outcome.error.code}]`);
      const { effect, remedy } = explain(outcome.error.code, outcome.error.details);
      output.complain(`  ${effect}`);
      output.complain(`  ${remedy}`);
    }
  }
  const error = only === null ? {} : { error: errorDocument(only.code, only.details) };
  output.json({ ...error, moves: outcomes.map(documentOf) });
  context.endWith(exitOf(outcomes.map(exitOfOne)));
}

function clearedText(isWrittenOff: boolean): string {
  return isWrittenOff ? 'was written off: its seats are held again.' : 'is over: nothing of it is in transit any more.';
}

function forgottenText(id: string, from: string | null): string {
  const place = from === null ? 'ADDRESS of the giver' : quoted(from);
  return `Forgotten: ${shortId(id)}. Nothing was moved; what of it is in transit stays so: ferry status ${place}`;
}

function documentOf(outcome: Outcome): object {
  const id = shortId(outcome.id);
  if (outcome.kind === 'ended') return { ...outcome.sides, ...moveDocument(outcome), id };
  if (outcome.kind === 'cleared') return { id, state: outcome.isWrittenOff ? 'writtenOff' : 'over' };
  if (outcome.kind === 'over' || outcome.kind === 'forgotten') return { id, state: outcome.kind };
  const { error, run } = outcome;
  const document = run === null ? {} : { ...run.sides, ...moveDocument(run) };
  return { ...document, id, state: 'failed', error: errorDocument(error.code, error.details) };
}

function exitOfOne(outcome: Outcome): number {
  if (outcome.kind === 'failed') return CATALOGUE[outcome.error.code].exit;
  return outcome.kind === 'ended' ? exitOfMove(outcome.result) : 0;
}

/** Of several: interrupted when one was, since it is run again; their own when they agree; otherwise in part. */
function exitOf(exits: readonly number[]): number {
  const interrupted = CATALOGUE.STORE_WRITE_FAILED.exit;
  if (exits.includes(interrupted)) return interrupted;
  const [first = 0, ...others] = exits;
  return others.every((exit) => exit === first) ? first : CATALOGUE.DONE_IN_PART.exit;
}
