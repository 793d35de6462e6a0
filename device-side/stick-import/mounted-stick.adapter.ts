import fs from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MOST_NAMES, stickEntries } from '../../carriers/folder/stick-entries.ts';
import { FerryError } from '../../container/errors.ts';
import { armor, unarmor } from '../../container/files/armor.ts';
import { UPDATE_SUFFIX } from '../../container/files/file-names.ts';
import { folderFailed, readFailed, systemCode } from '../../container/store/file-failure.ts';
import { parkFile } from '../../container/store/file-parked.adapter.ts';
import { readPlain, readPlainFile } from '../../container/store/file-plain.adapter.ts';
import { type FolderEntry, RESULT_NAME, readResultText, type Stick } from '../../state-machines/index.ts';

/** Update files among the names that an import looks at on one stick. */
const MOST_UPDATES = 5000;
/** Where the text goes; the second one when somebody has a file of his own under the first. */
const RESULT_NAMES = [RESULT_NAME, 'FERRY-RESULT.TXT'];

/** A stick that is mounted. */
export class MountedStick implements Stick {
  readonly where: string;
  readonly #isThere: () => boolean;
  readonly #most: number;

  /**
   * @param where its mount point
   * @param isThere whether it is mounted still
   * @param most names that are looked at
   */
  constructor(where: string, isThere: () => boolean, most = MOST_NAMES) {
    this.where = where;
    this.#isThere = isThere;
    this.#most = most;
  }

  /** Of folders within folders nothing; links and devices as what is no file; nothing of a folder that may not be read. */
  entries(): AsyncIterable<FolderEntry> {
    const bounds = { suffix: UPDATE_SUFFIX, mostFiles: MOST_UPDATES, mostNames: this.#most };
    return stickEntries((folder) => (folder === '' ? this.#list('') : this.#listBelow(folder)), bounds);
  }

  async *#listBelow(folder: string): AsyncIterable<fs.Dirent> {
    try {
      yield* this.#list(folder);
    } catch (error) {
      // Such as the `lost+found` of another user: nothing for a device lies there.
      if (!(error instanceof FerryError) || error.code !== 'FOLDER_UNREADABLE') throw error;
    }
  }

  async *#list(folder: string): AsyncIterable<fs.Dirent> {
    const place = path.join(this.where, folder);
    this.#orGone();
    try {
      yield* await fs.promises.opendir(place);
    } catch (error) {
      const failed = folderFailed(place, error);
      if (failed instanceof FerryError) this.#orGone(error);
      throw failed;
    }
    this.#orGone();
  }

  async read(name: string): Promise<Uint8Array> {
    // Files are many and may be slow: whatever else the program does goes on between two of them.
    await setImmediate();
    const read = unarmor(this.#there(() => this.#bytes(name)));
    if (!read.ok) throw new FerryError(read.code, { file: name, ...read.details });
    return read.value;
  }

  async write(name: string, envelope: Uint8Array): Promise<void> {
    this.#there(() => parkFile(path.join(this.where, name), armor(envelope), { mode: 0o644 }));
  }

  async readResult(): Promise<string | undefined> {
    return this.#there(() => this.#result()?.text);
  }

  async writeResult(text: string): Promise<void> {
    this.#there(() => {
      const result = this.#result();
      if (result !== undefined) parkFile(path.join(this.where, result.name), text, { mode: 0o644 });
    });
  }

  /** Errors name the file as it is called on the stick. */
  #bytes(name: string): Uint8Array {
    try {
      return readPlainFile(path.join(this.where, name), { links: 'refused' });
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      throw new FerryError(error.code, { ...error.details, file: name }, { cause: error });
    }
  }

  /** The first of the names that nobody else has a file under, and the text that is there; undefined where both are somebody's. */
  #result(): { readonly name: string; readonly text: string | undefined } | undefined {
    for (const name of RESULT_NAMES) {
      const text = textIn(path.join(this.where, name));
      if (text === undefined || readResultText(text) !== undefined) return { name, text };
    }
    return undefined;
  }

  /** What is done at a place where the stick is not mounted any more was done to something else. */
  #there<T>(work: () => T): T {
    this.#orGone();
    let done: T;
    try {
      done = work();
    } catch (error) {
      if (error instanceof FerryError) this.#orGone(error);
      throw error;
    }
    this.#orGone();
    return done;
  }

  /** @throws STICK_GONE */
  #orGone(cause?: unknown): void {
    if (!this.#isThere()) throw new FerryError('STICK_GONE', { where: this.where }, { cause });
  }
}

/** The text in a file; empty for what is no text that a device has written. */
function textIn(file: string): string | undefined {
  try {
    return new TextDecoder().decode(readPlain(file, { links: 'refused' }));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'EACCES' || code === 'EPERM' || error instanceof FerryError) return '';
    throw readFailed(file, error);
  }
}
