import { Defect } from '../../container/errors.ts';
import { FileImage, type ImageOptions } from '../../container/store/file-image.adapter.ts';
import type { ClosableFlash, FlashGeometry } from '../../container/store/flash-port.ts';

export const PAGE_SIZE = 256;
export const SECTOR_SIZE = 4096;
export const DEFAULT_CAPACITY = 384 * 1024;
export const LEAST_CAPACITY = 64 * 1024;
export const LARGEST_CAPACITY = 64 * 1024 * 1024;

/** Whether a chip of that many bytes exists here: whole sectors, from 64 KiB to 64 MiB. */
export function isCapacity(capacity: number): boolean {
  return capacity >= LEAST_CAPACITY && capacity <= LARGEST_CAPACITY && capacity % SECTOR_SIZE === 0;
}

/** Power is lost in the middle of an operation on the chip. */
export class PowerCut extends Error {
  /** Bytes of the operation that the chip had taken. */
  readonly done: number;

  constructor(done = 0) {
    super('power lost');
    this.name = 'PowerCut';
    this.done = done;
  }
}

/** Called before each program of (a part of) one page and each erase of a sector; may throw a `PowerCut`. */
export type OnOperation = (operation: 'program' | 'erase', address: number, length: number) => void;

export interface NorFlashOptions extends ImageOptions {
  readonly onOperation?: OnOperation;
}

function wearLength(geometry: FlashGeometry): number {
  return (geometry.size / geometry.sectorSize) * 4;
}

function wearOffset(address: number): number {
  return (address / SECTOR_SIZE) * 4;
}

/**
 * The dongle's flash chip, kept in one file: pages of 256 bytes, sectors of 4 KiB, every erase counted per sector.
 *
 * Programs and erases are done in memory and reach the file at `flush`; only a power cut, which `onOperation` can cause
 * at any page and in the middle of it, leaves in the file what the chip had taken up to then. After one the chip is
 * dead: open it again.
 */
export class NorFlash implements ClosableFlash {
  readonly geometry: FlashGeometry;
  readonly #image: FileImage;
  readonly #wear: DataView;
  readonly #onOperation: OnOperation;

  private constructor(image: FileImage, onOperation: OnOperation = () => {}) {
    this.geometry = image.array.geometry;
    this.#image = image;
    this.#wear = new DataView(image.trailer.buffer);
    this.#onOperation = onOperation;
  }

  /** Makes a new, erased chip. @throws CONTAINER_EXISTS, STORE_WRITE_FAILED */
  static create(options: NorFlashOptions, capacity: number = DEFAULT_CAPACITY): NorFlash {
    if (!isCapacity(capacity)) throw new Defect(`no chip has ${capacity} bytes`);
    const geometry = { size: capacity, pageSize: PAGE_SIZE, sectorSize: SECTOR_SIZE };
    return new NorFlash(FileImage.create(options, geometry, wearLength(geometry)), options.onOperation);
  }

  /** @throws STORE_DAMAGED, FILE_UNREADABLE */
  static open(options: NorFlashOptions): NorFlash {
    return new NorFlash(FileImage.open(options, wearLength), options.onOperation);
  }

  /** How often the sector that starts at `address` was erased. */
  wear(address: number): number {
    return this.#wear.getUint32(wearOffset(address), true);
  }

  read(address: number, length: number): Uint8Array {
    return this.#image.array.read(address, length);
  }

  isErased(address: number, length: number): boolean {
    return this.#image.array.isErased(address, length);
  }

  program(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, PAGE_SIZE - ((address + at) % PAGE_SIZE));
      this.#programPage(address + at, bytes.subarray(at, at + length));
      at += length;
    }
  }

  erase(address: number): void {
    const before = this.read(address, SECTOR_SIZE);
    const cut = this.#powered('erase', address, SECTOR_SIZE);
    this.#image.array.erase(address);
    if (cut !== undefined) this.#image.array.program(address + cut.done, before.subarray(cut.done));
    this.#image.touch(address, address + SECTOR_SIZE);
    const counter = wearOffset(address);
    this.#wear.setUint32(counter, this.wear(address) + 1, true);
    this.#image.touchTrailer(counter, counter + 4);
    if (cut !== undefined) this.#die(cut);
  }

  /** @throws STORE_WRITE_FAILED */
  flush(): void {
    this.#image.flush();
  }

  /** Lets the file go; what was not flushed is lost. */
  close(): void {
    this.#image.close();
  }

  #programPage(address: number, bytes: Uint8Array): void {
    const cut = this.#powered('program', address, bytes.length);
    const taken = cut === undefined ? bytes : bytes.subarray(0, cut.done);
    this.#image.array.program(address, taken);
    this.#image.touch(address, address + taken.length);
    if (cut !== undefined) this.#die(cut);
  }

  /** The power cut that strikes in this operation, if one does. */
  #powered(operation: 'program' | 'erase', address: number, length: number): PowerCut | undefined {
    try {
      this.#onOperation(operation, address, length);
      return undefined;
    } catch (error) {
      if (error instanceof PowerCut) return error;
      throw error;
    }
  }

  #die(cut: PowerCut): never {
    this.#image.writeUnflushed();
    this.#image.close();
    throw cut;
  }
}
