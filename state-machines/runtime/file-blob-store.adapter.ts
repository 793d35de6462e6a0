import fs from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Crypto } from '../../container/crypto/port.ts';
import { Defect, FerryError } from '../../container/errors.ts';
import { toHex } from '../../container/model/bytes.ts';
import { systemWords } from '../../container/store/file-failure.ts';
import type { BlobStore } from './blob-store-port.ts';
import { removeOthers, replaceDurably } from './durable-file.adapter.ts';

/** Also what a power cut left of one. */
const BLOB_NAME = /^[0-9a-f]{64}\.blob(\.new)?$/;

/**
 * A blob store in a folder: one file for each content, named by its hash, which is checked whenever it is read. Parts are
 * folders in it. A folder in which nothing is left is removed.
 */
export class FileBlobStore implements BlobStore {
  readonly #folder: string;
  readonly #crypto: Pick<Crypto, 'sha256'>;

  constructor(folder: string, crypto: Pick<Crypto, 'sha256'>) {
    this.#folder = folder;
    this.#crypto = crypto;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = toHex(this.#crypto.sha256(bytes));
    replaceDurably(this.#file(hash), bytes);
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    // Contents are many: whatever else the program does goes on between two of them.
    await setImmediate();
    const file = this.#file(hash);
    const bytes = readBytes(file);
    if (toHex(this.#crypto.sha256(bytes)) !== hash)
      throw new FerryError('FILE_UNREADABLE', { file, why: 'its content was changed' });
    return bytes;
  }

  async keepOnly(hashes: readonly string[]): Promise<void> {
    removeOthers(this.#folder, (name) => !BLOB_NAME.test(name) || hashes.some((hash) => name === `${hash}.blob`));
  }

  part(id: string): FileBlobStore {
    if (!/^[a-z0-9-]+$/.test(id)) throw new Defect(`"${id}" cannot be the id of a part`);
    return new FileBlobStore(path.join(this.#folder, id), this.#crypto);
  }

  #file(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Defect(`"${hash}" is not the hash of a blob`);
    return path.join(this.#folder, `${hash}.blob`);
  }
}

function readBytes(file: string): Uint8Array {
  try {
    return new Uint8Array(fs.readFileSync(file));
  } catch (error) {
    throw new FerryError('FILE_UNREADABLE', { file, why: systemWords(error) }, { cause: error });
  }
}
