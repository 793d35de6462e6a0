import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { Defect, FerryError } from '../errors.ts';
import { concatBytes, equalBytes, utf8 } from '../model/bytes.ts';
import { createDurably, type FileWrites, readAll, usePlainFile, writeAll } from './file-durable.adapter.ts';
import { writeFailed } from './file-failure.ts';
import type { FlashGeometry } from './flash-port.ts';
import { isGeometry } from './memory-flash.ts';

const HEADER_LENGTH = 4096;
const VERSION = 1;
const MAGIC = utf8('LFFLASH\n');
const FIELDS_LENGTH = 28;

/** What a flash file says of itself in its first page. */
interface ImageHeader {
  readonly geometry: FlashGeometry;
  /** Bytes behind the array that its owner keeps for itself. */
  readonly trailer: number;
}

function encodeHeader({ geometry, trailer }: ImageHeader): Uint8Array {
  const bytes = new Uint8Array(FIELDS_LENGTH + 4);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  const { size, pageSize, sectorSize } = geometry;
  [VERSION, size, pageSize, sectorSize, trailer].forEach((value, at) => {
    view.setUint32(8 + 4 * at, value, true);
  });
  view.setUint32(FIELDS_LENGTH, crc32(bytes.subarray(0, FIELDS_LENGTH)), true);
  return bytes;
}

/** The header, or what is wrong with it. */
function decodeHeader(bytes: Uint8Array | undefined): ImageHeader | string {
  if (bytes === undefined || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return 'it is not a flash file';
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (at: number): number => view.getUint32(at, true);
  if (word(FIELDS_LENGTH) !== crc32(bytes.subarray(0, FIELDS_LENGTH))) return 'the checksum of its header is wrong';
  if (word(8) !== VERSION) return `its layout has version ${word(8)}, this program reads version ${VERSION}`;
  const geometry = { size: word(12), pageSize: word(16), sectorSize: word(20) };
  return isGeometry(geometry) ? { geometry, trailer: word(24) } : 'its sizes are impossible';
}

/**
 * Turns 0xFF into 0 and back, in place. In the file every byte is inverted: an erased flash is all 0xFF, and a file
 * system stores long runs of zeros, but of nothing else, without taking room for them.
 */
function invert(bytes: Uint8Array): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let at = 0; at < words.length; at++) words[at] = ~(words[at] as number);
  for (let at = words.length * 4; at < bytes.length; at++) bytes[at] = ~(bytes[at] as number);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The same bytes in ascending ranges of which no two touch. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

export interface ImageOptions {
  readonly path: string;
  readonly writes?: FileWrites;
}

/**
 * A flash's bytes, held in memory and kept in one plain file: what was touched reaches the file at `flush` and not
 * before. After a failed flush it writes nothing more, since nobody can know what the disk has: reopen.
 */
export class FileImage {
  readonly geometry: FlashGeometry;
  /** The array, followed by the trailer; erased bytes are 0xFF in both. Whoever changes them says so by `touch`. */
  readonly bytes: Uint8Array;
  readonly #path: string;
  readonly #writes: FileWrites;
  #handle: number | undefined;
  #broken = false;
  #touched: Range[] = [];

  private constructor(options: ImageOptions, handle: number, geometry: FlashGeometry, bytes: Uint8Array) {
    this.geometry = geometry;
    this.bytes = bytes;
    this.#path = options.path;
    this.#writes = options.writes ?? fs;
    this.#handle = handle;
  }

  /**
   * Makes the file, all erased, with `trailer` bytes more than the array, and opens it.
   *
   * @throws CONTAINER_EXISTS, STORE_WRITE_FAILED
   */
  static create(options: ImageOptions, geometry: FlashGeometry, trailer = 0): FileImage {
    if (!isGeometry(geometry)) throw new Defect('impossible flash geometry');
    createDurably(options.path, (handle) => {
      writeAll(options.writes ?? fs, handle, encodeHeader({ geometry, trailer }), 0);
      fs.ftruncateSync(handle, HEADER_LENGTH + geometry.size + trailer);
    });
    return FileImage.open(options, () => trailer);
  }

  /**
   * Reads the whole file. `trailerOf` says how many bytes behind the array its owner expects.
   *
   * @throws STORE_DAMAGED when the file is missing, shorter or longer than it says, or not a flash file
   * @throws FILE_UNREADABLE when the system does not let it be read
   */
  static open(options: ImageOptions, trailerOf: (geometry: FlashGeometry) => number = () => 0): FileImage {
    const damaged = (what: string): FerryError => new FerryError('STORE_DAMAGED', { where: options.path, what });
    return usePlainFile(options.path, damaged('the file is missing'), (handle) => {
      const header = decodeHeader(readAll(handle, FIELDS_LENGTH + 4, 0));
      if (typeof header === 'string') throw damaged(header);
      const { geometry, trailer } = header;
      if (trailer !== trailerOf(geometry)) throw damaged('it belongs to another kind of container');
      const length = geometry.size + trailer;
      const found = fs.fstatSync(handle).size;
      const bytes = found === HEADER_LENGTH + length ? readAll(handle, length, HEADER_LENGTH) : undefined;
      if (bytes === undefined) throw damaged(`it has ${found} bytes instead of ${HEADER_LENGTH + length}`);
      invert(bytes);
      return new FileImage(options, handle, geometry, bytes);
    });
  }

  /** Notes that the bytes from `start` up to `end` were changed. */
  touch(start: number, end: number): void {
    this.#touched.push({ start, end });
  }

  /** Writes what was touched, and returns when the disk has it. @throws STORE_WRITE_FAILED, from then on always */
  flush(): void {
    try {
      if (this.#broken)
        throw new FerryError('STORE_WRITE_FAILED', { where: this.#path, why: 'an earlier write failed' });
      this.#broken = true;
      this.#write();
      if (this.#handle !== undefined) this.#writes.fdatasyncSync(this.#handle);
      this.#broken = false;
    } catch (error) {
      throw writeFailed(this.#path, error);
    }
  }

  /** Lets the file go; what was touched since the last flush is lost. May be called again. */
  close(): void {
    if (this.#handle !== undefined) fs.closeSync(this.#handle);
    this.#handle = undefined;
    this.#broken = true;
  }

  /** Writes what was touched without waiting for the disk: what a chip that loses power here has taken. */
  writeUnflushed(): void {
    this.#write();
  }

  #write(): void {
    if (this.#handle === undefined) throw new Defect('the flash file is closed');
    for (const { start, end } of merged(this.#touched)) {
      const stored = concatBytes(this.bytes.subarray(start, end));
      invert(stored);
      writeAll(this.#writes, this.#handle, stored, HEADER_LENGTH + start);
    }
    this.#touched = [];
  }
}
