import { DONE, FAILED, type LogicalUnit } from './logical-unit.ts';
import { onMedium, type ScsiHandler } from './scsi-handler.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { SENSES } from './sense.ts';

/** @see SPC-4, 6.47 */
const TEST_UNIT_READY = onMedium(6, () => DONE);

/**
 * Ejects the medium, or makes it durable before it is stopped. There is no motor: what is stopped can be used as before.
 *
 * @see SBC-3, 5.26
 */
const START_STOP_UNIT: ScsiHandler = {
  length: 6,
  begin(unit, cdb) {
    const flags = cdb.getUint8(4);
    const [isPowerCondition, isUnflushed] = [flags >> 4 !== 0, (flags & 0x04) !== 0];
    const [isLoadOrEject, isStart] = [(flags & 0x02) !== 0, (flags & 0x01) !== 0];
    if (isPowerCondition) return unit.fail(SENSES.invalidField);
    if (isStart) return unit.inserted === undefined ? unit.fail(SENSES.noMedium) : DONE;
    if (isLoadOrEject) return eject(unit);
    return isUnflushed || unit.inserted === undefined ? DONE : unit.synchronize(unit.inserted);
  },
};

function eject(unit: LogicalUnit): ScsiCommand {
  const { inserted } = unit;
  if (inserted === undefined) return DONE;
  if (unit.isRemovalPrevented) return unit.fail(SENSES.removalPrevented);
  if (!unit.flush(inserted)) return FAILED;
  unit.remove();
  unit.owner.ejected();
  return DONE;
}

/** @see SBC-3, 5.14 */
const PREVENT_ALLOW_MEDIUM_REMOVAL: ScsiHandler = {
  length: 6,
  begin(unit, cdb) {
    const prevent = cdb.getUint8(4) & 0x03;
    if (prevent > 1) return unit.fail(SENSES.invalidField);
    unit.isRemovalPrevented = prevent === 1;
    return DONE;
  },
};

/** Commands on whether there is a medium, and for how long. */
export const MEDIUM_COMMANDS: readonly (readonly [number, ScsiHandler])[] = [
  [0x00, TEST_UNIT_READY],
  [0x1b, START_STOP_UNIT],
  [0x1e, PREVENT_ALLOW_MEDIUM_REMOVAL],
];
