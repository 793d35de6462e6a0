import { BLOCK_LENGTH } from './block-medium.ts';
import type { Inserted, LogicalUnit } from './logical-unit.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { SENSES } from './sense.ts';

/** Blocks of a medium, next to each other; at least one. */
export interface BlockRange {
  readonly lba: number;
  readonly blocks: number;
}

/** Gives the host blocks: one read of the medium for each piece that it takes. */
export function readBlocks(unit: LogicalUnit, inserted: Inserted, { lba, blocks }: BlockRange): ScsiCommand {
  let at = 0;
  return {
    direction: 'in',
    length: blocks * BLOCK_LENGTH,
    read(length) {
      const skipped = at % BLOCK_LENGTH;
      const first = lba + (at - skipped) / BLOCK_LENGTH;
      const count = Math.ceil((skipped + length) / BLOCK_LENGTH);
      const bytes = unit.access(inserted, { ...SENSES.readFault, lba: first }, (medium) => medium.read(first, count));
      if (bytes === 'check condition') return bytes;
      at += length;
      return bytes.subarray(skipped, skipped + length);
    },
  };
}

/** What is done with blocks that came from the host; false when it failed and nothing more is to be done. */
export type BlockUse = (lba: number, bytes: Uint8Array) => boolean;

/**
 * Takes blocks from the host and hands them on as soon as they are whole, all that came together at once. Only a block that comes
 * in pieces is copied.
 *
 * @param ended is asked once all of them are used; false when the command fails nevertheless
 */
export function takeBlocks({ lba, blocks }: BlockRange, use: BlockUse, ended: () => boolean): ScsiCommand {
  const piece = new Uint8Array(BLOCK_LENGTH);
  let pieceLength = 0;
  let used = 0;
  let isFailed = false;

  const hand = (bytes: Uint8Array): void => {
    if (isFailed || bytes.length === 0) return;
    isFailed = !use(lba + used, bytes);
    if (!isFailed) used += bytes.length / BLOCK_LENGTH;
  };
  /** Fills up the block that has come in part. @returns the bytes that do not belong to it */
  const fill = (bytes: Uint8Array): Uint8Array => {
    if (pieceLength === 0) return bytes;
    const part = bytes.subarray(0, BLOCK_LENGTH - pieceLength);
    piece.set(part, pieceLength);
    pieceLength += part.length;
    if (pieceLength === BLOCK_LENGTH) {
      hand(piece);
      pieceLength = 0;
    }
    return bytes.subarray(part.length);
  };

  return {
    direction: 'out',
    length: blocks * BLOCK_LENGTH,
    take(bytes) {
      const rest = fill(bytes);
      if (rest.length === 0) return;
      const whole = rest.length - (rest.length % BLOCK_LENGTH);
      hand(rest.subarray(0, whole));
      piece.set(rest.subarray(whole));
      pieceLength = rest.length - whole;
    },
    finish() {
      const isGood = !isFailed && ended();
      return { status: isGood ? 'good' : 'check condition', processed: used * BLOCK_LENGTH };
    },
  };
}
