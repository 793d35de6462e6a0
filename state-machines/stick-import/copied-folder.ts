import { FerryError } from '../../container/errors.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { FolderEntry, UpdateFolder } from '../update-import/update-folder-port.ts';
import type { CopiedStick, KeptFile } from './stick-import-context.ts';

/** The update files that were copied from a stick, as a folder, in which receipts are kept until they are written to the stick. */
export class CopiedFolder implements UpdateFolder {
  readonly #copied: CopiedStick;
  readonly #blobs: BlobStore;
  readonly #stick: Pick<UpdateFolder, 'read'>;
  readonly #written: KeptFile[] = [];

  /** @param stick has what was not copied: the receipts of before */
  constructor(copied: CopiedStick, blobs: BlobStore, stick: Pick<UpdateFolder, 'read'>) {
    this.#copied = copied;
    this.#blobs = blobs;
    this.#stick = stick;
  }

  /** What was written, in its order. */
  get written(): readonly KeptFile[] {
    return this.#written;
  }

  async *entries(): AsyncIterable<FolderEntry> {
    const { updates, unreadable } = this.#copied;
    for (const { file } of [...updates, ...unreadable]) yield { name: file, isFile: true };
  }

  async read(name: string): Promise<Uint8Array> {
    const copy = this.#copied.updates.find(({ file }) => file === name);
    if (copy !== undefined) return this.#blobs.get(copy.hash);
    const failure = this.#copied.unreadable.find(({ file }) => file === name)?.failure;
    if (failure !== undefined) throw new FerryError(failure.code, failure.details);
    return this.#stick.read(name);
  }

  async write(name: string, envelope: Uint8Array): Promise<void> {
    this.#written.push({ file: name, hash: await this.#blobs.put(envelope) });
  }
}
