import { Defect } from '../errors.ts';
import type { Flash, FlashGeometry } from './flash-port.ts';

/** Whether these sizes can be a flash: whole numbers, each a multiple of the next smaller one, pages of 4 bytes or more. */
export function isGeometry({ size, pageSize, sectorSize }: FlashGeometry): boolean {
  return (
    [size, pageSize, sectorSize].every((value) => Number.isSafeInteger(value) && value > 0) &&
    pageSize % 4 === 0 &&
    sectorSize % pageSize === 0 &&
    size % sectorSize === 0
  );
}

/**
 * A flash in memory with the exact rules of NOR: erasing sets a whole sector, programming only clears bits, and a
 * program that would set one is a defect. Erased sectors take no memory. Nothing survives the object, unless its
 * `image` is kept.
 */
export class MemoryFlash implements Flash {
  readonly geometry: FlashGeometry;
  /** By number; undefined while a sector is as it was erased. */
  readonly #sectors: (Uint8Array | undefined)[] = [];

  /** Starts with the content of `image`, or erased. */
  constructor(geometry: FlashGeometry, image?: Uint8Array) {
    if (!isGeometry(geometry)) throw new Defect('impossible flash geometry');
    if (image !== undefined && image.length !== geometry.size) throw new Defect('the image has another size');
    this.geometry = geometry;
    if (image !== undefined) this.program(0, image);
  }

  /** A copy of the whole array, from which an equal flash can be made. */
  image(): Uint8Array {
    return this.read(0, this.geometry.size);
  }

  read(address: number, length: number): Uint8Array {
    const result = new Uint8Array(length).fill(0xff);
    this.#each(address, length, (number, from, to, at) => {
      const sector = this.#sectors[number];
      if (sector !== undefined) result.set(sector.subarray(from, to), at);
    });
    return result;
  }

  isErased(address: number, length: number): boolean {
    let erased = true;
    this.#each(address, length, (number, from, to) => {
      erased &&= this.#sectors[number]?.subarray(from, to).every((byte) => byte === 0xff) ?? true;
    });
    return erased;
  }

  program(address: number, bytes: Uint8Array): void {
    this.#each(address, bytes.length, (number, from, to, at) => {
      const sector = this.#sectors[number];
      if (sector !== undefined) requireClearing(sector.subarray(from, to), bytes.subarray(at), address + at);
    });
    this.#each(address, bytes.length, (number, from, to, at) => {
      this.#sectors[number] ??= new Uint8Array(this.geometry.sectorSize).fill(0xff);
      this.#sectors[number].set(bytes.subarray(at, at + to - from), from);
    });
  }

  erase(address: number): void {
    const { sectorSize } = this.geometry;
    this.#checkRange(address, sectorSize);
    if (address % sectorSize !== 0) throw new Defect(`no sector starts at ${address}`);
    this.#sectors[address / sectorSize] = undefined;
  }

  flush(): void {}

  /** Visits the part of each sector that lies in a range; `at` counts from the start of the range. */
  #each(address: number, length: number, visit: (sector: number, from: number, to: number, at: number) => void): void {
    this.#checkRange(address, length);
    const { sectorSize } = this.geometry;
    for (let at = 0; at < length; ) {
      const from = (address + at) % sectorSize;
      const to = Math.min(sectorSize, from + length - at);
      visit((address + at - from) / sectorSize, from, to, at);
      at += to - from;
    }
  }

  #checkRange(address: number, length: number): void {
    if (!Number.isSafeInteger(address) || address < 0 || address + length > this.geometry.size) {
      throw new Defect(`${length} bytes at ${address} are outside the flash`);
    }
  }
}

function requireClearing(target: Uint8Array, bytes: Uint8Array, address: number): void {
  for (let at = 0; at < target.length; at++) {
    const wanted = bytes[at] as number;
    if (((target[at] as number) & wanted) !== wanted) {
      throw new Defect(`programming would set a cleared bit at ${address + at}`);
    }
  }
}
