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
 * program that would set one is a defect. Nothing survives the object, unless its `image` is kept.
 */
export class MemoryFlash implements Flash {
  readonly geometry: FlashGeometry;
  readonly #bytes: Uint8Array;

  /** Takes `bytes` over as its array, without a copy; without them the flash starts erased. */
  constructor(geometry: FlashGeometry, bytes: Uint8Array = new Uint8Array(geometry.size).fill(0xff)) {
    if (!isGeometry(geometry) || bytes.length !== geometry.size) throw new Defect('impossible flash geometry');
    this.geometry = geometry;
    this.#bytes = bytes;
  }

  /** A copy of the whole array, from which an equal flash can be made. */
  image(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }

  read(address: number, length: number): Uint8Array {
    this.#checkRange(address, length);
    return new Uint8Array(this.#bytes.subarray(address, address + length));
  }

  program(address: number, bytes: Uint8Array): void {
    this.#checkRange(address, bytes.length);
    const target = this.#bytes.subarray(address, address + bytes.length);
    for (let at = 0; at < bytes.length; at++) {
      const wanted = bytes[at] as number;
      if (((target[at] as number) & wanted) !== wanted) {
        throw new Defect(`programming would set a cleared bit at ${address + at}`);
      }
    }
    target.set(bytes);
  }

  erase(address: number): void {
    const { sectorSize } = this.geometry;
    this.#checkRange(address, sectorSize);
    if (address % sectorSize !== 0) throw new Defect(`no sector starts at ${address}`);
    this.#bytes.fill(0xff, address, address + sectorSize);
  }

  flush(): void {}

  #checkRange(address: number, length: number): void {
    if (!Number.isSafeInteger(address) || address < 0 || address + length > this.geometry.size) {
      throw new Defect(`${length} bytes at ${address} are outside the flash`);
    }
  }
}
