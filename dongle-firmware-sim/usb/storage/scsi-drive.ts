import { BLOCK_COMMANDS } from './block-commands.ts';
import type { BlockMedium } from './block-medium.ts';
import { CAPACITY_COMMANDS } from './capacity-commands.ts';
import { type DriveIdentity, type DriveOwner, LogicalUnit } from './logical-unit.ts';
import { MEDIUM_COMMANDS } from './medium-commands.ts';
import { MODE_COMMANDS } from './mode-commands.ts';
import type { ScsiHandler } from './scsi-handler.ts';
import type { ScsiCommand, ScsiTarget } from './scsi-target.ts';
import { SENSES } from './sense.ts';
import { beginOnAbsentUnit, OPERATIONS, UNIT_COMMANDS } from './unit-commands.ts';

const HANDLERS: ReadonlyMap<number, ScsiHandler> = new Map([
  ...UNIT_COMMANDS,
  ...MEDIUM_COMMANDS,
  ...MODE_COMMANDS,
  ...CAPACITY_COMMANDS,
  ...BLOCK_COMMANDS,
]);

/** Linked commands, and keeping everyone else out after a failure: neither is supported. @see SAM-5, 5.2 */
const UNSUPPORTED_CONTROL = 0x05;

/**
 * A drive with removable medium, as one logical unit. It begins empty. What is put in and taken out is up to its owner; a host
 * that has asked that the medium stay is to be respected by the owner, and keeps only a host from ejecting it.
 *
 * @see SPC-4 and SBC-3
 */
export class ScsiDrive implements ScsiTarget {
  readonly lastLun = 0;
  readonly #unit: LogicalUnit;

  constructor(identity: DriveIdentity, owner: DriveOwner) {
    this.#unit = new LogicalUnit(identity, owner);
  }

  get isMediumPresent(): boolean {
    return this.#unit.inserted !== undefined;
  }

  /** Whether the host has asked that the medium stay. */
  get isRemovalPrevented(): boolean {
    return this.#unit.isRemovalPrevented;
  }

  /** Puts a medium in, in the place of one that is there. The host is told at its next command that the medium may have changed. */
  insert(medium: BlockMedium, { isWriteProtected }: { readonly isWriteProtected: boolean }): void {
    this.#unit.insert(medium, isWriteProtected);
  }

  /** Takes the medium out, even from under a command, which fails then. Nothing is flushed. */
  remove(): void {
    this.#unit.remove();
  }

  begin(lun: number, cdb: Uint8Array): ScsiCommand {
    if (lun !== 0) return beginOnAbsentUnit(cdb);
    const unit = this.#unit;
    const [operation] = cdb;
    const handler = operation === undefined ? undefined : HANDLERS.get(operation);
    // Whoever asks for anything else does not want to know any more why the last command failed.
    if (operation !== OPERATIONS.requestSense) unit.takeSense();
    const attention = handler?.passesAttention === true ? undefined : unit.takeAttention();
    if (attention !== undefined) return unit.fail(attention);
    if (handler === undefined) return unit.fail(SENSES.invalidOperation);
    const control = cdb[handler.length - 1];
    if (control === undefined || (control & UNSUPPORTED_CONTROL) !== 0) return unit.fail(SENSES.invalidField);
    return handler.begin(unit, new DataView(cdb.buffer, cdb.byteOffset, cdb.length));
  }

  reset(): void {
    this.#unit.reset();
  }
}
