import { equalBytes } from '../../../container/model/bytes.ts';
import { BLOCK_LENGTH, type BlockMedium } from './block-medium.ts';
import { type BlockRange, readBlocks, takeBlocks } from './block-stream.ts';
import { DONE, FAILED, type Inserted, type LogicalUnit } from './logical-unit.ts';
import { onMedium, type ScsiHandler } from './scsi-handler.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { SENSES } from './sense.ts';

/** The lengths in which commands on blocks exist: where they have their blocks. @see SBC-3, 5.8 to 5.11 */
interface Form {
  readonly length: 10 | 12 | 16;
  range(cdb: DataView): BlockRange;
}

const TEN: Form = { length: 10, range: (cdb) => ({ lba: cdb.getUint32(2), blocks: cdb.getUint16(7) }) };
const TWELVE: Form = { length: 12, range: (cdb) => ({ lba: cdb.getUint32(2), blocks: cdb.getUint32(6) }) };
/** A number beyond 2^53 is not exact, and beyond every medium all the same. */
const SIXTEEN: Form = {
  length: 16,
  range: (cdb) => ({ lba: cdb.getUint32(2) * 2 ** 32 + cdb.getUint32(6), blocks: cdb.getUint32(10) }),
};

/** Of READ, WRITE and VERIFY alike: protection information is asked for, which no medium here has. */
const PROTECTION = 0xe0;
const FORCE_UNIT_ACCESS = 0x08;
const BYTE_CHECK = 0x06;
const BYTE_CHECK_ALL = 0x02;
/** Blocks that are read at a time where nobody takes them. */
const PIECE = 128;

type OnRange = (unit: LogicalUnit, inserted: Inserted, range: BlockRange, flags: number) => ScsiCommand;

/** A command on blocks that are all on the medium; with none of them it is done, but for their address. */
function onRange(form: Form, begin: OnRange): ScsiHandler {
  return onMedium(form.length, (unit, cdb, inserted) => {
    const flags = cdb.getUint8(1);
    const range = form.range(cdb);
    if ((flags & PROTECTION) !== 0) return unit.fail(SENSES.invalidField);
    if (!isWithin(inserted.medium, range)) return unit.fail(SENSES.outOfRange);
    return begin(unit, inserted, range, flags);
  });
}

function isWithin(medium: BlockMedium, { lba, blocks }: BlockRange): boolean {
  return lba < medium.blocks && blocks <= medium.blocks - lba;
}

const read: OnRange = (unit, inserted, range) => (range.blocks === 0 ? DONE : readBlocks(unit, inserted, range));

const write: OnRange = (unit, inserted, range, flags) => {
  if (inserted.isWriteProtected) return unit.fail(SENSES.writeProtected);
  if (range.blocks === 0) return DONE;
  const isForced = (flags & FORCE_UNIT_ACCESS) !== 0;
  return takeBlocks(
    range,
    (lba, bytes) => {
      const done = unit.access(inserted, { ...SENSES.writeFault, lba }, (medium) => medium.write(lba, bytes));
      if (done !== 'check condition') unit.owner.written();
      return done !== 'check condition';
    },
    () => !isForced || unit.flush(inserted),
  );
};

const verify: OnRange = (unit, inserted, range, flags) => {
  const check = flags & BYTE_CHECK;
  if (check !== 0 && check !== BYTE_CHECK_ALL) return unit.fail(SENSES.invalidField);
  if (range.blocks === 0) return DONE;
  if (check === 0) return verifyReadable(unit, inserted, range);
  return takeBlocks(
    range,
    (lba, bytes) => isSame(unit, inserted, lba, bytes),
    () => true,
  );
};

function verifyReadable(unit: LogicalUnit, inserted: Inserted, { lba, blocks }: BlockRange): ScsiCommand {
  for (let at = 0; at < blocks; at += PIECE) {
    const fault = { ...SENSES.readFault, lba: lba + at };
    const bytes = unit.access(inserted, fault, (medium) => medium.read(lba + at, Math.min(PIECE, blocks - at)));
    if (bytes === 'check condition') return FAILED;
  }
  return DONE;
}

function isSame(unit: LogicalUnit, inserted: Inserted, lba: number, bytes: Uint8Array): boolean {
  const fault = { ...SENSES.readFault, lba };
  const stored = unit.access(inserted, fault, (medium) => medium.read(lba, bytes.length / BLOCK_LENGTH));
  if (stored === 'check condition') return false;
  if (equalBytes(stored, bytes)) return true;
  unit.fail(SENSES.miscompare);
  return false;
}

/** Whichever blocks are meant, all become durable. @see SBC-3, 5.27 and 5.28 */
const synchronize: OnRange = (unit, inserted) => unit.synchronize(inserted);

/** Commands on blocks. */
export const BLOCK_COMMANDS: readonly (readonly [number, ScsiHandler])[] = [
  [0x28, onRange(TEN, read)],
  [0x2a, onRange(TEN, write)],
  [0x2f, onRange(TEN, verify)],
  [0x35, onRange(TEN, synchronize)],
  [0x88, onRange(SIXTEEN, read)],
  [0x8a, onRange(SIXTEEN, write)],
  [0x8f, onRange(SIXTEEN, verify)],
  [0x91, onRange(SIXTEEN, synchronize)],
  [0xa8, onRange(TWELVE, read)],
  [0xaa, onRange(TWELVE, write)],
];
