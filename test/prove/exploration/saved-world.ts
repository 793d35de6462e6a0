import fs from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import type { Exploration, SavedExploration } from './explorer.ts';

/** What is kept of a world between two runs: how far it was explored, or what it came to in the end. */
export interface SavedWorld {
  readonly world: string;
  /** Stands for the explored rules: nothing is gone on with under others. */
  readonly rules: string;
  readonly date: string;
  /** Processor time over all runs. */
  readonly seconds: number;
  readonly answers: ReadonlyMap<string, number>;
  readonly result: Exploration;
  /** Null once nothing is left to explore. */
  readonly exploration: SavedExploration | null;
}

/** Bytes that are written or read at once. */
const PIECE = 1 << 28;

/**
 * A folder with one file for each world. Each file is whole, whenever the program is killed: it is written beside the one
 * before, flushed, and put in its place.
 */
export class SavedWorlds {
  readonly #folder: string;

  /** @param folder made when it is not there */
  constructor(folder: string) {
    this.#folder = folder;
    fs.mkdirSync(folder, { recursive: true });
  }

  write({ exploration, ...saved }: SavedWorld): void {
    const file = this.#fileOf(saved.world);
    const arrays = exploration?.arrays ?? [];
    const facts = v8.serialize({ ...saved, facts: exploration?.facts ?? null });
    const lengths = Float64Array.of(facts.length, arrays.length, ...arrays.map(({ length }) => length));
    const descriptor = fs.openSync(`${file}.next`, 'w');
    try {
      const head = Float64Array.of(lengths.length);
      for (const bytes of [bytesOf(head), bytesOf(lengths), facts, ...arrays.map(bytesOf)]) writeAll(descriptor, bytes);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(`${file}.next`, file);
  }

  /** Undefined when nothing is kept of that world. */
  read(world: string): SavedWorld | undefined {
    const file = this.#fileOf(world);
    if (!fs.existsSync(file)) return undefined;
    const descriptor = fs.openSync(file, 'r');
    try {
      const [count] = read(descriptor, new Float64Array(1)) as unknown as [number];
      const [factBytes, , ...sizes] = read(descriptor, new Float64Array(count)) as unknown as [
        number,
        number,
        ...number[],
      ];
      const { facts, ...saved } = v8.deserialize(read(descriptor, new Uint8Array(factBytes)));
      const arrays = sizes.map((length) => read(descriptor, new Uint32Array(length)));
      return { ...saved, exploration: facts === null ? null : { facts, arrays } };
    } finally {
      fs.closeSync(descriptor);
    }
  }

  #fileOf(world: string): string {
    return path.join(this.#folder, `${world.replaceAll(/\W+/g, '-')}.world`);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array | Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at, Math.min(PIECE, bytes.length - at));
}

/** Fills an array. @throws RangeError when the file ends before that */
function read<T extends Float64Array | Uint32Array | Uint8Array>(descriptor: number, into: T): T {
  const bytes = bytesOf(into);
  for (let at = 0; at < bytes.length; ) {
    const more = fs.readSync(descriptor, bytes, at, Math.min(PIECE, bytes.length - at), null);
    if (more === 0) throw new RangeError('the file of a world is cut off');
    at += more;
  }
  return into;
}
