import { FerryError } from '../../container/errors.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { FolderEntry, UpdateFolder } from '../update-import/update-folder-port.ts';
import type { MadeReceipts } from './made-receipts.ts';
import type { CopiedStick, KeptFile } from './stick-import-context.ts';

/** The update files that were copied from a stick, as a folder, in which receipts are kept until they are written to the stick. */
export class CopiedFolder implements UpdateFolder {
  readonly #copied: CopiedStick;
  readonly #copies: BlobStore;
  readonly #made: MadeReceipts;
  readonly #stick: Pick<UpdateFolder, 'read'>;
  readonly #written: KeptFile[] = [];

  /** @param stick has what was not copied, such as the receipts of before */
  constructor(copied: CopiedStick, copies: BlobStore, made: MadeReceipts, stick: Pick<UpdateFolder, 'read'>) {
    this.#copied = copied;
    this.#copies = copies;
    this.#made = made;
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
    const hash = this.#copied.updates.find(({ file }) => file === name)?.hash ?? null;
    if (hash !== null) return this.#copies.get(hash);
    const failure = this.#copied.unreadable.find(({ file }) => file === name)?.failure;
    if (failure !== undefined) throw new FerryError(failure.code, failure.details);
    return this.#stick.read(name);
  }

  async write(name: string, envelope: Uint8Array): Promise<void> {
    this.#written.push({ file: name, hash: await this.#made.put(envelope) });
  }
}
