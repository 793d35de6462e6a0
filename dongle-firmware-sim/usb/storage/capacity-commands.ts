import { BLOCK_LENGTH, type BlockMedium } from './block-medium.ts';
import { giveBytes, onMedium, type ScsiHandler } from './scsi-handler.ts';
import { SENSES } from './sense.ts';

const FORMATTED_MEDIUM = 0x02;
const READ_CAPACITY_16 = 0x10;

function words(length: number, values: readonly (readonly [offset: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [offset, value] of values) view.setUint32(offset, value);
  return bytes;
}

/** The capacity as it was in the days of diskettes; Windows asks for it first of all. @see MMC-6, 6.23 */
function formatCapacities(medium: BlockMedium): Uint8Array {
  const bytes = words(12, [
    [0, 8],
    [4, medium.blocks],
    [8, BLOCK_LENGTH],
  ]);
  bytes[8] = FORMATTED_MEDIUM;
  return bytes;
}

const READ_FORMAT_CAPACITIES = onMedium(10, (_unit, cdb, { medium }) =>
  giveBytes(formatCapacities(medium), cdb.getUint16(7)),
);

/** The address of the last block and the length of one. @see SBC-3, 5.12 */
const READ_CAPACITY_10_HANDLER = onMedium(10, (unit, cdb, { medium }) => {
  if (cdb.getUint32(2) !== 0 || (cdb.getUint8(8) & 1) !== 0) return unit.fail(SENSES.invalidField);
  const bytes = words(8, [
    [0, medium.blocks - 1],
    [4, BLOCK_LENGTH],
  ]);
  return giveBytes(bytes, bytes.length);
});

/** The only one of the service actions. @see SBC-3, 5.13 */
const SERVICE_ACTION_IN: ScsiHandler = {
  length: 16,
  begin(unit, cdb) {
    if ((cdb.getUint8(1) & 0x1f) !== READ_CAPACITY_16) return unit.fail(SENSES.invalidField);
    return READ_CAPACITY_16_HANDLER.begin(unit, cdb);
  },
};

const READ_CAPACITY_16_HANDLER = onMedium(16, (unit, cdb, { medium }) => {
  const isPartial = (cdb.getUint8(14) & 1) !== 0;
  if (cdb.getUint32(2) !== 0 || cdb.getUint32(6) !== 0 || isPartial) return unit.fail(SENSES.invalidField);
  const bytes = words(32, [
    [4, medium.blocks - 1],
    [8, BLOCK_LENGTH],
  ]);
  return giveBytes(bytes, cdb.getUint32(10));
});

/** Commands that say how large the medium is. */
export const CAPACITY_COMMANDS: readonly (readonly [number, ScsiHandler])[] = [
  [0x23, READ_FORMAT_CAPACITIES],
  [0x25, READ_CAPACITY_10_HANDLER],
  [0x9e, SERVICE_ACTION_IN],
];
