import { explain } from '../../container/errors.ts';
import { FIELD_EPOCH } from '../../container/model/time.ts';
import type { UnfinishedMove } from '../../state-machines/index.ts';
import { conditionsOf } from './conditions.ts';
import { copiesAmong, isCopied, sayCopies } from './copies.ts';
import {
  type EntryUnderWay,
  forgetOf,
  NEW_ADDRESS,
  type NextCommand,
  nextCommands,
  orderAgain,
  orderText,
  resumeOf,
  type UnderWay,
} from './next-commands.ts';
import { type Output, styled } from './output.ts';
import { quoted } from './printable.ts';
import { withCode, words } from './say-reason.ts';
import { shortId } from './short-id.ts';
import { stateOfEntry } from './state-of-entry.ts';
import { stepWords } from './step-words.ts';
import { whenWrittenOff, writeOffsOf } from './stranded.ts';
import type { Answers, Asked } from './under-way.ts';
import { placesOf, type Stranger, shownAs, sidesByKey } from './unfinished-places.ts';
import { sayUnreached } from './unreached.ts';

/** Says what is under way, who could not be asked, and what to type next. */
export function showStatus(
  output: Output,
  answers: Answers,
  unfinished: readonly UnfinishedMove[],
  ways: readonly UnderWay[],
): void {
  const copies = copiesAmong(answers.containers, answers.firms);
  // Which of several copies is in its latest state, nobody can tell from outside: from none of them anything is proposed.
  const sound = ways.filter((way) => !isCopied(way.from, copies) && !isCopied(way.toAddress ?? '', copies));
  const next = nextOf(answers, unfinished, sound);
  if (unfinished.length > 0) showUnfinished(output, answers, unfinished);
  if (ways.length > 0) showWays(output, ways);
  showConditions(output, answers);
  sayCopies((...parts) => output.line(...parts), copies);
  if (sound.length < ways.length)
    output.line(
      '  What to do about what is in transit from them is said of one of them alone: ferry status ADDRESS...',
    );
  sayUnreached((...parts) => output.line(...parts), answers.unreachable);
  for (const move of unfinished) {
    const places = placesOf(answers, move);
    for (const stranger of places?.strangers ?? [])
      output.line(styled('yellow', strangerText(shortId(move.id), stranger)));
    const command = places?.elsewhere ?? null;
    if (command !== null)
      output.line(`Where a side of ${shortId(move.id)} has another address now, such as another port: ${command}`);
    for (const line of unreadable(answers, move, ways)) output.line(`  ${line}`);
    if (places?.standing === 'unissued')
      output.line(`Where ${shortId(move.id)} is not wanted any more: ${forgetOf(move.id)}`);
  }
  if (next.length > 0) showNext(output, next);
  for (const way of sound) showStranded(output, way, writeOffsOf(way, answers));
  if (unfinished.length === 0 && ways.length > 0 && ways.every(isGivenUp))
    output.line('There is nothing to do about what was written off.');
  const asked = answers.containers.length + new Set(answers.firms.map(({ address }) => address)).size;
  if (unfinished.length + ways.length === 0)
    output.line(
      answers.unreachable.length === 0
        ? `Nothing is under way: no move is unfinished, and nothing is in transit from the ${asked} asked.`
        : `No move is unfinished, and nothing is in transit from the ${asked} that answered.`,
    );
  output.json({
    unfinished: unfinished.map((move) => ({
      ...unfinishedDocument(move, nextOfMove(answers, move, ways)),
      standing: placesOf(answers, move)?.standing ?? null,
      strangers: placesOf(answers, move)?.strangers ?? [],
      elsewhere: placesOf(answers, move)?.elsewhere ?? null,
    })),
    transit: ways.map((way) => ({
      ...way,
      id: shortId(way.id),
      entries: way.entries.map(entryDocument),
      writeOff: sound.includes(way) ? writeOffsOf(way, answers) : [],
      next: sound.includes(way) ? nextOfWay(answers, unfinished, way) : [],
    })),
    asked: [
      ...answers.containers.map(askedDocument),
      ...answers.firms.map(({ address, firmCode, key }) => ({ address, firmCode, key })),
    ],
    copies,
    unreachable: answers.unreachable.map(({ address, error }) => ({ address, ...explain(error.code, error.details) })),
    next,
  });
}

