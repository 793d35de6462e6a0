import type { Listing } from '../../container/commands/list.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { UnfinishedMove } from '../../state-machines/index.ts';
import type { EntryUnderWay, UnderWay } from './next-commands.ts';
import type { Unreached } from './unreached.ts';

/** An address that was asked, and what it showed. */
export interface Asked {
  readonly address: string;
  readonly listing: Listing;
  /** Its fingerprint words. */
  readonly words: string;
}

/** What a firm of a License Central has in transit. */
export interface AskedFirm {
  readonly address: string;
  readonly firmCode: number;
  readonly key: PublicKey;
  /** Its fingerprint words. */
  readonly words: string;
  /** Whether a container proved that the License Central was set back. */
  readonly isSetBack: boolean;
  /** Whether the root has withdrawn its key. */
  readonly isWithdrawn: boolean;
  readonly transit: readonly (Pick<Listing['transit'][number], 'target' | 'serial' | 'sequence' | 'cancelled'> & {
    readonly firmCode: number;
    readonly items: EntryUnderWay['items'];
  })[];
}

/** Of each pair of an issuer and a target, by `pairOf`, the sequences that the target refused, with the numbers of the errors. */
export type Refusals = ReadonlyMap<string, ReadonlyMap<number, number>>;

export function pairOf(issuer: PublicKey, target: PublicKey): string {
  return `${issuer} ${target}`;
}

/** Everybody who was asked. */
export interface Answers {
  readonly containers: readonly Asked[];
  readonly firms: readonly AskedFirm[];
  readonly unreachable: readonly Unreached[];
  /** Folders of containers that could not be opened, since they are served, and that answered where they are. */
  readonly served: readonly string[];
  readonly refusals: Refusals;
}

/** An entry as its issuer shows it. */
type NotedEntry = Omit<EntryUnderWay, 'standing' | 'reason'> & { readonly serial: string };

type IdOf = (issuer: PublicKey, target: PublicKey) => string;

/** What is in transit, by issuer and target. @param idOf under what an unfinished move between two is kept */
export function waysOf(answers: Answers, unfinished: readonly UnfinishedMove[], idOf: IdOf): readonly UnderWay[] {
  const asked = new Map(answers.containers.map((one) => [one.listing.key, one]));
  const kept = new Map(unfinished.map((move) => [move.id, move]));
  const way = (
    side: Pick<UnderWay, 'from' | 'firm' | 'giver' | 'isSetBack' | 'isWithdrawn'>,
    issuer: PublicKey,
    [target, entries]: readonly [PublicKey, readonly NotedEntry[]],
  ): UnderWay => {
    const id = idOf(issuer, target);
    const there = asked.get(target);
    const applied = there?.listing.channels.find(({ partner }) => partner === issuer)?.applied ?? 0;
    const refused = answers.refusals.get(pairOf(issuer, target));
    // What was applied under the numbers of an issuer that was set back may be something else, which it forgot.
    const isAsked = there !== undefined && !side.isSetBack;
    return {
      ...side,
      barred: there === undefined ? null : barredBy(there.listing),
      to: entries[0]?.serial ?? '',
      toAddress: there?.address ?? null,
      id,
      kept: stateOf(kept.get(id)),
      entries: entries.map(({ serial: _, ...entry }) => ({
        ...entry,
        reason: (isAsked ? refused?.get(entry.sequence) : undefined) ?? 0,
        standing: isAsked ? standingOf(entry.sequence, applied, refused) : 'unknown',
      })),
    };
  };
  return [
    ...answers.containers.flatMap(({ address, listing }) =>
      byTarget(entriesOf(listing)).map((of) =>
        way(
          { from: address, firm: null, giver: listing.serial, isSetBack: false, isWithdrawn: false },
          listing.key,
          of,
        ),
      ),
    ),
    ...answers.firms.flatMap(({ address, firmCode, key, isSetBack, isWithdrawn, transit }) => {
      return byTarget(transit.map((entry) => ({ ...entry, writtenOff: false }))).map((of) =>
        way({ from: address, firm: firmCode, giver: null, isSetBack, isWithdrawn }, key, of),
      );
    }),
  ];
}

function barredBy({ locked, retired }: Listing): UnderWay['barred'] {
  if (retired) return 'retired';
  return locked ? 'locked' : null;
}

/**
 * How an entry stands with its target.
 *
 * @param applied last sequence of its issuer that the target has dealt with
 * @param refused undefined where that was not told
 */
export function standingOf(
  sequence: number,
  applied: number,
  refused: ReadonlyMap<number, number> | undefined,
): EntryUnderWay['standing'] {
  if (sequence > applied) return 'underWay';
  if (refused === undefined) return 'decided';
  return refused.has(sequence) ? 'refused' : 'arrived';
}

function stateOf(move: UnfinishedMove | undefined): UnderWay['kept'] {
  if (move === undefined) return 'nothing';
  if (move.work === null) return 'damaged';
  return move.note === null ? 'unnoted' : 'whole';
}

/** What a container shows in transit. */
export function entriesOf({ transit, holdings }: Listing) {
  const products = new Map(holdings.map(({ id, productCode }) => [id, productCode]));
  return transit.map(({ target, serial, sequence, firmCode, cancelled, writtenOff, holdings: from, quantities }) => ({
    target,
    serial,
    sequence,
    firmCode,
    cancelled,
    writtenOff,
    items: from.flatMap((id, at) => {
      const productCode = products.get(id);
      return productCode === undefined ? [] : [{ productCode, seats: quantities[at] ?? 0 }];
    }),
  }));
}

function byTarget<T extends { readonly target: PublicKey }>(
  entries: readonly T[],
): readonly (readonly [PublicKey, T[]])[] {
  const groups = new Map<PublicKey, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.target);
    if (group === undefined) groups.set(entry.target, [entry]);
    else group.push(entry);
  }
  return [...groups];
}
