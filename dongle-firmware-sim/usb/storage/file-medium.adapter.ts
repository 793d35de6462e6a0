import fs from 'node:fs';
import { Defect, FerryError } from '../../../container/errors.ts';
import {
  createDurably,
  type FileWrites,
  readAll,
  usePlainFile,
  writeAll,
} from '../../../container/store/file-durable.adapter.ts';
import { readFailed, writeFailed } from '../../../container/store/file-failure.ts';
import { BLOCK_LENGTH, type BlockMedium } from './block-medium.ts';

/** 64 GiB; the addresses that a host uses have room for more. */
const MOST_BLOCKS = 2 ** 27;

export interface FileMediumOptions {
  readonly path: string;
  readonly writes?: FileWrites;
}

/**
 * A medium in a file that has its blocks one after the other and nothing else. Writes reach the file at once, so that a program
 * that is killed loses none, and the disk at `flush`. After a failed flush it takes nothing more, since nobody can know what the
 * disk has: open it again.
 */
export class FileMedium implements BlockMedium {
  readonly blocks: number;
  readonly #path: string;
  readonly #writes: FileWrites;
  #handle: number | undefined;
  #isBroken = false;

  private constructor({ path, writes = fs }: FileMediumOptions, handle: number, blocks: number) {
    this.blocks = blocks;
    this.#path = path;
    this.#writes = writes;
    this.#handle = handle;
  }

  /** Makes a file of that many blocks, all zero, durably, and opens it. @throws CONTAINER_EXISTS, STORE_WRITE_FAILED */
  static create(options: FileMediumOptions, blocks: number): FileMedium {
    if (!isBlockCount(blocks)) throw new Defect(`no medium has ${blocks} blocks`);
    createDurably(options.path, (handle) => fs.ftruncateSync(handle, blocks * BLOCK_LENGTH));
    return FileMedium.open(options);
  }

  /**
   * @throws STORE_DAMAGED when the file is missing, is empty, is larger than 64 GiB or ends within a block
   * @throws FILE_UNREADABLE when the system does not let it be read
   */
  static open(options: FileMediumOptions): FileMedium {
    const damaged = (what: string): FerryError => new FerryError('STORE_DAMAGED', { where: options.path, what });
    return usePlainFile(options.path, damaged('the file is missing'), (handle) => {
      const { size } = fs.fstatSync(handle);
      if (!isBlockCount(size / BLOCK_LENGTH)) throw damaged(`${size} bytes are no medium`);
      return new FileMedium(options, handle, size / BLOCK_LENGTH);
    });
  }

  read(lba: number, blocks: number): Uint8Array {
    // Filled or thrown away: what was in this memory before is never seen.
    const bytes = Buffer.allocUnsafeSlow(blocks * BLOCK_LENGTH);
    const handle = this.#opened();
    try {
      if (readAll(handle, bytes, lba * BLOCK_LENGTH)) return bytes;
    } catch (error) {
      throw readFailed(this.#path, error);
    }
    throw new FerryError('FILE_UNREADABLE', { file: this.#path, why: 'it has become shorter' });
  }

  write(lba: number, bytes: Uint8Array): void {
    this.#change((handle) => writeAll(this.#writes, handle, bytes, lba * BLOCK_LENGTH));
  }

  flush(): void {
    this.#change((handle) => {
      this.#isBroken = true;
      this.#writes.fdatasyncSync(handle);
      this.#isBroken = false;
    });
  }

  /** Lets the file go; what was written is in it, durable or not. May be called again. */
  close(): void {
    if (this.#handle !== undefined) fs.closeSync(this.#handle);
    this.#handle = undefined;
  }

  #opened(): number {
    if (this.#handle === undefined) throw new Defect('the file of the medium is closed');
    return this.#handle;
  }

  #change(change: (handle: number) => void): void {
    const handle = this.#opened();
    if (this.#isBroken) {
      const why = 'an earlier flush failed; it must be opened again';
      throw new FerryError('STORE_WRITE_FAILED', { where: this.#path, why });
    }
    try {
      change(handle);
    } catch (error) {
      throw writeFailed(this.#path, error);
    }
  }
}

function isBlockCount(blocks: number): boolean {
  return Number.isSafeInteger(blocks) && blocks >= 1 && blocks <= MOST_BLOCKS;
}