function askedDocument({ address, listing }: Asked): object {
  const { serial, key, locked, lockedFirms, retired, rolledBack } = listing;
  return { address, serial, key, locked, lockedFirms, retired, rolledBack };
}

/** Who is locked or was set back, and what is done about it. */
function showConditions(output: Output, { containers }: Answers): void {
  for (const { address, listing } of containers) {
    for (const condition of conditionsOf(listing)) output.line(`${address}: `, condition);
    const [firm] = listing.lockedFirms;
    if (firm !== undefined)
      output.line(
        `  Its vendors decide, each for its own licenses: ferry context ${quoted(address)} --for ${firm} -o FILE, then ferry central accept.`,
      );
  }
}

function entryDocument(entry: EntryUnderWay): object {
  const { standing } = entry;
  const isOpen = standing === 'unknown' || standing === 'decided';
  return { ...withCode(entry), arrived: isOpen ? null : standing === 'arrived' };
}

function isGivenUp({ entries, toAddress, barred }: UnderWay): boolean {
  return (toAddress === null || barred !== null) && entries.every(({ writtenOff }) => writtenOff);
}

/** What to do about what its target will never take, or not as it is. */
function showStranded(output: Output, way: UnderWay, writeOffs: readonly string[]): void {
  if (way.isWithdrawn)
    output.line(
      `The root has withdrawn the key of firm ${way.firm}: what is in transit from it is not delivered any more.`,
    );
  if (writeOffs.length === 0) return;
  output.line(whenWrittenOff(way));
  for (const command of writeOffs) output.line(`  ${command}`);
}

function showUnfinished(output: Output, answers: Answers, unfinished: readonly UnfinishedMove[]): void {
  output.table(
    ['Unfinished move', 'From', 'To', 'Order', 'Since', 'Step'],
    unfinished.map((move) => [
      shortId(move.id),
      move.note === null ? '?' : shownAs(answers, move.note.from),
      move.note === null ? '?' : shownAs(answers, move.note.to),
      move.work === null ? '?' : orderText(move.work.context.order),
      move.note === null ? '?' : timeText(move.note.begunAt),
      stepText(answers, move),
    ]),
    { notes: unfinished.map((move) => styled('yellow', lastWords(answers, move))), isWhole: true },
  );
  output.line();
}

function stepText(answers: Answers, move: UnfinishedMove): string {
  if (move.work === null) return 'cannot be read';
  const standing = placesOf(answers, move)?.standing;
  if (standing === 'writtenOff') return 'written off';
  if (standing === 'over' || standing === 'cancelled') return standing;
  return stepWords(move.work.step, standing);
}

function strangerText(id: string, { address, found, expected }: Stranger): string {
  const who = `${found.serial ?? 'somebody'}, "${found.words}"`;
  return `At ${address} is ${who}, which ${id} has nothing to do with${expected === null ? '' : `: it needs ${expected}`}.`;
}

/** Why the last run of a move ended, or why it cannot be read. */
function lastWords(answers: Answers, move: UnfinishedMove): string {
  const { note, failure } = move;
  const standing = placesOf(answers, move)?.standing;
  if (standing === 'writtenOff') return 'It was written off: its seats are held again, and there is nothing to finish.';
  if (standing === 'over')
    return 'It is over: nothing of it is in transit any more. Finishing it tells how it ended, and moves nothing more.';
  if (failure !== null) return `${explain(failure.code, failure.details).happened} [${failure.code}]`;
  const unissued = standing === 'unissued' ? 'Nothing of it was issued. ' : '';
  if (note === null || note.lastFailure === null) return `${unissued}Its last run was cut off.`;
  const { code, details, at } = note.lastFailure;
  return `${unissued}${timeText(at)}: ${explain(code, details).happened} [${code}]`;
}

