import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { armor, unarmor } from '../../container/files/armor.ts';
import { folderFailed } from '../../container/store/file-failure.ts';
import { parkFile } from '../../container/store/file-parked.adapter.ts';
import { readPlainFile } from '../../container/store/file-plain.adapter.ts';
import type { FolderEntry, UpdateFolder } from '../../state-machines/index.ts';

/** A folder of the file system. */
export class FileUpdateFolder implements UpdateFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async *entries(): AsyncIterable<FolderEntry> {
    try {
      for await (const entry of await fs.promises.opendir(this.#folder))
        yield { name: entry.name, isFile: entry.isFile() };
    } catch (error) {
      throw folderFailed(this.#folder, error);
    }
  }

  async read(name: string): Promise<Uint8Array> {
    const file = path.join(this.#folder, name);
    const read = unarmor(readPlainFile(file, { links: 'refused' }));
    if (!read.ok) throw new FerryError(read.code, { file, ...read.details });
    return read.value;
  }

  async write(name: string, envelope: Uint8Array): Promise<void> {
    parkFile(path.join(this.#folder, name), armor(envelope), { mode: 0o644 });
  }
}
