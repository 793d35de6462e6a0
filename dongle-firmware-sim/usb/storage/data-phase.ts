import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { CommandWrapper, WrapperStatus } from './command-wrapper.ts';
import type { ScsiCommand, ScsiStatus } from './scsi-target.ts';

/** How a data phase ended, in the terms of the transport. */
interface Outcome {
  readonly residue: number;
  readonly status: WrapperStatus;
}

/** What comes between a command and its status. */
type DataPhase =
  | { readonly kind: 'none'; readonly outcome: Outcome }
  /** None, and the host learns that first by a stall. */
  | { readonly kind: 'stall'; readonly outcome: Outcome }
  | { readonly kind: 'in'; readonly data: DataIn }
  | { readonly kind: 'out'; readonly data: DataOut };

/**
 * Which of the 13 cases this is: what the host expects against what the command has or wants. A command whose data phase is
 * another one than the host's is dropped, but for reading, which gives as much as the host takes.
 *
 * @see Bulk-Only Transport 1.0, 6.7
 */
export function dataPhaseOf({ direction, length }: CommandWrapper, command: ScsiCommand): DataPhase {
  const phaseError: Outcome = { residue: length, status: 'phaseError' };
  const outcome: Outcome =
    command.direction === 'none' ? { residue: length, status: statusOf(command.status) } : phaseError;
  switch (direction) {
    case 'none':
      return { kind: 'none', outcome };
    case 'in':
      return command.direction === 'in'
        ? { kind: 'in', data: new DataIn(length, command) }
        : { kind: 'stall', outcome };
    case 'out':
      return command.direction === 'out' && command.length <= length
        ? { kind: 'out', data: new TakenData(length, command) }
        : { kind: 'out', data: new DroppedData(length, outcome) };
  }
}

function statusOf(status: ScsiStatus): WrapperStatus {
  return status === 'good' ? 'passed' : 'failed';
}

/** The bytes of a command on their way to the host, in as many transfers as the host makes of them. */
export class DataIn {
  readonly #expected: number;
  readonly #command: Extract<ScsiCommand, { direction: 'in' }>;
  #given = 0;
  #asked = 0;
  #isFailed = false;
  #isOver = false;

  constructor(expected: number, command: Extract<ScsiCommand, { direction: 'in' }>) {
    this.#expected = expected;
    this.#command = command;
  }

  /** Answers one transfer: with fewer bytes than it has room for only where there are no more. */
  give(room: number): Uint8Array | 'stall' {
    this.#asked = Math.min(this.#expected, this.#asked + room);
    const length = Math.min(room, Math.min(this.#expected, this.#command.length) - this.#given);
    const bytes = length === 0 ? NO_BYTES : this.#command.read(length);
    this.#isFailed = bytes === 'check condition';
    if (bytes === 'check condition') {
      this.#isOver = true;
      return 'stall';
    }
    this.#given += length;
    // Where the last transfer was full, only an empty one shows the host that nothing more comes.
    this.#isOver = this.#given === this.#expected || length < room;
    return bytes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Bytes of the data phase, as the host had planned it, that it has not asked for: transfers for them may be under way. */
  get unasked(): number {
    return this.#expected - this.#asked;
  }

  get outcome(): Outcome {
    const status = this.#command.length > this.#expected ? 'phaseError' : this.#isFailed ? 'failed' : 'passed';
    return { residue: this.#expected - this.#given, status };
  }
}

/** The host's bytes on their way to a command, or to nowhere: the host sends all that it has planned. */
export interface DataOut {
  /** @returns how many of them belong to the data phase */
  take(bytes: Uint8Array): number;
  /** How it ended, once all came. */
  outcome(): Outcome | undefined;
}

class DroppedData implements DataOut {
  readonly #outcome: Outcome;
  #left: number;

  constructor(expected: number, outcome: Outcome) {
    this.#left = expected;
    this.#outcome = outcome;
  }

  take(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.#left);
    this.#left -= count;
    return count;
  }

  outcome(): Outcome | undefined {
    return this.#left === 0 ? this.#outcome : undefined;
  }
}

class TakenData implements DataOut {
  readonly #expected: number;
  readonly #command: Extract<ScsiCommand, { direction: 'out' }>;
  #taken = 0;

  constructor(expected: number, command: Extract<ScsiCommand, { direction: 'out' }>) {
    this.#expected = expected;
    this.#command = command;
  }

  take(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.#expected - this.#taken);
    const wanted = Math.min(count, this.#command.length - this.#taken);
    if (wanted > 0) this.#command.take(bytes.subarray(0, wanted));
    this.#taken += count;
    return count;
  }

  outcome(): Outcome | undefined {
    if (this.#taken < this.#expected) return undefined;
    const { status, processed } = this.#command.finish();
    return { residue: this.#expected - processed, status: statusOf(status) };
  }
}
