import type { PublicKey } from '../../container/model/ids.ts';
import type { IssuerListing, UnfinishedMove } from '../../state-machines/index.ts';
import { hasWrittenOff, inTransitOf, isOver, isUnissued } from '../../state-machines/license-move/still-in-transit.ts';
import { absoluteAddress } from './move-sides.ts';
import { NEW_ADDRESS, type NextCommand, resumeOf } from './next-commands.ts';
import { type Answers, pairOf, standingOf as standingAtTarget } from './under-way.ts';

/** One side of an unfinished move, and what was seen of it. */
interface Side {
  /** The address as it was noted, in the writing in which it was asked. */
  readonly noted: string;
  /** Where it answered, by its key; undefined when it did not. */
  readonly now: string | undefined;
  /** Who answered at the noted address; null when nobody did. */
  readonly there: Answer | null;
  /** Whether it is served where it was noted, from which `ferry resume` finds its way. */
  readonly isServed: boolean;
  /** The beginning of its key. */
  readonly key: string;
}

interface Answer {
  readonly address: string;
  readonly key: PublicKey;
  readonly serial: string | null;
  readonly words: string;
  readonly shown: Pick<IssuerListing, 'channels' | 'transit'>;
}

/** Somebody who answers at an address of an unfinished move and has nothing to do with it. */
export interface Stranger {
  readonly address: string;
  /** Who answers. */
  readonly found: { readonly serial: string | null; readonly key: PublicKey; readonly words: string };
  /** Who was meant, as the other side calls it; null when that did not answer or does not know. */
  readonly expected: string | null;
}

/**
 * How an unfinished move stands by what its issuer shows. `unissued`: it was planned, and nothing was issued. `cancelled`: all of it that is in transit was called back, and not all of that had arrived before. `over`: nothing
 * of it is in transit any more, so that finishing it moves nothing. `writtenOff`: the same, since its vendor gave it up. `unknown`: the issuer did not answer.
 */
export type Standing = 'unissued' | 'open' | 'cancelled' | 'over' | 'writtenOff' | 'unknown';

/** An unfinished move among those who were asked. */
export interface PlacedMove {
  readonly standing: Standing;
  readonly strangers: readonly Stranger[];
  /** What finishes it, or ends it; null when a side answered nowhere, though somebody else does at its address. */
  readonly next: NextCommand | null;
  /** What finishes it where the sides that did not answer are found at another address; null when both answered. */
  readonly elsewhere: string | null;
}

/** Where an unfinished move that can be read goes on; null when it cannot be read. */
export function placesOf(answers: Answers, { id, note, work }: UnfinishedMove): PlacedMove | null {
  if (note === null || work === null) return null;
  const [fromKey = '', toKey = ''] = keysOf(id);
  const [from, to] = [sideAt(answers, note.from, fromKey), sideAt(answers, note.to, toKey)];
  const issuer = answered(answers).find(({ key }) => key.startsWith(fromKey));
  const standing = standingOf(answers, issuer, work.context);
  const isMissing = (side: Side): boolean => !isThere(side) && !side.isServed && side.now === undefined;
  const strangers = [strangerAt(answers, from, toKey), strangerAt(answers, to, fromKey)].flatMap((one) => one ?? []);
  const moved = (side: Side): string | undefined => (isThere(side) || side.isServed ? undefined : side.now);
  const isLost = [from, to].some((side) => side.there !== null && !isThere(side) && side.now === undefined);
  return {
    standing,
    strangers,
    next: isLost ? null : resumeOf(id, WHY[standing], { from: moved(from), to: moved(to) }),
    elsewhere:
      isMissing(from) || isMissing(to)
        ? resumeOf(id, '', {
            from: isMissing(from) ? NEW_ADDRESS : moved(from),
            to: isMissing(to) ? NEW_ADDRESS : moved(to),
          }).command
        : null,
  };
}

