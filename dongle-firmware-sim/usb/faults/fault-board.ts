import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Fault, PacketKind } from './fault.ts';
import { type Counted, type FaultStep, sayStep } from './fault-step.ts';
import { PacketFaults } from './packet-faults.ts';

/** The dongle itself, as faults reach it. Never called while a transfer is being answered. */
export interface FaultTarget {
  unplug(): void;
  plug(): void;
  /** Its power is gone, and everything that only its memory knew. */
  cutPower(): void;
}

export interface FaultBoardOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls back after so many seconds. @returns ends the wait */
  readonly after: (seconds: number, over: () => void) => () => void;
  /** Is told in words what was set and what has struck. */
  readonly tell: (event: 'fault.set' | 'fault.struck' | 'fault.cleared', fault: string) => void;
}

/** A fault that is set: it waits for its moment, or goes on. */
export interface SetFault {
  readonly id: number;
  /** As it is written. */
  readonly fault: string;
  readonly state: 'waiting' | 'active';
  /** How many reports, sectors or operations are left until it strikes, or how often it strikes yet. */
  readonly left: number | null;
}

/** What has gone over the wire and into the flash since the dongle is served. */
export interface Traffic {
  readonly reportsIn: number;
  readonly reportsOut: number;
  readonly sectorsRead: number;
  readonly sectorsWritten: number;
  readonly flashOperations: number;
}

/** What becomes of data that is on its way. */
export interface Passage {
  readonly isDropped: boolean;
  /** Seconds for which it is held back. */
  readonly delay: number;
  readonly data: Uint8Array;
  /** The dongle is gone in the middle of it: `data` is what came through before. */
  readonly isCutOff: boolean;
}

interface Waiting {
  readonly step: FaultStep;
  /** What its counter shows when it strikes; undefined while time decides. */
  readonly due: number | undefined;
  readonly endWait: () => void;
}

interface Lasting {
  readonly step: FaultStep;
  readonly endWait: () => void;
}

/** Bytes of a sector of the disk. */
const SECTOR = 512;
/** Pages of a sector of the flash, which are erased together. */
const PAGES_ERASED = 16;
/** What no flash operation survives, and what nothing on the wire does. */
const CUTS: ReadonlySet<Fault['kind']> = new Set(['cut power']);
const GOES: ReadonlySet<Fault['kind']> = new Set(['cut power', 'unplug']);

/**
 * The faults that are set for one dongle, and what they do to each report, transfer and flash operation that is shown to it. With
 * none set it only counts.
 */
export class FaultBoard {
  readonly #options: FaultBoardOptions;
  readonly #counted = { report: 0, sector: 0, flash: 0 };
  readonly #traffic = { reportsIn: 0, reportsOut: 0, sectorsRead: 0, sectorsWritten: 0, flashOperations: 0 };
  readonly #packets = new PacketFaults();
  readonly #packetSteps = new Map<number, FaultStep>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #lasting = new Map<number, Lasting>();
  /** The real device without which it is in no computer, while that is not there. */
  awaited: string | undefined;
  #target: FaultTarget | undefined;
  #nextId = 1;
  #isGone = false;
  #hasPower = true;
  /** When the flash is done with what it was given, in milliseconds of the clock. */
  #flashReady = 0;
  /** Who waits for that; each is told by calling it. */
  readonly #flashWaits = new Set<() => void>();

  constructor(options: FaultBoardOptions) {
    this.#options = options;
  }

  /** The dongle that unplugging, plugging and cutting the power are about. Set once it is there. */
  set target(target: FaultTarget) {
    this.#target = target;
  }

  get traffic(): Traffic {
    return { ...this.#traffic };
  }

  /** Whether it is unplugged or without power. */
  get isGone(): boolean {
    return this.#isGone;
  }

  get hasPower(): boolean {
    return this.#hasPower;
  }

  get isBusy(): boolean {
    return this.#lastingFault('busy') !== undefined;
  }

  get isFull(): boolean {
    return this.#lastingFault('full memory') !== undefined;
  }

  /** Whether a slow flash is at work still. */
  get isFlashBusy(): boolean {
    return this.#flashReady > this.#options.now();
  }

  /** Sets faults; those without a moment of their own strike at once, in their order. */
  set(steps: readonly FaultStep[]): void {
    for (const step of steps) this.#setOne(step);
  }

  list(): readonly SetFault[] {
    const waiting = [...this.#waiting].map(([id, { step, due }]): SetFault => {
      const left = due === undefined ? null : due - this.#counted[step.when.on as Counted];
      return { id, fault: sayStep(step), state: 'waiting', left };
    });
    const active = [...this.#packetSteps, ...[...this.#lasting].map(([id, { step }]) => [id, step] as const)].map(
      ([id, step]): SetFault => ({
        id,
        fault: sayStep({ ...step, when: { on: 'now' } }),
        state: 'active',
        left: this.#packets.left(id) ?? null,
      }),
    );
    return [...waiting, ...active].sort((one, other) => one.id - other.id);
  }

  /** Takes faults away: that one, or all. What has happened stays as it is. @returns how many there were */
  clear(id?: number): number {
    const cleared = this.list().filter((one) => id === undefined || one.id === id);
    for (const one of cleared) {
      this.#forget(one.id);
      this.#options.tell('fault.cleared', one.fault);
    }
    return cleared.length;
  }

  /** A report is on its way. */
  report(direction: 'in' | 'out', data: Uint8Array): Passage {
    this.#traffic[direction === 'in' ? 'reportsIn' : 'reportsOut'] += 1;
    return this.#pass('reports', 'report', 1, data, () => NO_BYTES);
  }

