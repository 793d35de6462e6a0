import * as v from 'valibot';
import { failureOf } from '../failure.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { RecordStore } from '../runtime/snapshot-store-port.ts';
import { type KeptFile, keptFileSchema } from './stick-import-context.ts';

/** Receipts that are kept for the next stick, as they are stored. */
export interface OwedRecord {
  readonly receipts: readonly KeptFile[];
}

const ID = 'owed-receipts';
const schema = v.object({ receipts: v.array(keptFileSchema) });

/** Receipts that could not be written to the stick that they answer, kept for the next one. Of one name, the latest is kept. */
export class OwedReceipts {
  readonly #records: RecordStore<OwedRecord>;
  readonly #blobs: BlobStore;

  constructor(records: RecordStore<OwedRecord>, blobs: BlobStore) {
    this.#records = records;
    this.#blobs = blobs.part(ID);
  }

  /** What is kept. A list that cannot be read is none: whoever lacks a receipt gets one with the next update. @throws FILE_UNREADABLE */
  async all(): Promise<readonly KeptFile[]> {
    const read = v.safeParse(schema, await this.#records.load(ID));
    return read.success ? read.output.receipts : [];
  }

  /** One of them; undefined when it is damaged. */
  async receipt({ hash }: KeptFile): Promise<Uint8Array | undefined> {
    const receipt = await this.#blobs.get(hash).catch(failureOf);
    return 'code' in receipt ? undefined : receipt;
  }

  /**
   * Keeps more of them; durable when it resolves.
   *
   * @param receiptOf gives one by its hash; undefined for one that is lost, which whoever lacks it gets with the next update
   * @throws STORE_WRITE_FAILED
   */
  async add(
    receipts: readonly KeptFile[],
    receiptOf: (hash: string) => Promise<Uint8Array | undefined>,
  ): Promise<void> {
    const there: KeptFile[] = [];
    for (const one of receipts) {
      const receipt = await receiptOf(one.hash);
      if (receipt === undefined) continue;
      await this.#blobs.put(receipt);
      there.push(one);
    }
    if (there.length === 0) return;
    const names = new Set(there.map(({ file }) => file));
    const all = [...(await this.all()).filter(({ file }) => !names.has(file)), ...there];
    await this.#save(all);
    await this.#blobs.keepOnly(all.map(({ hash }) => hash));
  }

  /**
   * They are on a stick. Forgets them, but for those that were kept meanwhile, and what a power cut left of others.
   *
   * @throws STORE_WRITE_FAILED
   */
  async written(receipts: readonly KeptFile[]): Promise<void> {
    const gone = new Set(receipts.map(({ hash }) => hash));
    const all = await this.all();
    const left = all.filter(({ hash }) => !gone.has(hash));
    if (left.length < all.length) await (left.length === 0 ? this.#records.delete(ID) : this.#save(left));
    await this.#blobs.keepOnly(left.map(({ hash }) => hash));
  }

  #save(receipts: readonly KeptFile[]): Promise<void> {
    return this.#records.save(ID, { receipts });
  }
}