const WHY: Readonly<Record<Standing, string>> = {
  unissued: 'finishes the unfinished move',
  open: 'finishes the unfinished move',
  unknown: 'finishes the unfinished move',
  cancelled: 'brings home what was cancelled',
  writtenOff: 'clears away what is kept of it, and orders nothing',
  over: 'clears away what is kept of it, and orders nothing',
};

/** Where the two of an unfinished move answered, by their keys. */
export function sidesByKey(answers: Answers, id: string): readonly (string | undefined)[] {
  return keysOf(id).map((begin) => answered(answers).find(({ key }) => key.startsWith(begin))?.address);
}

/** The address as it was given, where it is one of those asked by another writing. */
export function shownAs({ containers, firms, unreachable, served }: Answers, absolute: string): string {
  const given = [...[...containers, ...firms, ...unreachable].map(({ address }) => address), ...served];
  return given.find((address) => absoluteAddress(address) === absolute) ?? absolute;
}

function sideAt(answers: Answers, absolute: string, key: string): Side {
  const noted = shownAs(answers, absolute);
  const all = answered(answers);
  const there = all.filter(({ address }) => address === noted);
  return {
    noted,
    now: all.find((one) => one.key.startsWith(key))?.address,
    // A License Central answers with every firm that it has.
    there: there.find((one) => one.key.startsWith(key)) ?? there[0] ?? null,
    isServed:
      answers.served.includes(noted) ||
      answers.unreachable.some(({ address, error }) => address === noted && error.code === 'CONTAINER_SERVED'),
    key,
  };
}

function isThere({ there, key }: Side): boolean {
  return there?.key.startsWith(key) === true;
}

function strangerAt(answers: Answers, side: Side, otherKey: string): Stranger | null {
  if (side.there === null || isThere(side)) return null;
  const { serial, key, words } = side.there;
  const other = answered(answers).find((one) => one.key.startsWith(otherKey));
  return {
    address: side.noted,
    found: { serial, key, words },
    expected: other?.shown.channels.find(({ partner }) => partner.startsWith(side.key))?.name ?? null,
  };
}

type Context = NonNullable<UnfinishedMove['work']>['context'];

function standingOf(answers: Answers, issuer: Answer | undefined, context: Context): Standing {
  if (issuer === undefined) return 'unknown';
  if (isUnissued(issuer.shown, context)) return 'unissued';
  if (isOver(issuer.shown, context)) return hasWrittenOff(issuer.shown, context) ? 'writtenOff' : 'over';
  const own = inTransitOf(issuer.shown, context);
  const cancelled = issuer.shown.transit.filter(
    (one) => one.cancelled && one.target === context.planned?.plan.targetKey,
  );
  const isCancelled = own.length > 0 && own.every((at) => cancelled.some(({ sequence }) => sequence === at));
  return isCancelled && !own.every((at) => hasArrived(answers, issuer, context, at)) ? 'cancelled' : 'open';
}

/** Whether the target shows that it applied an entry. */
function hasArrived(
  { containers, refusals }: Answers,
  issuer: Answer,
  { planned }: Context,
  sequence: number,
): boolean {
  const target = containers.find(({ listing }) => listing.key === planned?.plan.targetKey)?.listing;
  if (target === undefined) return false;
  const applied = target.channels.find(({ partner }) => partner === issuer.key)?.applied ?? 0;
  return standingAtTarget(sequence, applied, refusals.get(pairOf(issuer.key, target.key))) === 'arrived';
}

/** The beginnings of the two keys that are in the id. */
function keysOf(id: string): readonly string[] {
  return id.split('-').slice(1);
}

function answered({ containers, firms }: Answers): readonly Answer[] {
  return [
    ...containers.map(({ address, listing, words }) => ({
      address,
      key: listing.key,
      serial: listing.serial,
      words,
      shown: listing,
    })),
    ...firms.map(({ address, key, words, transit }) => ({
      address,
      key,
      serial: null,
      words,
      shown: {
        channels: [],
        transit: transit.map((entry) => ({ ...entry, writtenOff: false, holdings: [], quantities: [] })),
      },
    })),
  ];
}