  /** Bytes of the disk's endpoints are on their way. Whole sectors count as such; commands, status and short answers do not. */
  transfer(direction: 'in' | 'out', data: Uint8Array): Passage {
    const sectors = data.length % SECTOR === 0 ? data.length / SECTOR : 0;
    this.#traffic[direction === 'in' ? 'sectorsRead' : 'sectorsWritten'] += sectors;
    return this.#pass('transfers', 'sector', sectors, data, (before) => data.subarray(0, before * SECTOR));
  }

  /** The flash is about to program a page or to erase a sector. @returns whether its power is gone in the middle of it */
  flash(operation: 'program' | 'erase'): boolean {
    this.#traffic.flashOperations += 1;
    const slow = this.#lastingFault('slow flash');
    if (slow !== undefined) {
      const pages = operation === 'erase' ? PAGES_ERASED : 1;
      this.#flashReady = Math.max(this.#flashReady, this.#options.now()) + pages * slow.seconds * 1000;
    }
    // Out of its computer it works on.
    return this.#count('flash', 1, CUTS) !== undefined;
  }

  /** Waits until the flash is done with what it was given, or is slow no more. */
  flashDone(): Promise<void> {
    const seconds = (this.#flashReady - this.#options.now()) / 1000;
    if (seconds <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        endWait();
        this.#flashWaits.delete(over);
        resolve();
      };
      const endWait = this.#options.after(seconds, over);
      this.#flashWaits.add(over);
    });
  }

  #endSlowFlash(): void {
    this.#flashReady = 0;
    for (const over of this.#flashWaits) over();
  }

  #pass(
    of: PacketKind,
    counted: Counted,
    many: number,
    data: Uint8Array,
    dataBefore: (number: number) => Uint8Array,
  ): Passage {
    const cutAt = this.#count(counted, many, GOES);
    if (cutAt !== undefined) return { isDropped: false, delay: 0, data: dataBefore(cutAt), isCutOff: true };
    if (this.#packets.isEmpty) return { isDropped: false, delay: 0, data, isCutOff: false };
    const fate = this.#packets.meet(of, data);
    for (const id of this.#packetSteps.keys()) if (!this.#packets.has(id)) this.#packetSteps.delete(id);
    return { ...fate, isCutOff: false };
  }

  /**
   * Counts on, and lets strike what is due.
   *
   * @param ends the faults that what is counted does not survive
   * @returns how many came through before one of these struck, if one did
   */
  #count(counted: Counted, many: number, ends: ReadonlySet<Fault['kind']>): number | undefined {
    const before = this.#counted[counted];
    const after = before + many;
    this.#counted[counted] = after;
    if (this.#waiting.size === 0) return undefined;
    const due = [...this.#waiting]
      .filter(([, { step, due }]) => step.when.on === counted && due !== undefined && due <= after)
      .sort(([, one], [, other]) => (one.due ?? 0) - (other.due ?? 0));
    for (const [id, { step, due: at = 0 }] of due) {
      this.#waiting.delete(id);
      this.#strike(id, step);
      if (ends.has(step.fault.kind)) return at - before - 1;
    }
    return undefined;
  }

  #setOne(step: FaultStep): void {
    const id = this.#nextId++;
    const { when } = step;
    if (when.on === 'now') {
      this.#strike(id, step);
      return;
    }
    this.#options.tell('fault.set', sayStep(step));
    if (when.on === 'time') {
      const endWait = this.#options.after(when.seconds, () => {
        this.#waiting.delete(id);
        this.#strike(id, step);
      });
      this.#waiting.set(id, { step, due: undefined, endWait });
    } else {
      this.#waiting.set(id, { step, due: this.#counted[when.on] + when.number, endWait: () => undefined });
    }
  }

  #strike(id: number, step: FaultStep): void {
    const { fault } = step;
    this.#options.tell('fault.struck', sayStep(step));
    switch (fault.kind) {
      case 'unplug':
        this.#go(true, (target) => target.unplug());
        break;
      case 'cut power':
        this.#hasPower = false;
        this.#go(true, (target) => target.cutPower());
        break;
      case 'plug':
        this.#hasPower = true;
        this.#go(false, (target) => target.plug());
        break;
      case 'busy':
        this.#last(
          id,
          step,
          this.#options.after(fault.seconds, () => this.#lasting.delete(id)),
        );
        break;
      case 'slow flash':
        this.#last(id, step, () => this.#endSlowFlash());
        break;
      case 'full memory':
        this.#last(id, step, () => undefined);
        break;
      default:
        this.#packets.set(id, fault);
        this.#packetSteps.set(id, step);
    }
  }

  /** The transfer that is being answered ends first: nothing is taken from under it. */
  #go(isGone: boolean, act: (target: FaultTarget) => void): void {
    this.#isGone = isGone;
    void Promise.resolve().then(() => {
      if (this.#target !== undefined) act(this.#target);
    });
  }

  /** A fault that lasts takes the place of one of its kind. */
  #last(id: number, step: FaultStep, endWait: () => void): void {
    for (const [other, { step: before }] of this.#lasting)
      if (before.fault.kind === step.fault.kind) this.#forget(other);
    this.#lasting.set(id, { step, endWait });
  }

  #lastingFault<K extends Fault['kind']>(kind: K): Extract<Fault, { readonly kind: K }> | undefined {
    for (const { step } of this.#lasting.values()) if (isOfKind(step.fault, kind)) return step.fault;
    return undefined;
  }

  #forget(id: number): void {
    this.#waiting.get(id)?.endWait();
    this.#lasting.get(id)?.endWait();
    this.#waiting.delete(id);
    this.#lasting.delete(id);
    this.#packets.clear(id);
    this.#packetSteps.delete(id);
  }
}

function isOfKind<K extends Fault['kind']>(fault: Fault, kind: K): fault is Extract<Fault, { readonly kind: K }> {
  return fault.kind === kind;
}
