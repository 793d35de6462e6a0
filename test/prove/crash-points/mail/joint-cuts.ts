import type { Pick } from '../../../container/store/faulty-flash.ts';
import type { DiskImage } from '../files/disk-image.ts';
import { ALL_TEARS, type DiskCut, diskCutsOf, diskStates } from '../files/disk-states.ts';
import { type Cut, crashStates, cutsOf, type Thoroughness } from '../flash/crash-states.ts';
import type { Durable } from '../flash/recorded-memory.ts';
import type { PoweredDongle } from './powered-dongle.ts';

/** A moment at which the power of a dongle is cut, and what there is of both of its media then. */
export interface JointCut {
  readonly at: number;
  readonly memory: Cut;
  readonly disk: DiskCut;
  /** Whether anything was under way. */
  readonly isOver: boolean;
}

/** What a cut may leave of both. */
export interface Left {
  readonly durable: Durable;
  readonly image: DiskImage;
}

/** Every moment from the operation `from` on, the one after the last operation included. */
export function* jointCutsOf({ moments, media: { memory, disk } }: PoweredDongle, from: number): Iterable<JointCut> {
  const memoryCuts = [...cutsOf(memory, 0, memory.operations.length)];
  const diskCuts = [...diskCutsOf(disk)];
  for (const [at, { on, memory: inMemory, disk: onDisk }] of moments.entries()) {
    if (at < from) continue;
    const cut = { memory: memoryCuts[inMemory] as Cut, disk: diskCuts[onDisk] as DiskCut };
    const idle = { begun: undefined };
    if (on === 'memory') yield { at, memory: cut.memory, disk: { ...cut.disk, ...idle }, isOver: false };
    else yield { at, memory: { ...cut.memory, ...idle }, disk: cut.disk, isOver: false };
  }
  const last = { memory: memoryCuts.at(-1) as Cut, disk: diskCuts.at(-1) as DiskCut };
  yield { at: moments.length, ...last, isOver: true };
}

/** What both may hold after a cut; the same may come several times. */
export function* jointStates(
  { memory, disk }: JointCut,
  thoroughness: Thoroughness,
  mixtures: number,
  pick: Pick,
): Iterable<Left> {
  const images = [...diskStates(disk, { mixtures, tears: ALL_TEARS }, pick)];
  for (const durable of crashStates(memory, thoroughness, pick)) for (const image of images) yield { durable, image };
}
