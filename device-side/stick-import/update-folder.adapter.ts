import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { armor, unarmor } from '../../container/files/armor.ts';
import { replaceFile } from '../../container/store/file-durable.adapter.ts';
import { readFailed, systemCode, systemWords } from '../../container/store/file-failure.ts';
import type { FolderEntry, UpdateFolder } from './update-folder-port.ts';

/** No file of ours is longer as text. More is not even read. */
const LONGEST_READ = 4 * 1024 * 1024;

/** A link is not followed, and a pipe that took a file's place is not waited for; Windows knows neither flag nor danger. */
const READ_PLAIN = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

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
      throw readFailed(this.#folder, error);
    }
  }

  async read(name: string): Promise<Uint8Array> {
    const file = path.join(this.#folder, name);
    const read = unarmor(readPlain(file));
    if (!read.ok) throw new FerryError(read.code, { file, ...read.details });
    return read.value;
  }

  async write(name: string, envelope: Uint8Array): Promise<void> {
    const file = path.join(this.#folder, name);
    try {
      replaceFile(file, armor(envelope), { temporary: path.join(this.#folder, `.${name}.new`), mode: 0o644 });
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      throw new FerryError('FILE_UNWRITABLE', { file, why: systemWords(error) }, { cause: error });
    }
  }
}

function readPlain(file: string): Uint8Array {
  let handle: number | undefined;
  try {
    handle = fs.openSync(file, READ_PLAIN);
    const found = fs.fstatSync(handle);
    if (!found.isFile()) throw new FerryError('FILE_UNREADABLE', { file, why: 'it is not a plain file' });
    if (found.size > LONGEST_READ) throw new FerryError('FILE_TOO_LARGE', { size: found.size, limit: LONGEST_READ });
    return new Uint8Array(fs.readFileSync(handle));
  } catch (error) {
    throw readFailed(file, error);
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}
