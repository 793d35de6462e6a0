import { hash } from 'node:crypto';
import type { FlashGeometry } from '../../../../container/store/flash-port.ts';

/** A sector of an image; undefined: erased. Never changed once it is in an image. */
type Sector = Uint8Array | undefined;

/** Four words, so that images can be told apart without comparing them. */
type Digest = readonly [number, number, number, number];

const NOTHING: Digest = [0, 0, 0, 0];
const digests = new WeakMap<Uint8Array, Digest>();

/**
 * The content of a flash at one moment. Images share the sectors in which they do not differ, so that a crash state costs
 * no more than the sectors that it changes.
 */
export class SectorImage {
  readonly geometry: FlashGeometry;
  readonly sectors: readonly Sector[];

  constructor(geometry: FlashGeometry, sectors?: readonly Sector[]) {
    this.geometry = geometry;
    this.sectors = sectors ?? Array.from({ length: geometry.size / geometry.sectorSize }, () => undefined);
  }

  /** The same for the same content, whatever led to it. */
  get fingerprint(): string {
    const sum = [0, 0, 0, 0];
    this.sectors.forEach((sector, number) => {
      const digest = sector === undefined ? NOTHING : digestOf(sector, number);
      for (let word = 0; word < 4; word++) sum[word] = (sum[word] as number) ^ (digest[word] as number);
    });
    return sum.join();
  }

  /** A new image, in which `change` has changed a copy of some bytes of it. */
  with(change: (draft: ImageDraft) => void): SectorImage {
    const draft = new ImageDraft(this);
    change(draft);
    return draft.image();
  }
}

/** A copy of an image under change. */
export class ImageDraft {
  readonly geometry: FlashGeometry;
  readonly #sectors: Sector[];
  readonly #own = new Set<number>();

  constructor(base: SectorImage) {
    this.geometry = base.geometry;
    this.#sectors = [...base.sectors];
  }

  image(): SectorImage {
    this.#own.clear();
    return new SectorImage(this.geometry, [...this.#sectors]);
  }

  read(address: number, length: number): Uint8Array {
    const result = new Uint8Array(length).fill(0xff);
    const { sectorSize } = this.geometry;
    for (let at = 0; at < length; ) {
      const from = (address + at) % sectorSize;
      const to = Math.min(sectorSize, from + length - at);
      const sector = this.#sectors[Math.floor((address + at) / sectorSize)];
      if (sector !== undefined) result.set(sector.subarray(from, to), at);
      at += to - from;
    }
    return result;
  }

  isErased(address: number, length: number): boolean {
    const { sectorSize } = this.geometry;
    const first = Math.floor(address / sectorSize);
    const last = Math.floor((address + length - 1) / sectorSize);
    for (let number = first; number <= last; number++)
      if (this.#sectors[number] !== undefined) return this.read(address, length).every((byte) => byte === 0xff);
    return true;
  }

  /** Clears bits of bytes within one sector. */
  clear(address: number, bytes: Uint8Array): void {
    const { sector, from } = this.#at(address);
    for (let at = 0; at < bytes.length; at++) sector[from + at] = (sector[from + at] as number) & (bytes[at] as number);
  }

  /** Puts bytes within one sector in the place of others. */
  store(address: number, bytes: Uint8Array): void {
    const { sector, from } = this.#at(address);
    sector.set(bytes, from);
  }

  /** Sets bits of bytes within one sector: an erase that was not ended. */
  set(address: number, bytes: Uint8Array): void {
    const { sector, from } = this.#at(address);
    for (let at = 0; at < bytes.length; at++) sector[from + at] = (sector[from + at] as number) | (bytes[at] as number);
  }

  erase(address: number): void {
    const number = address / this.geometry.sectorSize;
    this.#sectors[number] = undefined;
    this.#own.delete(number);
  }

  #at(address: number): { readonly sector: Uint8Array; readonly from: number } {
    const { sectorSize } = this.geometry;
    const number = Math.floor(address / sectorSize);
    let sector = this.#sectors[number];
    if (sector === undefined || !this.#own.has(number)) {
      sector = sector === undefined ? new Uint8Array(sectorSize).fill(0xff) : sector.slice();
      this.#sectors[number] = sector;
      this.#own.add(number);
    }
    return { sector, from: address % sectorSize };
  }
}

function digestOf(sector: Uint8Array, number: number): Digest {
  const known = digests.get(sector) ?? plainDigest(sector);
  digests.set(sector, known);
  // The place counts: two sectors that change places make another image. An erased one is nothing, however it came about.
  return known === NOTHING ? known : (known.map((word) => Math.imul(word ^ number, 0x9e3779b1)) as unknown as Digest);
}

function plainDigest(sector: Uint8Array): Digest {
  if (sector.every((byte) => byte === 0xff)) return NOTHING;
  const bytes = hash('sha1', sector, 'buffer');
  return [bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readInt32LE(12)];
}
