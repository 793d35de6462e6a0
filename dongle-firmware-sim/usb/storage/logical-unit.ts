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

/** A medium that is in the drive. The same medium put in again is another one of these: the host may not have seen what it was between. */
export interface Inserted {
  readonly medium: BlockMedium;
  readonly isWriteProtected: boolean;
}

/** The state of one logical unit that its commands work on: the medium, what is to be reported, what the host has asked for. */
export class LogicalUnit {
  readonly identity: DriveIdentity;
  readonly owner: DriveOwner;
  /** Whether the host has asked that the medium stay. */
  isRemovalPrevented = false;
  #inserted: Inserted | undefined;
  #sense: Sense | undefined;
  /** Unit attention conditions, in the order in which they are reported. */
  #attentions: Sense[] = [SENSES.powerOn];

  constructor(identity: DriveIdentity, owner: DriveOwner) {
    this.identity = identity;
    this.owner = owner;
  }

  get inserted(): Inserted | undefined {
    return this.#inserted;
  }

  insert(medium: BlockMedium, isWriteProtected: boolean): void {
    this.#inserted = { medium, isWriteProtected };
    if (!this.#attentions.includes(SENSES.mediumChanged)) this.#attentions.push(SENSES.mediumChanged);
  }

  remove(): void {
    this.#inserted = undefined;
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
  access<T>(inserted: Inserted, fault: Sense, use: (medium: BlockMedium) => T): T | 'check condition' {
    if (inserted !== this.#inserted) {
      this.fail(SENSES.noMedium);
      return 'check condition';
    }
    try {
      return use(inserted.medium);
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      this.fail(fault);
      this.owner.failed(error);
      return 'check condition';
    }
  }

  /** Makes everything written durable. @returns whether it is */
  flush(inserted: Inserted): boolean {
    return this.access(inserted, SENSES.writeFault, (medium) => medium.flush()) !== 'check condition';
  }

  /** Makes everything written durable because the host asks for it. */
  synchronize(inserted: Inserted): ScsiCommand {
    if (!this.flush(inserted)) return FAILED;
    this.owner.flushed();
    return DONE;
  }
}