function showWays(output: Output, ways: readonly UnderWay[]): void {
  output.table(
    ['In transit from', 'To', 'Sequence', 'Items', 'State'],
    ways.flatMap(({ from, to, entries }) =>
      entries.map(({ sequence, firmCode, items, ...standing }) => [
        from,
        to,
        sequence,
        items.length === 0
          ? `of Firm Item ${firmCode}`
          : items.map(({ productCode, seats }) => `${firmCode}:${productCode}x${seats}`).join(' '),
        stateOfEntry(standing),
      ]),
    ),
    {
      isWhole: true,
      notes: ways.flatMap(({ entries }) =>
        entries.map(({ reason }) => (reason === 0 ? '' : styled('yellow', words(reason)))),
      ),
    },
  );
  output.line();
}

function showNext(output: Output, next: readonly NextCommand[]): void {
  output.line(styled('bold', 'What to do next'));
  output.commands(next);
}

/** What to do for every unfinished move and for everything in transit, each command once. */
function nextOf(
  answers: Answers,
  unfinished: readonly UnfinishedMove[],
  ways: readonly UnderWay[],
): readonly NextCommand[] {
  const resumable = unfinished.flatMap((move) => nextOfMove(answers, move, ways));
  const all = [...resumable, ...ways.flatMap((way) => nextOfWay(answers, unfinished, way))];
  return [...new Map(all.map((one) => [one.command, one])).values()];
}

function nextOfWay(answers: Answers, unfinished: readonly UnfinishedMove[], way: UnderWay): readonly NextCommand[] {
  const move = way.kept === 'whole' ? unfinished.find(({ id }) => id === way.id) : undefined;
  return move === undefined ? nextCommands(way) : resuming(answers, move);
}

function resuming(answers: Answers, move: UnfinishedMove): readonly NextCommand[] {
  const places = placesOf(answers, move);
  return places === null ? [resumeOf(move.id)] : places.next === null ? [] : [places.next];
}

function nextOfMove(answers: Answers, move: UnfinishedMove, ways: readonly UnderWay[]): readonly NextCommand[] {
  const { id, note, work, failure } = move;
  if (failure === null) return resuming(answers, move);
  // What is in transit says with which order to start over.
  if (work === null && ways.some((way) => way.id === id && way.toAddress !== null)) return [];
  const [from, to] = note === null ? sidesByKey(answers, id) : [shownAs(answers, note.from), shownAs(answers, note.to)];
  if (from === undefined || to === undefined) return [];
  const firm = note?.firm ?? null;
  if (work !== null)
    return [
      {
        command: orderAgain({ from, to, firm, order: work.context.order }),
        why: 'goes on with the unfinished move',
      },
    ];
  const again = orderAgain({ from, to, firm, order: { kind: 'all' } });
  return [{ command: `${again} --start-over --dry-run`, why: 'shows what a new order would find there' }];
}

/** What helps where nothing can be typed as it is: the note or the snapshot cannot be read, and the sides are not known. */
function unreadable(answers: Answers, move: UnfinishedMove, ways: readonly UnderWay[]): readonly string[] {
  const { id, work, note, failure } = move;
  if (failure === null || nextOfMove(answers, move, ways).length > 0) return [];
  if (work === null) return [`What is kept of it is forgotten by: ${forgetOf(id)}`];
  const [from = NEW_ADDRESS, to = NEW_ADDRESS] = note === null ? sidesByKey(answers, id) : [note.from, note.to];
  return [`Once it is known where its two sides are: ${resumeOf(id, '', { from, to }).command}`];
}

function unfinishedDocument({ id, note, work, failure }: UnfinishedMove, next: readonly NextCommand[]): object {
  return {
    id: shortId(id),
    from: note?.from ?? null,
    to: note?.to ?? null,
    firm: note?.firm ?? null,
    begunAt: note?.begunAt ?? null,
    order: work?.context.order ?? null,
    step: work?.step ?? null,
    lastFailure: note?.lastFailure ?? null,
    failure: failure === null ? null : explain(failure.code, failure.details),
    next,
  };
}

/** Minutes are enough for people. */
function timeText(seconds: number): string {
  const time = new Date((seconds + FIELD_EPOCH) * 1000);
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
