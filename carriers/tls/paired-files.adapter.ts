import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { replaceFile, syncFolder } from '../../container/store/file-durable.adapter.ts';
import { readFailed, systemCode, writeFailed } from '../../container/store/file-failure.ts';

/** Whom this side knows, and by which certificate: a file for each, so that two programs that pair at once lose nothing. */
export class PairedFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** SHA-256 of the other side's certificate, in hex; undefined when it was never paired. @throws FILE_UNREADABLE, PAIRING_DAMAGED */
  get(name: string): string | undefined {
    const file = this.#file(name);
    let text: string;
    try {
      text = fs.readFileSync(file, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw readFailed(file, error);
    }
    const found = /^([0-9a-f]{64}) (.*)\n$/s.exec(text);
    if (found === null || found[2] !== name) throw new FerryError('PAIRING_DAMAGED', { where: file });
    return found[1];
  }

  /** Durable. @throws STORE_WRITE_FAILED */
  put(name: string, fingerprint: string): void {
    const file = this.#file(name);
    try {
      replaceFile(file, `${fingerprint} ${name}\n`, { folderMode: 0o700, temporary: `${file}.${process.pid}.new` });
    } catch (error) {
      throw writeFailed(file, error);
    }
  }

  /** Durable. @returns whether it was there @throws STORE_WRITE_FAILED */
  forget(name: string): boolean {
    const file = this.#file(name);
    const isThere = fs.existsSync(file);
    try {
      fs.rmSync(file, { force: true });
      // Also where it is not: a program may have removed it that ended before that was durable.
      if (fs.existsSync(this.#folder)) syncFolder(this.#folder);
      return isThere;
    } catch (error) {
      throw writeFailed(file, error);
    }
  }

  #file(name: string): string {
    return path.join(this.#folder, createHash('sha256').update(name).digest('hex'));
  }
}
