import { FerryError } from '../../../container/errors.ts';
import type { BlockMedium } from './block-medium.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { SENSES, type Sense } from './sense.ts';

/** What a drive says of itself: printable ASCII; longer texts are cut, anything else in them becomes "?". */
export interface DriveIdentity {
  /** Of 8 characters at most. */
  readonly vendor: string;
  /** Of 16 characters at most. */
  readonly product: string;
  /** Of 4 characters at most. */
  readonly revision: string;
  /** Of 32 characters at most. */
  readonly serial: string;
}

/** Who learns what the host does with the medium. It may put in or take out media while it is told. */
export interface DriveOwner {
  /** The host wrote blocks; they are not durable yet. */
  written(): void;
  /** The host asked that everything be durable, and it is. */
  flushed(): void;
  /** The host ejected the medium: everything is durable, and the drive is empty. */
  ejected(): void;
  /** The medium failed, and the host was told so. */
  failed(error: FerryError): void;
}

/** A command that is over and failed. */
export const FAILED: ScsiCommand = { direction: 'none', status: 'check condition' };
/** A command that is over and wants no data. */
export const DONE: ScsiCommand = { direction: 'none', status: 'good' };

/** The state of one logical unit that its commands work on: the medium, what is to be reported, what the host has asked for. */
export class LogicalUnit {
  readonly identity: DriveIdentity;
  readonly owner: DriveOwner;
  /** Whether the host has asked that the medium stay. */
  isRemovalPrevented = false;
  #medium: BlockMedium | undefined;
  #isWriteProtected = false;
  #sense: Sense | undefined;
  /** Unit attention conditions, in the order in which they are reported. */
  #attentions: Sense[] = [SENSES.powerOn];

  constructor(identity: DriveIdentity, owner: DriveOwner) {
    this.identity = identity;
    this.owner = owner;
  }

  get medium(): BlockMedium | undefined {
    return this.#medium;
  }

  get isWriteProtected(): boolean {
    return this.#isWriteProtected;
  }

  insert(medium: BlockMedium, isWriteProtected: boolean): void {
    this.#medium = medium;
    this.#isWriteProtected = isWriteProtected;
    if (!this.#attentions.includes(SENSES.mediumChanged)) this.#attentions.push(SENSES.mediumChanged);
  }

  remove(): void {
    this.#medium = undefined;
    this.#isWriteProtected = false;
  }

  /** A host that begins anew reads everything anew, so that what it would have been told besides is forgotten. */
  reset(): void {
    this.isRemovalPrevented = false;
    this.#sense = undefined;
    this.#attentions = [SENSES.powerOn];
  }

  /** Fails a command for that reason, which REQUEST SENSE then tells. */
  fail(sense: Sense): ScsiCommand {
    this.#sense = sense;
    return FAILED;
  }

  /** Takes the next unit attention condition. */
  takeAttention(): Sense | undefined {
    return this.#attentions.shift();
  }

  /** Takes why the last command failed. */
  takeSense(): Sense | undefined {
    const sense = this.#sense;
    this.#sense = undefined;
    return sense;
  }

  /**
   * Uses the medium that a command has begun on. A medium that is gone meanwhile, and one that fails, fail the command.
   *
   * @param fault the reason where the medium fails
   */
  access<T>(medium: BlockMedium, fault: Sense, use: () => T): T | 'check condition' {
    if (medium !== this.#medium) {
      this.fail(SENSES.noMedium);
      return 'check condition';
    }
    try {
      return use();
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      this.fail(fault);
      this.owner.failed(error);
      return 'check condition';
    }
  }

  /** Makes everything written durable. @returns whether it is */
  flush(medium: BlockMedium): boolean {
    return this.access(medium, SENSES.writeFault, () => medium.flush()) !== 'check condition';
  }

  /** Makes everything written durable because the host asks for it. */
  synchronize(medium: BlockMedium): ScsiCommand {
    if (!this.flush(medium)) return FAILED;
    this.owner.flushed();
    return DONE;
  }
}
