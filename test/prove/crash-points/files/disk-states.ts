import type { Pick } from '../../../container/store/faulty-flash.ts';
import type { DiskChange, DiskImage } from './disk-image.ts';
import { type DiskOperation, isMadeDurable, type RecordedDisk } from './recorded-disk.ts';

/** A moment at which the power is cut. */
export interface DiskCut {
  readonly at: number;
  readonly durable: DiskImage;
  /** Done, but not durable. */
  readonly loose: readonly DiskChange[];
  /** The operation that was begun; undefined after the last one. */
  readonly begun: DiskOperation | undefined;
}

export function* diskCutsOf(disk: RecordedDisk): Iterable<DiskCut> {
  let durable = disk.start;
  let loose = disk.loose;
  for (const [at, operation] of disk.operations.entries()) {
    yield { at, durable, loose, begun: operation };
    if (operation.kind === 'sync') {
      const { node } = operation;
      durable = durable.after(loose.filter((change) => isMadeDurable(change, node)));
      loose = loose.filter((change) => !isMadeDurable(change, node));
    } else loose = [...loose, operation];
  }
  yield { at: disk.operations.length, durable, loose, begun: undefined };
}

/** Ways in which a write is torn. */
export const ALL_TEARS = 6;

/** How much of what a disk may hold is taken. */
export interface DiskThoroughness {
  /** Mixtures of what is lost, kept and torn. */
  readonly mixtures: number;
  /** Ways in which each write is torn, of those there are. */
  readonly tears: number;
}

/** What a disk may hold after a cut; the same may come several times. */
export function* diskStates(
  { durable, loose, begun }: DiskCut,
  { mixtures, tears }: DiskThoroughness,
  pick: Pick,
): Iterable<DiskImage> {
  const all = begun === undefined || begun.kind === 'sync' ? loose : [...loose, begun];
  yield durable;
  if (all.length === 0) return;
  yield durable.after(loose);
  for (const [at, change] of all.entries()) {
    const others = all.filter((other) => other !== change);
    yield durable.after(others);
    yield durable.after([change]);
    yield durable.after(all.slice(0, at));
    yield durable.after(all.slice(at));
    for (const torn of someOf(tearsOf(change, pick), tears, pick)) {
      yield durable.after([...others, torn]);
      yield durable.after([torn]);
    }
  }
  for (let round = 0; round < mixtures; round++) yield mixed(durable, all, pick);
}

/** So many of them, from one on that is drawn. */
function someOf<T>(all: readonly T[], most: number, pick: Pick): readonly T[] {
  if (all.length <= most) return all;
  const first = pick(all.length);
  return [...all.slice(first), ...all.slice(0, first)].slice(0, most);
}

/** Each change lost, kept or torn. */
function mixed(durable: DiskImage, changes: readonly DiskChange[], pick: Pick): DiskImage {
  return durable.after(
    changes.flatMap((change) => {
      const fate = pick(3);
      if (fate === 0) return [];
      const tears = tearsOf(change, pick);
      return fate === 1 || tears.length === 0 ? [change] : [tears[pick(tears.length)] as DiskChange];
    }),
  );
}

/** What may be there of a write that was not ended: its beginning, its end, its middle. Other changes have no parts. */
function tearsOf(change: DiskChange, pick: Pick): readonly DiskChange[] {
  if (change.kind !== 'write' || change.bytes.length < 2) return [];
  const { length } = change.bytes;
  const [one, other] = [pick(length), pick(length)];
  const parts = [
    [0, 1],
    [0, length - 1],
    [1, length],
    [0, pick(length - 1) + 1],
    [pick(length - 1) + 1, length],
    [Math.min(one, other), Math.max(one, other)],
  ] as const;
  return parts.map(([from, to]) => ({
    ...change,
    position: change.position + from,
    bytes: change.bytes.subarray(from, to),
  }));
}
