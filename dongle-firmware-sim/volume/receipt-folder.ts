import { FerryError } from '../../container/errors.ts';
import { UPDATE_SUFFIX } from '../../container/files/file-names.ts';
import type { FolderEntry, UpdateFolder } from '../../state-machines/index.ts';

/** Update files from an inbox, whatever they were called there, and the receipts for their issuers, by name. */
export class ReceiptFolder implements UpdateFolder {
  readonly #updates = new Map<string, Uint8Array>();
  readonly #before: ReadonlyMap<string, Uint8Array>;
  /** What was written into it. */
  readonly written = new Map<string, Uint8Array>();

  /** @param before the receipts that are there, by name */
  constructor(before: ReadonlyMap<string, Uint8Array>) {
    this.#before = before;
  }

  /** Puts an update file into it, and gives its name. */
  bring(update: Uint8Array): string {
    const name = `${this.#updates.size + 1}${UPDATE_SUFFIX}`;
    this.#updates.set(name, update);
    return name;
  }

  async *entries(): AsyncIterable<FolderEntry> {
    for (const name of this.#updates.keys()) yield { name, isFile: true };
  }

  async read(name: string): Promise<Uint8Array> {
    const found = this.#updates.get(name) ?? this.written.get(name) ?? this.#before.get(name);
    if (found === undefined) throw new FerryError('FILE_UNREADABLE', { file: name, why: 'it is not there' });
    return found;
  }

  async write(name: string, envelope: Uint8Array): Promise<void> {
    this.written.set(name, envelope);
  }
}
