import type { PublicKey } from '../../../container/model/ids.ts';
import type { Draw } from './chance.ts';
import type { Meaning } from './vendor.ts';

/** A file as it lies in a folder, and what the world knows of it and nobody else. */
export interface WorldFile {
  readonly kind: 'context' | 'update';
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly bytes: Uint8Array;
  /** What a firm's entries do, by sequence. */
  readonly meanings: ReadonlyMap<number, Meaning>;
}

/** Everything that carriers have ever had. Nothing leaves it, so that any file may come again years later. */
export class Folder {
  readonly #files: WorldFile[] = [];
  /** By content: a container that takes bytes that nobody made has been deceived. */
  readonly #known = new Map<string, WorldFile>();

  /** Puts a file there; carriers have it from then on. */
  put(file: WorldFile): void {
    this.#files.push(file);
  }

  /** Writes down who made a file, whether or not it ever lies in a folder. */
  know(file: WorldFile): void {
    this.#known.set(Buffer.from(file.bytes).toString('latin1'), file);
  }

  /** What was made with exactly these bytes. */
  made(bytes: Uint8Array): WorldFile | undefined {
    return this.#known.get(Buffer.from(bytes).toString('latin1'));
  }

  /** The newest files of a kind for a party first. */
  newest(kind: WorldFile['kind'], to: PublicKey, most = Number.POSITIVE_INFINITY): readonly WorldFile[] {
    const found: WorldFile[] = [];
    for (let at = this.#files.length - 1; at >= 0 && found.length < most; at--) {
      const file = this.#files[at] as WorldFile;
      if (file.kind === kind && file.to === to) found.push(file);
    }
    return found;
  }

  /** Any file of a kind for a party. */
  any(draw: Draw, kind: WorldFile['kind'], to: PublicKey): WorldFile | undefined {
    const all = this.newest(kind, to);
    return all[draw(Math.max(1, all.length))];
  }

  /** Any file of a kind for somebody else. */
  forOther(draw: Draw, kind: WorldFile['kind'], than: PublicKey): WorldFile | undefined {
    const all = this.#files.filter((file) => file.kind === kind && file.to !== than);
    return all[draw(Math.max(1, all.length))];
  }
}
