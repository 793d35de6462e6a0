import type { PacketFault, PacketKind } from './fault.ts';
import { SeededDraws } from './seeded-draws.ts';

/** What becomes of one report or transfer. */
export interface PacketFate {
  readonly isDropped: boolean;
  /** Seconds for which it is held back. */
  readonly delay: number;
  /** Its bytes, perhaps with one bit turned over. */
  readonly data: Uint8Array;
}

interface Active {
  readonly fault: PacketFault;
  readonly draws: SeededDraws;
  /** Strikes that are left; undefined where chance decides. */
  left: number | undefined;
}

/** The seed under which bits are drawn where a fault names none. */
const BIT_SEED = 1;

/** The faults of packets that are set, by their numbers. The same faults and packets give the same fates. */
export class PacketFaults {
  readonly #active = new Map<number, Active>();

  get isEmpty(): boolean {
    return this.#active.size === 0;
  }

  set(id: number, fault: PacketFault): void {
    const { which } = fault;
    const seed = which.by === 'chance' ? which.seed : BIT_SEED;
    this.#active.set(id, {
      fault,
      draws: new SeededDraws(seed),
      left: which.by === 'count' ? which.count : undefined,
    });
  }

  clear(id: number): void {
    this.#active.delete(id);
  }

  /** How often the fault of that number strikes yet; undefined where chance decides, or it is over. */
  left(id: number): number | undefined {
    return this.#active.get(id)?.left;
  }

  has(id: number): boolean {
    return this.#active.has(id);
  }

  /** Decides on a packet; `data` itself is never changed. */
  meet(of: PacketKind, data: Uint8Array): PacketFate {
    let fate: PacketFate = { isDropped: false, delay: 0, data };
    for (const [id, active] of this.#active) {
      if (active.fault.of !== of || !this.#strikes(active)) continue;
      fate = struck(fate, active);
      if (active.left === 0) this.#active.delete(id);
    }
    return fate;
  }

  #strikes(active: Active): boolean {
    const { which } = active.fault;
    if (which.by === 'chance') return active.draws.below(which.oneIn) === 0;
    if (active.left !== undefined) active.left -= 1;
    return true;
  }
}

function struck(fate: PacketFate, { fault, draws }: Active): PacketFate {
  switch (fault.kind) {
    case 'drop':
      return { ...fate, isDropped: true };
    case 'delay':
      return { ...fate, delay: fate.delay + fault.seconds };
    case 'corrupt':
      return { ...fate, data: withBitTurned(fate.data, draws) };
  }
}

function withBitTurned(data: Uint8Array, draws: SeededDraws): Uint8Array {
  if (data.length === 0) return data;
  const changed = data.slice();
  const bit = draws.below(8 * data.length);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
