import type { Flash, FlashGeometry } from '../../../container/store/flash-port.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';

/** Pages and sectors so small that a few records span several of both. */
export const TINY: FlashGeometry = { size: 2048, pageSize: 64, sectorSize: 256 };

/** Power went. */
export class PowerLost extends Error {}

/** A whole number from 0 up to, not including, `limit`. */
export type Pick = (limit: number) => number;

/** The same numbers for the same seed. */
export function picker(seed: number): Pick {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % limit;
  };
}

/** What became of the writes since the last flush when power went. */
export type Fate = 'lost' | 'kept' | Pick;

interface PageWrite {
  readonly address: number;
  /** Undefined: the sector is erased. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * A flash that loses power at one operation, a page program, a sector erase or a flush, counted from 0. Until then it
 * reads what was written, like a cache; afterwards `survivor` says what the medium may hold.
 */
export class FaultyFlash implements Flash {
  readonly geometry: FlashGeometry;
  readonly #cutAt: number;
  readonly #view: MemoryFlash;
  #durable: Uint8Array;
  #unflushed: PageWrite[] = [];
  #begun: PageWrite | undefined;
  #operations = 0;

  constructor(geometry: FlashGeometry, image: Uint8Array, cutAt = Number.POSITIVE_INFINITY) {
    this.geometry = geometry;
    this.#cutAt = cutAt;
    this.#durable = image.slice();
    this.#view = new MemoryFlash(geometry, image.slice());
  }

  /**
   * The same flash for the next program, when only the program ended and the power stayed: it reads what was written.
   * `forgotten`: the cache holds the unflushed writes for clean, as Linux does after a flush that failed.
   */
  inherited(unflushed: 'remembered' | 'forgotten', cutAt = Number.POSITIVE_INFINITY): FaultyFlash {
    const heir = new FaultyFlash(this.geometry, this.#view.image(), cutAt);
    heir.#durable = this.#durable.slice();
    if (unflushed === 'remembered') heir.#unflushed = [...this.#unflushed];
    return heir;
  }

  read(address: number, length: number): Uint8Array {
    return this.#view.read(address, length);
  }

  isErased(address: number, length: number): boolean {
    return this.#view.isErased(address, length);
  }

  program(address: number, bytes: Uint8Array): void {
    const { pageSize } = this.geometry;
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, pageSize - ((address + at) % pageSize));
      const part = bytes.slice(at, at + length);
      this.#write({ address: address + at, bytes: part }, () => this.#view.program(address + at, part));
      at += length;
    }
  }

  erase(address: number): void {
    this.#write({ address, bytes: undefined }, () => this.#view.erase(address));
  }

  flush(): void {
    this.#count();
    this.#durable = this.survivor('kept');
    this.#unflushed = [];
  }

  /**
   * What may be read after the cut. The operation that was cut counts as begun; with a pick, every unflushed page and
   * sector is kept, lost or torn, in any order.
   */
  survivor(fate: Fate): Uint8Array {
    const image = this.#durable.slice();
    if (fate === 'lost') return image;
    const begun = this.#begun === undefined ? this.#unflushed : [...this.#unflushed, this.#begun];
    const writes = fate === 'kept' ? begun : shuffled(begun, fate);
    for (const write of writes) apply(image, write, this.geometry.sectorSize, fate);
    return image;
  }

  #write(write: PageWrite, show: () => void): void {
    this.#begun = write;
    this.#count();
    show();
    this.#unflushed.push(write);
    this.#begun = undefined;
  }

  #count(): void {
    if (this.#operations >= this.#cutAt) throw new PowerLost();
    this.#operations += 1;
  }
}

function shuffled(writes: readonly PageWrite[], pick: Pick): PageWrite[] {
  const result = [...writes];
  for (let at = result.length - 1; at > 0; at--) {
    const other = pick(at + 1);
    [result[at], result[other]] = [result[other] as PageWrite, result[at] as PageWrite];
  }
  return result;
}

function apply(image: Uint8Array, { address, bytes }: PageWrite, sectorSize: number, fate: Fate): void {
  const whole = bytes?.length ?? sectorSize;
  const outcome = fate === 'lost' || fate === 'kept' ? 'kept' : (['kept', 'lost', 'torn'] as const)[fate(3)];
  if (outcome === 'kept') change(image, address, bytes, 0, whole);
  if (outcome !== 'torn' || typeof fate !== 'function') return;
  const ends = [fate(whole + 1), fate(whole + 1)];
  change(image, address, bytes, Math.min(...ends), Math.max(...ends));
}

function change(image: Uint8Array, address: number, bytes: Uint8Array | undefined, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const before = image[address + at] as number;
    image[address + at] = bytes === undefined ? 0xff : before & (bytes[at] as number);
  }
}
