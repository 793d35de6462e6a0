import { DONE, type Inserted, type LogicalUnit } from './logical-unit.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { SENSES } from './sense.ts';

/** How one operation code is carried out. */
export interface ScsiHandler {
  /** Bytes of its command descriptor block. */
  readonly length: 6 | 10 | 12 | 16;
  /** It is carried out with a unit attention condition pending, which stays. */
  readonly passesAttention?: true;
  /** @param cdb its command descriptor block, at least `length` bytes */
  begin(unit: LogicalUnit, cdb: DataView): ScsiCommand;
}

/** A command that fails without a medium. */
export function onMedium(
  length: ScsiHandler['length'],
  begin: (unit: LogicalUnit, cdb: DataView, inserted: Inserted) => ScsiCommand,
): ScsiHandler {
  return {
    length,
    begin: (unit, cdb) => (unit.inserted === undefined ? unit.fail(SENSES.noMedium) : begin(unit, cdb, unit.inserted)),
  };
}

/** Gives the host bytes that are at hand, cut to the allocation length: that is no failure. @see SPC-4, 4.2.5.6 */
export function giveBytes(bytes: Uint8Array, allocationLength: number): ScsiCommand {
  const length = Math.min(bytes.length, allocationLength);
  if (length === 0) return DONE;
  let at = 0;
  return {
    direction: 'in',
    length,
    read: (count) => {
      at += count;
      return bytes.subarray(at - count, at);
    },
  };
}
