import type { Crypto } from '../../container/crypto/port.ts';
import { FerryError } from '../../container/errors.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { BlobStore } from './blob-store-port.ts';

/** A blob store in memory, for work that does not have to survive the process. */
export class MemoryBlobStore implements BlobStore {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #parts = new Map<string, MemoryBlobStore>();

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = toHex(this.#crypto.sha256(bytes));
    this.#blobs.set(hash, bytes.slice());
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = this.#blobs.get(hash);
    if (bytes === undefined) throw new FerryError('FILE_UNREADABLE', { file: hash, why: 'it is missing' });
    return bytes.slice();
  }

  async keepOnly(hashes: readonly string[]): Promise<void> {
    for (const hash of [...this.#blobs.keys()]) if (!hashes.includes(hash)) this.#blobs.delete(hash);
  }

  part(id: string): MemoryBlobStore {
    const part = this.#parts.get(id) ?? new MemoryBlobStore(this.#crypto);
    this.#parts.set(id, part);
    return part;
  }
}
