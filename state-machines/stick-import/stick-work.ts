import { fromPromise } from 'xstate';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { FerryError } from '../../container/errors.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { MemoryBlobStore } from '../runtime/memory-blob-store.ts';
import { importUpdates } from '../update-import/import-updates.ts';
import { CopiedFolder } from './copied-folder.ts';
import { copyStick } from './copy-stick.ts';
import type { OwedReceipts } from './owed-receipts.ts';
import { resultAfter } from './result-sheet.ts';
import type { CopiedStick, TakenStick } from './stick-import-context.ts';
import type { CopyOutput, TakenCopies } from './stick-import-machine.ts';
import type { Stick } from './stick-port.ts';

export interface StickWorkPorts {
  readonly client: ContainerClient;
  readonly crypto: Crypto;
  readonly stick: Stick;
  /** The work's own, which outlives the process. */
  readonly blobs: BlobStore;
  readonly owed: OwedReceipts;
}

/** What the states of an import do. */
export class StickWork {
  readonly #ports: StickWorkPorts;
  readonly #passing: BlobStore;

  constructor(ports: StickWorkPorts) {
    this.#ports = ports;
    this.#passing = new MemoryBlobStore(ports.crypto);
  }

  actors() {
    return {
      copy: fromPromise<CopyOutput, undefined>(() => this.#copy()),
      apply: fromPromise<TakenStick, { copied: CopiedStick }>(({ input }) => this.#apply(input.copied)),
      answer: fromPromise<undefined, TakenCopies>(({ input }) => this.#answer(input)),
      keep: fromPromise<undefined, TakenCopies>(({ input }) => this.#keep(input)),
    };
  }

  async #copy(): Promise<CopyOutput> {
    const { client, stick, blobs, owed } = this.#ports;
    const listing = await client.call('list', {});
    if (listing.serial === null) throw new FerryError('NOT_ENROLLED', { where: listing.key });
    const copied = await copyStick(stick, { durable: blobs, passing: this.#passing }, listing);
    const isForIt = copied.updates.length + copied.unreadable.length > 0;
    return { copied, isNothing: !isForIt && !(copied.foreign > 0 && (await owed.all()).length > 0) };
  }

  async #apply(copied: CopiedStick): Promise<TakenStick> {
    const { client, crypto, stick } = this.#ports;
    const folder = new CopiedFolder(copied, this.#store(copied), stick);
    const report = await importUpdates({ client, crypto, folder });
    return { report: { ...report, foreign: copied.foreign, hidden: copied.hidden }, answers: folder.written };
  }

  /** Writes nothing where all of it is there already. */
  async #answer({ copied, taken: { report, answers } }: TakenCopies): Promise<undefined> {
    const { stick, owed } = this.#ports;
    const all = await owed.all();
    const current = new Set(report.receipts.map(({ file }) => file));
    let hasEarlier = false;
    for (const one of all) {
      const receipt = current.has(one.file) ? undefined : await owed.receipt(one);
      if (receipt === undefined) continue;
      await stick.write(one.file, receipt);
      hasEarlier = true;
    }
    for (const { file, hash } of answers) await stick.write(file, await this.#store(copied).get(hash));
    const text = resultAfter(await stick.readResult(), report, hasEarlier);
    if (text !== undefined) await stick.writeResult(text);
    await owed.written(all);
  }

  async #keep({ copied, taken }: TakenCopies): Promise<undefined> {
    await this.#ports.owed.add(taken.answers, this.#store(copied));
  }

  #store({ isNews }: CopiedStick): BlobStore {
    return isNews ? this.#ports.blobs : this.#passing;
  }
}
