import { absentInquiry, standardInquiry, vitalProductData } from './inquiry-data.ts';
import { FAILED } from './logical-unit.ts';
import { giveBytes, type ScsiHandler } from './scsi-handler.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { encodeSense, SENSES } from './sense.ts';

export const OPERATIONS = { requestSense: 0x03, inquiry: 0x12, reportLuns: 0xa0 } as const;

/** @see SPC-4, 6.6 */
const INQUIRY: ScsiHandler = {
  length: 6,
  passesAttention: true,
  begin(unit, cdb) {
    const [flags, code, allocation] = [cdb.getUint8(1), cdb.getUint8(2), cdb.getUint16(3)];
    if (flags > 1 || (flags === 0 && code !== 0)) return unit.fail(SENSES.invalidField);
    const bytes = flags === 0 ? standardInquiry(unit.identity) : vitalProductData(unit.identity, code);
    return bytes === undefined ? unit.fail(SENSES.invalidField) : giveBytes(bytes, allocation);
  },
};

/**
 * Tells why the last command failed, or else a unit attention condition, which is reported by that. Without any reason it tells
 * that there is none. @see SPC-4, 6.39
 */
const REQUEST_SENSE: ScsiHandler = {
  length: 6,
  passesAttention: true,
  begin(unit, cdb) {
    // Sense data in the format with descriptors, which is not supported.
    if ((cdb.getUint8(1) & 1) !== 0) return unit.fail(SENSES.invalidField);
    const sense = unit.takeSense() ?? unit.takeAttention() ?? SENSES.none;
    return giveBytes(encodeSense(sense), cdb.getUint8(4));
  },
};

/** One logical unit, and none that are well known. @see SPC-4, 6.33 */
const REPORT_LUNS: ScsiHandler = {
  length: 12,
  passesAttention: true,
  begin(unit, cdb) {
    const [select, allocation] = [cdb.getUint8(2), cdb.getUint32(6)];
    if (select > 2 || allocation < 16) return unit.fail(SENSES.invalidField);
    return giveBytes(lunList(select), allocation);
  },
};

function lunList(select: number): Uint8Array {
  const wellKnownOnly = 1;
  const bytes = new Uint8Array(select === wellKnownOnly ? 8 : 16);
  new DataView(bytes.buffer).setUint32(0, bytes.length - 8);
  return bytes;
}

/** Commands that say what unit this is and how it fares. */
export const UNIT_COMMANDS: readonly (readonly [number, ScsiHandler])[] = [
  [OPERATIONS.requestSense, REQUEST_SENSE],
  [OPERATIONS.inquiry, INQUIRY],
  [OPERATIONS.reportLuns, REPORT_LUNS],
];

/** What a logical unit that there is not answers. It has no state: it always fails for the same reason. @see SPC-4, 5.11 */
export function beginOnAbsentUnit(cdb: Uint8Array): ScsiCommand {
  const allocation = cdb[4] ?? 0;
  switch (cdb[0]) {
    case OPERATIONS.inquiry:
      return giveBytes(absentInquiry(), ((cdb[3] ?? 0) << 8) | allocation);
    case OPERATIONS.requestSense:
      return giveBytes(encodeSense(SENSES.noSuchUnit), allocation);
    default:
      return FAILED;
  }
}
