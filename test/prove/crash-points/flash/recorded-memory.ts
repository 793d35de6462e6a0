import { Defect } from '../../../../container/errors.ts';
import type { Anchor, AnchorStore } from '../../../../container/store/anchor-port.ts';
import type { Flash, FlashGeometry } from '../../../../container/store/flash-port.ts';
import { bankSize } from '../../../../container/store/journal-layout.ts';
import { ImageDraft, SectorImage } from './sector-image.ts';

/**
 * A change of the medium that a power cut may lose, keep or tear until the next flush. A chip clears bits where it is
 * programmed; a file is written over.
 */
export type Write =
  | { readonly kind: 'program' | 'overwrite'; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: 'erase'; readonly address: number };

/** One operation on a container's memory or on its anchor, in the order in which they were asked for. */
export type Operation = Write | { readonly kind: 'flush' } | { readonly kind: 'anchor'; readonly anchor: Anchor };

/** What a power cut may leave: the image of the flash, and the anchor outside it. */
export interface Durable {
  readonly image: SectorImage;
  readonly anchor: Anchor | undefined;
}

/** What lies in a cache when a program begins, from one that ended while the power stayed. */
export interface Inherited {
  readonly writes: readonly Write[];
  /** `forgotten`: the cache of a file holds them for clean, as Linux does after a flush that failed. A chip forgets nothing. */
  readonly cache: 'remembered' | 'forgotten';
}

/** Flash and anchor of one container: reads what was written, like a cache, and numbers every operation on both. */
export class RecordedMemory {
  readonly flash: Flash;
  readonly anchor: AnchorStore;
  readonly start: Durable;
  /** Not flushed when it began. */
  readonly inherited: readonly Write[];
  readonly operations: Operation[] = [];
  /** Called before each operation is carried out. */
  onOperation: () => void = () => {};
  readonly #view: ImageDraft;
  #anchor: Anchor | undefined;

  constructor(start: Durable, inherited: Inherited = { writes: [], cache: 'remembered' }) {
    this.start = start;
    this.inherited = inherited.cache === 'remembered' ? inherited.writes : [];
    this.#view = new ImageDraft(start.image);
    for (const write of inherited.writes) applyWhole(this.#view, write);
    this.#anchor = start.anchor;
    this.flash = this.#flash(start.image.geometry, inherited.cache === 'forgotten' ? 'overwrite' : 'program');
    this.anchor = {
      read: () => this.#anchor,
      advance: ({ generation, stateHash }) => {
        const anchor = { generation, stateHash: stateHash.slice() };
        this.#note({ kind: 'anchor', anchor });
        this.#anchor = anchor;
      },
    };
  }

  static erased(geometry: FlashGeometry): RecordedMemory {
    return new RecordedMemory({ image: new SectorImage(geometry), anchor: undefined });
  }

  /** Everything written, as if it were flushed. */
  get whole(): Durable {
    return { image: this.#view.image(), anchor: this.#anchor };
  }

  /** Bytes behind what was programmed last, up to the end of that half of the memory. */
  get freeInBank(): number {
    const last = this.operations.findLast(({ kind }) => kind === 'program' || kind === 'overwrite') as
      | Write
      | undefined;
    const bank = bankSize(this.start.image.geometry);
    return last === undefined || last.kind === 'erase' ? bank : bank - ((last.address + last.bytes.length) % bank);
  }

  #note(operation: Operation): void {
    this.onOperation();
    this.operations.push(operation);
  }

  #flash(geometry: FlashGeometry, kind: 'program' | 'overwrite'): Flash {
    const { size, pageSize, sectorSize } = geometry;
    const view = this.#view;
    const inside = (address: number, length: number): void => {
      if (address < 0 || address + length > size)
        throw new Defect(`${length} bytes at ${address} are outside the flash`);
    };
    return {
      geometry,
      read: (address, length) => {
        inside(address, length);
        return view.read(address, length);
      },
      isErased: (address, length) => {
        inside(address, length);
        return view.isErased(address, length);
      },
      program: (address, bytes) => {
        inside(address, bytes.length);
        const found = view.read(address, bytes.length);
        bytes.forEach((wanted, at) => {
          if (((found[at] as number) & wanted) !== wanted)
            throw new Defect(`programming would set a cleared bit at ${address + at}`);
        });
        for (let at = 0; at < bytes.length; ) {
          const length = Math.min(bytes.length - at, pageSize - ((address + at) % pageSize));
          const write: Write = { kind, address: address + at, bytes: bytes.slice(at, at + length) };
          this.#note(write);
          applyWhole(view, write);
          at += length;
        }
      },
      erase: (address) => {
        inside(address, sectorSize);
        if (address % sectorSize !== 0) throw new Defect(`no sector starts at ${address}`);
        const write: Write = { kind: 'erase', address };
        this.#note(write);
        applyWhole(view, write);
      },
      flush: () => this.#note({ kind: 'flush' }),
    };
  }
}

export function applyWhole(draft: ImageDraft, write: Write): void {
  applyPart(draft, write, 0, write.kind === 'erase' ? draft.geometry.sectorSize : write.bytes.length);
}

/** The bytes of a write from one place up to another. */
export function applyPart(draft: ImageDraft, write: Write, from: number, to: number): void {
  const at = write.address + from;
  if (from >= to) return;
  if (write.kind === 'program') draft.clear(at, write.bytes.subarray(from, to));
  else if (write.kind === 'overwrite') draft.store(at, write.bytes.subarray(from, to));
  else if (to - from === draft.geometry.sectorSize) draft.erase(at);
  else draft.store(at, new Uint8Array(to - from).fill(0xff));
}
