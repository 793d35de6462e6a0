import { FerryError } from '../../../container/errors.ts';
import type { Anchor, AnchorStore } from '../../../container/store/anchor-port.ts';
import type { Flash, FlashGeometry } from '../../../container/store/flash-port.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { type Fate, PowerLost } from '../../container/store/faulty-flash.ts';

/** Sectors by number; undefined while erased. An image shares its sectors with others: nobody writes on them. */
export type Image = readonly (Uint8Array | undefined)[];

interface Write {
  readonly sector: number;
  readonly from: number;
  /** Undefined: the sector is erased. */
  readonly bytes: Uint8Array | undefined;
}

/** What a medium does to one operation, counted from 0: the power goes, or it answers with a failure. */
export interface MediumFault {
  readonly at: number;
  readonly kind: 'power' | 'failure';
}

/**
 * Flash memory whose image can be taken, copied and brought back at the price of a list, since sectors are shared until
 * they are written. Reads what was written, like a cache; `survivor` says what the medium may hold after a power cut.
 */
export class WorldFlash implements Flash {
  readonly geometry: FlashGeometry;
  /** Operations since the last fault was set. */
  operations = 0;
  #fault: MediumFault | null = null;
  #durable: (Uint8Array | undefined)[];
  readonly #view: (Uint8Array | undefined)[];
  #unflushed: Write[] = [];

  constructor(geometry: FlashGeometry, image?: Image) {
    this.geometry = geometry;
    const sectors = geometry.size / geometry.sectorSize;
    this.#durable = image === undefined ? Array.from({ length: sectors }, () => undefined) : [...image];
    this.#view = [...this.#durable];
  }

  /** Lets one of the next operations fail, or none. */
  set fault(fault: MediumFault | null) {
    this.#fault = fault;
    this.operations = 0;
  }

  /** What is durable now. */
  image(): Image {
    return [...this.#durable];
  }

  read(address: number, length: number): Uint8Array {
    const { sectorSize } = this.geometry;
    const result = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const from = (address + at) % sectorSize;
      const part = Math.min(sectorSize - from, length - at);
      const sector = this.#view[Math.floor((address + at) / sectorSize)];
      if (sector === undefined) result.fill(0xff, at, at + part);
      else result.set(sector.subarray(from, from + part), at);
      at += part;
    }
    return result;
  }

  isErased(address: number, length: number): boolean {
    const { sectorSize } = this.geometry;
    for (let at = 0; at < length; ) {
      const from = (address + at) % sectorSize;
      const part = Math.min(sectorSize - from, length - at);
      const sector = this.#view[Math.floor((address + at) / sectorSize)];
      for (let i = from; sector !== undefined && i < from + part; i++) if (sector[i] !== 0xff) return false;
      at += part;
    }
    return true;
  }

  program(address: number, bytes: Uint8Array): void {
    const { sectorSize } = this.geometry;
    for (let at = 0; at < bytes.length; ) {
      const from = (address + at) % sectorSize;
      const part = bytes.slice(at, at + sectorSize - from);
      this.#write({ sector: Math.floor((address + at) / sectorSize), from, bytes: part });
      at += part.length;
    }
  }

  erase(address: number): void {
    this.#write({ sector: address / this.geometry.sectorSize, from: 0, bytes: undefined });
  }

  flush(): void {
    this.#count();
    for (const { sector } of this.#unflushed) this.#durable[sector] = this.#view[sector];
    this.#unflushed = [];
  }

  /** What may be read after the power went: every write since the last flush is kept, lost or torn, as fate has it. */
  survivor(fate: Fate): Image {
    const image = [...this.#durable];
    if (fate === 'lost') return image;
    const writes = [...this.#unflushed];
    while (writes.length > 0) {
      const next = typeof fate === 'function' ? fate(writes.length) : 0;
      const [write] = writes.splice(next, 1) as [Write];
      this.#apply(image, write, fate);
    }
    return image;
  }

  #apply(image: (Uint8Array | undefined)[], { sector, from, bytes }: Write, fate: Fate): void {
    const { sectorSize } = this.geometry;
    const outcome = typeof fate === 'function' ? fate(3) : 0;
    if (outcome === 1) return;
    const whole = bytes?.length ?? sectorSize;
    const ends = outcome === 0 || typeof fate !== 'function' ? [0, whole] : [fate(whole + 1), fate(whole + 1)];
    const [begin, end] = [Math.min(...ends), Math.max(...ends)];
    const old = image[sector];
    const changed = old === undefined ? new Uint8Array(sectorSize).fill(0xff) : old.slice();
    if (bytes === undefined) changed.fill(0xff, begin, end);
    else for (let at = begin; at < end; at++) changed[from + at] = (changed[from + at] ?? 0) & (bytes[at] ?? 0);
    image[sector] = bytes === undefined && begin === 0 && end === sectorSize ? undefined : changed;
  }

  #write(write: Write): void {
    this.#unflushed.push(write);
    this.#count();
    const { sector, from, bytes } = write;
    const old = this.#view[sector];
    if (bytes === undefined) {
      this.#view[sector] = undefined;
      return;
    }
    const own = old === this.#durable[sector];
    const target = old === undefined ? new Uint8Array(this.geometry.sectorSize).fill(0xff) : own ? old.slice() : old;
    for (let at = 0; at < bytes.length; at++) target[from + at] = (target[from + at] ?? 0) & (bytes[at] ?? 0);
    this.#view[sector] = target;
  }

  #count(): void {
    this.operations += 1;
    if (this.#fault === null || this.operations <= this.#fault.at) return;
    if (this.#fault.kind === 'power') throw new PowerLost();
    throw new FerryError('STORE_WRITE_FAILED', { where: 'the simulated flash', why: 'it reports an error' });
  }
}

/** An anchor that loses power at its next write: before it is durable, or right after. */
export class WorldAnchor implements AnchorStore {
  #store: MemoryAnchor;
  cut: 'before' | 'after' | null = null;

  constructor(anchor?: Anchor) {
    this.#store = new MemoryAnchor(anchor);
  }

  read(): Anchor | undefined {
    return this.#store.read();
  }

  /** Puts it where it was, as a copy of what is remembered outside does. */
  set(anchor: Anchor | undefined): void {
    this.#store = new MemoryAnchor(anchor);
  }

  advance(anchor: Anchor): void {
    if (this.cut === 'before') throw new PowerLost();
    this.#store.advance(anchor);
    if (this.cut === 'after') throw new PowerLost();
  }
}
