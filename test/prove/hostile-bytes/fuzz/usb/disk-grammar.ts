import { commandWrapper } from '../../../../dongle-firmware-sim/usb/storage/storage-host.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';
import { BLOCKS } from './whole-dongle.ts';

/** Operation codes, with the bytes of their commands: those that are there, and some that are not. */
const OPERATIONS: readonly (readonly [code: number, length: number])[] = [
  ...[0x00, 0x03, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x08].map((code) => [code, 6] as const),
  ...[0x23, 0x25, 0x28, 0x2a, 0x2f, 0x35, 0x55, 0x5a].map((code) => [code, 10] as const),
  ...[0xa0, 0xa8, 0xaa].map((code) => [code, 12] as const),
  ...[0x88, 0x8a, 0x8f, 0x91, 0x9e].map((code) => [code, 16] as const),
];
const READS_AND_WRITES = OPERATIONS.filter(([code]) => [0x28, 0x2a, 0xa8, 0xaa, 0x88, 0x8a, 0x2f].includes(code));
const TRANSFERS = [0, 1, 13, 18, 36, 192, 512, 513, 1024, 4096, 65_536];

/** A command descriptor block. */
export function anyCommand(random: Random): Uint8Array {
  const [code, length] = random.pick(random.oneIn(2) ? READS_AND_WRITES : OPERATIONS);
  const cdb = random.oneIn(4) ? random.bytes(length) : new Uint8Array(length);
  cdb[0] = code;
  if (cdb[length - 1] !== 0 && !random.oneIn(8)) cdb[length - 1] = 0;
  if (length === 6) cdb[4] = random.pick([0, 2, 8, 18, 36, 255]);
  else if (!random.oneIn(6)) {
    cdb[1] = random.oneIn(8) ? random.pick([0x08, 0x10, 0x02, 0x20]) : code === 0x9e ? 0x10 : 0;
    // Blocks at both ends of the medium, and beyond.
    cdb[length === 16 ? 9 : 5] = random.below(BLOCKS + 2);
    cdb[length === 10 ? 8 : length === 12 ? 9 : 13] = random.below(random.oneIn(4) ? BLOCKS + 2 : 6);
  }
  return random.oneIn(24) ? random.bytes(random.below(17)) : cdb;
}

/** Blocks that a command names, as far as a grammar knows. */
function blocksOf(cdb: Uint8Array): number {
  return cdb[cdb.length === 10 ? 8 : cdb.length === 12 ? 9 : 13] ?? 0;
}

/** A command block wrapper, sometimes damaged. */
export function anyWrapper(random: Random): Uint8Array {
  const cdb = anyCommand(random);
  const length = random.oneIn(2) ? blocksOf(cdb) * 512 : random.pick(TRANSFERS);
  const planned = random.oneIn(2) ? { expects: length } : { sends: new Uint8Array(length) };
  const wrapper = commandWrapper({ cdb, tag: random.next(), lun: random.oneIn(16) ? 1 : 0, ...planned });
  return random.oneIn(8) ? mutated(random, wrapper, [wrapper]) : wrapper.slice();
}
