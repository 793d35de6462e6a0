import { failureOf } from '../failure.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';

/** Receipts that are made and not written to a stick yet: in memory, and where it can be so that they outlive the process. */
export class MadeReceipts {
  readonly #memory: BlobStore;
  readonly #durable: BlobStore | undefined;

  /** @param durable undefined where they need not outlive it: whoever lacks one gets it with the next look at the stick */
  constructor(memory: BlobStore, durable: BlobStore | undefined) {
    this.#memory = memory;
    this.#durable = durable;
  }

  /** @returns its hash */
  async put(receipt: Uint8Array): Promise<string> {
    // A full disk costs a receipt only when the process is killed before the stick has it.
    await this.#durable?.put(receipt).catch(failureOf);
    return this.#memory.put(receipt);
  }

  /** The receipt with that hash; undefined when it is lost. */
  async get(hash: string): Promise<Uint8Array | undefined> {
    for (const store of [this.#memory, this.#durable]) {
      const receipt = await store?.get(hash).catch(failureOf);
      if (receipt !== undefined && !('code' in receipt)) return receipt;
    }
    return undefined;
  }
}
