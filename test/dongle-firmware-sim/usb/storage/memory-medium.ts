import { FerryError } from '../../../../container/errors.ts';
import { BLOCK_LENGTH, type BlockMedium } from '../../../../dongle-firmware-sim/usb/storage/block-medium.ts';

/** A medium in memory that counts what is asked of it, and fails on command. */
export class MemoryMedium implements BlockMedium {
  readonly blocks: number;
  readonly bytes: Uint8Array;
  /** Blocks of each read and write, and flushes. */
  readonly calls: string[] = [];
  failing: 'read' | 'write' | 'flush' | undefined;

  constructor(blocks: number) {
    this.blocks = blocks;
    this.bytes = Uint8Array.from({ length: blocks * BLOCK_LENGTH }, (_, at) => (at >> 9) ^ at);
  }

  read(lba: number, blocks: number): Uint8Array {
    this.#note('read', `${lba}+${blocks}`);
    return this.bytes.slice(lba * BLOCK_LENGTH, (lba + blocks) * BLOCK_LENGTH);
  }

  write(lba: number, bytes: Uint8Array): void {
    this.#note('write', `${lba}+${bytes.length / BLOCK_LENGTH}`);
    this.bytes.set(bytes, lba * BLOCK_LENGTH);
  }

  flush(): void {
    this.#note('flush', '');
  }

  #note(call: 'read' | 'write' | 'flush', what: string): void {
    if (this.failing === call) throw new FerryError('STORE_WRITE_FAILED', { where: 'memory', why: 'told to' });
    this.calls.push(`${call} ${what}`.trim());
  }
}
