import type { Pick } from '../../../container/store/faulty-flash.ts';
import {
  applyPart,
  applyWhole,
  type Durable,
  type Operation,
  type RecordedMemory,
  type Write,
} from './recorded-memory.ts';
import type { ImageDraft, SectorImage } from './sector-image.ts';

/** A moment at which the power is cut: in an operation, or after the last one. */
export interface Cut {
  /** Number of the operation that was begun; the number of all where all had ended. */
  readonly at: number;
  readonly durable: Durable;
  /** Ended, but not flushed. */
  readonly unflushed: readonly Write[];
  /** What was begun at the moment of the cut. */
  readonly begun: Operation | undefined;
}

/** How much of what is possible is taken. */
export interface Thoroughness {
  /** Ways in which the last write is torn, of those there are. */
  readonly tears: number;
  /** Whether each unflushed write is lost, kept and torn by itself, at its edges and in its middle. */
  readonly each: boolean;
  /** Mixtures drawn by chance for each cut. */
  readonly random: number;
}

/** Every moment from the operation `from` on, the one after the last operation included. */
export function* cutsOf(memory: RecordedMemory, from: number, to: number): Iterable<Cut> {
  let { durable, unflushed } = { durable: memory.start, unflushed: [...memory.inherited] };
  for (const [at, operation] of memory.operations.entries()) {
    if (at >= to) break;
    if (at >= from) yield { at, durable, unflushed: [...unflushed], begun: operation };
    if (operation.kind === 'flush') {
      durable = { ...durable, image: written(durable.image, unflushed) };
      unflushed = [];
    } else if (operation.kind === 'anchor') durable = { ...durable, anchor: operation.anchor };
    else unflushed.push(operation);
  }
  yield { at: to, durable, unflushed, begun: undefined };
}

/** What the medium may hold after a cut; the same may come several times. */
export function* crashStates(cut: Cut, thoroughness: Thoroughness, pick: Pick): Iterable<Durable> {
  const { durable, begun } = cut;
  const anchors = begun?.kind === 'anchor' ? [durable.anchor, begun.anchor] : [durable.anchor];
  for (const anchor of anchors) for (const image of imagesOf(cut, thoroughness, pick)) yield { image, anchor };
}

function* imagesOf(
  { durable: { image: base }, unflushed, begun }: Cut,
  { tears, each, random }: Thoroughness,
  pick: Pick,
): Iterable<SectorImage> {
  yield base;
  const all = begun?.kind === 'program' || begun?.kind === 'erase' ? [...unflushed, begun] : unflushed;
  if (all.length === 0) return;
  const kept = written(base, unflushed);
  yield kept;
  const last = all.at(-1) as Write;
  const first = pick(TEARS.length);
  for (let at = 0; at < tears; at++) {
    const tear = TEARS[(first + at) % TEARS.length] as Tear;
    yield kept.with((draft) => tear(draft, last, pick));
  }
  if (each) yield* eachByItself(base, all, pick);
  for (let round = 0; round < random; round++) yield mixed(base, all, pick);
}

/** Each write lost alone, kept alone, and torn beside others that are kept or lost; and every prefix and suffix of them. */
function* eachByItself(base: SectorImage, writes: readonly Write[], pick: Pick): Iterable<SectorImage> {
  for (const [at, write] of writes.entries()) {
    const others = writes.filter((other) => other !== write);
    yield written(base, others);
    yield written(base, [write]);
    yield written(base, writes.slice(0, at));
    yield written(base, writes.slice(at));
    const beside = written(base, others);
    for (const tear of TEARS) {
      yield beside.with((draft) => tear(draft, write, pick));
      yield base.with((draft) => tear(draft, write, pick));
    }
  }
}

/** Every write lost, kept or torn somehow, in any order. */
function mixed(base: SectorImage, writes: readonly Write[], pick: Pick): SectorImage {
  const order = [...writes];
  for (let at = order.length - 1; at > 0; at--) {
    const other = pick(at + 1);
    [order[at], order[other]] = [order[other] as Write, order[at] as Write];
  }
  return base.with((draft) => {
    for (const write of order) {
      const fate = pick(3);
      if (fate === 0) applyWhole(draft, write);
      else if (fate === 1) TEARS[pick(TEARS.length)]?.(draft, write, pick);
    }
  });
}

function written(base: SectorImage, writes: readonly Write[]): SectorImage {
  return writes.length === 0
    ? base
    : base.with((draft) => {
        for (const write of writes) applyWhole(draft, write);
      });
}

type Tear = (draft: ImageDraft, write: Write, pick: Pick) => void;

/** What a chip may have done of one write: its first or last byte, all but those, a part of it, some of its bits. */
const TEARS: readonly Tear[] = [
  (draft, write) => applyPart(draft, write, 0, 1),
  (draft, write) => applyPart(draft, write, 0, lengthOf(draft, write) - 1),
  (draft, write) => applyPart(draft, write, 1, lengthOf(draft, write)),
  (draft, write, pick) => applyPart(draft, write, 0, pick(lengthOf(draft, write)) + 1),
  (draft, write, pick) => applyPart(draft, write, pick(lengthOf(draft, write)), lengthOf(draft, write)),
  (draft, write, pick) => {
    const ends = [pick(lengthOf(draft, write) + 1), pick(lengthOf(draft, write) + 1)];
    applyPart(draft, write, Math.min(...ends), Math.max(...ends));
  },
  (draft, write, pick) => someBits(draft, write, pick),
];

function lengthOf(draft: ImageDraft, write: Write): number {
  return write.kind === 'erase' ? draft.geometry.sectorSize : write.bytes.length;
}

/** Cells change one by one: any of the bits that were to change has changed. A file has none. */
function someBits(draft: ImageDraft, write: Write, pick: Pick): void {
  const length = lengthOf(draft, write);
  if (write.kind === 'overwrite') {
    applyPart(draft, write, 0, pick(length));
    return;
  }
  const bytes = new Uint8Array(length);
  const bits = write.kind === 'program' ? write.bytes : bytes;
  for (let at = 0; at < length; at++) bytes[at] = (bits[at] as number) | pick(256);
  if (write.kind === 'program') draft.clear(write.address, bytes);
  else draft.set(write.address, bytes);
}
