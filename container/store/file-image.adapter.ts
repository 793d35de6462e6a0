import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { Defect, FerryError } from '../errors.ts';
import { equalBytes, utf8 } from '../model/bytes.ts';
import { createDurably, type FileWrites, readAll, usePlainFile, writeAll } from './file-durable.adapter.ts';
import { writeFailed } from './file-failure.ts';
import type { FlashGeometry } from './flash-port.ts';
import { isGeometry, MemoryFlash } from './memory-flash.ts';

const HEADER_LENGTH = 4096;
const VERSION = 1;
const MAGIC = utf8('LFFLASH\n');
const FIELDS_LENGTH = 28;
/** One GiB of common sectors. A file that claims more, perhaps without any of its bytes on the disk, is not even read. */
const MOST_SECTORS = 2 ** 18;
const NO_FLASH = 'it is not a flash file';

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
function decodeHeader(bytes: Uint8Array): ImageHeader | string {
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return NO_FLASH;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (at: number): number => view.getUint32(at, true);
  if (word(FIELDS_LENGTH) !== crc32(bytes.subarray(0, FIELDS_LENGTH))) return 'the checksum of its header is wrong';
  if (word(8) !== VERSION) return `its layout has version ${word(8)}, this program reads version ${VERSION}`;
  const geometry = { size: word(12), pageSize: word(16), sectorSize: word(20) };
  return isGeometry(geometry) && geometry.size / geometry.sectorSize <= MOST_SECTORS
    ? { geometry, trailer: word(24) }
    : 'its sizes are impossible';
}

/**
 * Turns 0xFF into 0 and back, in place. In the file every byte of the array is inverted: an erased flash is all 0xFF,
 * and a file system stores long runs of zeros, but of nothing else, without taking room for them.
 */
function invert(bytes: Uint8Array): void {
  // By words, which are aligned in every buffer here: a large container has megabytes of them.
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let at = 0; at < words.length; at++) words[at] = ~(words[at] as number);
  for (let at = words.byteLength; at < bytes.length; at++) bytes[at] = ~(bytes[at] as number);
}

/** How much of a file is read at a time: enough to be fast, little enough to stay in the processor's cache. */
const READ_LENGTH = 256 * 1024;

/** The array in the file. Parts that are all zero are erased, and stay out of memory. Undefined when the file ends before. */
function readArray(handle: number, geometry: FlashGeometry): MemoryFlash | undefined {
  const array = new MemoryFlash(geometry);
  const { size, sectorSize } = geometry;
  const buffer = new Uint8Array(Math.min(size, Math.max(sectorSize, READ_LENGTH - (READ_LENGTH % sectorSize))));
  const zeros = new Uint8Array(buffer.length);
  const isZero = (bytes: Uint8Array): boolean => Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0;
  for (let address = 0; address < size; address += buffer.length) {
    const bytes = buffer.subarray(0, Math.min(buffer.length, size - address));
    if (!readAll(handle, bytes, HEADER_LENGTH + address)) return undefined;
    if (isZero(bytes)) continue;
    for (let at = 0; at < bytes.length; at += sectorSize) {
      const sector = bytes.subarray(at, at + sectorSize);
      if (isZero(sector)) continue;
      invert(sector);
      array.program(address + at, sector);
    }
  }
  return array;
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
 * A flash's content, held in memory and kept in one plain file: what was touched reaches the file at `flush` and not
 * before. After a failed flush it writes nothing more, since nobody can know what the disk has: reopen.
 */
export class FileImage {
  /** The flash itself. Whoever changes it says so by `touch`. */
  readonly array: MemoryFlash;
  /** Bytes behind the array, all 0 at first, for its owner's own use. Whoever changes them says so by `touchTrailer`. */
  readonly trailer: Uint8Array;
  readonly #path: string;
  readonly #writes: FileWrites;
  #handle: number | undefined;
  #broken = false;
  #touched: Range[] = [];
  #touchedTrailer: Range[] = [];

  private constructor(options: ImageOptions, handle: number, array: MemoryFlash, trailer: Uint8Array) {
    this.array = array;
    this.trailer = trailer;
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
      const bytes = new Uint8Array(FIELDS_LENGTH + 4);
      const header = readAll(handle, bytes, 0) ? decodeHeader(bytes) : NO_FLASH;
      if (typeof header === 'string') throw damaged(header);
      const { geometry } = header;
      if (header.trailer !== trailerOf(geometry)) throw damaged('it belongs to another kind of container');
      const trailer = new Uint8Array(header.trailer);
      const length = HEADER_LENGTH + geometry.size + trailer.length;
      const found = fs.fstatSync(handle).size;
      const whole = found === length && readAll(handle, trailer, HEADER_LENGTH + geometry.size);
      const array = whole ? readArray(handle, geometry) : undefined;
      if (array === undefined) throw damaged(`it has ${found} bytes instead of ${length}`);
      return new FileImage(options, handle, array, trailer);
    });
  }

  /** Notes that the array was changed from `start` up to `end`. */
  touch(start: number, end: number): void {
    this.#touched.push({ start, end });
  }

  touchTrailer(start: number, end: number): void {
    this.#touchedTrailer.push({ start, end });
  }

  /** Writes what was touched, and returns when the disk has it. @throws STORE_WRITE_FAILED, from then on always */
  flush(): void {
    if (this.#broken) {
      const why = 'an earlier write failed; the container must be opened again';
      throw new FerryError('STORE_WRITE_FAILED', { where: this.#path, why });
    }
    this.#broken = true;
    try {
      this.#writes.fdatasyncSync(this.#write());
    } catch (error) {
      throw writeFailed(this.#path, error);
    }
    this.#broken = false;
  }

  /** Lets the file go; what was touched since the last flush is lost. May be called again. */
  close(): void {
    if (this.#handle !== undefined) fs.closeSync(this.#handle);
    this.#handle = undefined;
  }

  /** Writes what was touched without waiting for the disk: what a chip that loses power here has taken. */
  writeUnflushed(): void {
    this.#write();
  }

  #write(): number {
    const handle = this.#handle;
    if (handle === undefined) throw new Defect('the flash file is closed');
    for (const { start, end } of merged(this.#touched)) {
      const stored = this.array.read(start, end - start);
      invert(stored);
      writeAll(this.#writes, handle, stored, HEADER_LENGTH + start);
    }
    const behind = HEADER_LENGTH + this.array.geometry.size;
    for (const { start, end } of merged(this.#touchedTrailer)) {
      writeAll(this.#writes, handle, this.trailer.subarray(start, end), behind + start);
    }
    this.#touched = [];
    this.#touchedTrailer = [];
    return handle;
  }
}
