import { fromPromise } from 'xstate';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { FerryError } from '../../container/errors.ts';
import { failureOf } from '../failure.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { MemoryBlobStore } from '../runtime/memory-blob-store.ts';
import type { WrittenReceipt } from '../update-import/import-report.ts';
import { importUpdates } from '../update-import/import-updates.ts';
import { CopiedFolder } from './copied-folder.ts';
import { copyStick } from './copy-stick.ts';
import { MadeReceipts } from './made-receipts.ts';
import type { OwedReceipts } from './owed-receipts.ts';
import { placeOfOwed } from './place-of-owed.ts';
import { meetIssuers, requestLicenses } from './request-licenses.ts';
import { resultAfter } from './result-sheet.ts';
import type { CopiedStick, TakenStick } from './stick-import-context.ts';
import type { CopyOutput, TakenCopies } from './stick-import-machine.ts';
import type { Stick } from './stick-port.ts';

/** Of a stick that was pulled out, nobody knows where it was. */
const EARLIER = 'its earlier place';

export interface StickWorkPorts {
  readonly client: ContainerClient;
  readonly crypto: Crypto;
  /** Undefined when it was pulled out. */
  readonly stick: Stick | undefined;
  /** Where copies go, and receipts until they are written. */
  readonly copies: BlobStore;
  readonly owed: OwedReceipts;
}

/** What the states of an import do. */
export class StickWork {
  readonly #ports: StickWorkPorts;
  readonly #memory: BlobStore;
  #requested: readonly WrittenReceipt[] = [];

  constructor(ports: StickWorkPorts) {
    this.#ports = ports;
    this.#memory = new MemoryBlobStore(ports.crypto);
  }

  /** Contexts that the stick asked for, as far as it was answered. */
  get requested(): readonly WrittenReceipt[] {
    return this.#requested;
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
    const { client, copies, owed } = this.#ports;
    const listing = await client.call('list', {});
    if (listing.serial === null) throw new FerryError('NOT_ENROLLED', { where: listing.key });
    const copied = await copyStick(this.#stick, copies, listing);
    const isForIt = copied.updates.length + copied.unreadable.length > 0 || copied.wanted.isWanted;
    return { copied, isNothing: !isForIt && !(copied.foreign > 0 && (await owed.all()).length > 0) };
  }

  async #apply(copied: CopiedStick): Promise<TakenStick> {
    const { client, crypto, stick, copies } = this.#ports;
    const folder = new CopiedFolder(copied, copies, this.#made(copied), {
      read: async (name) => this.#stick.read(name),
    });
    // Licenses come before the records of channels on which none may ever come.
    const beforeReceipts = async (): Promise<void> => {
      if (stick !== undefined) await meetIssuers({ client, crypto, stick }, copied.wanted.certificates);
    };
    const report = await importUpdates({ client, crypto, folder, beforeReceipts });
    return { report: { ...report, foreign: copied.foreign, hidden: copied.hidden }, answers: folder.written };
  }

  /** Writes nothing where all of it is there already. */
  async #answer({ copied, taken: { report, answers } }: TakenCopies): Promise<undefined> {
    const { client, crypto, owed } = this.#ports;
    const stick = this.#stick;
    const { isWanted, certificates } = copied.wanted;
    // A stick that neither carries licenses nor asks for some is nobody's who would bring receipts home.
    const kept = isWanted || copied.updates.length + copied.foreign > 0 ? await owed.all() : [];
    const current = new Set(report.receipts.map(({ file }) => file));
    let isAnswered = false;
    for (const one of kept) {
      const receipt = current.has(one.file) ? undefined : await owed.receipt(one);
      if (receipt !== undefined) isAnswered = (await this.#writeOwed(one.file, receipt)) || isAnswered;
    }
    for (const { file, hash } of answers) {
      const receipt = await this.#made(copied).get(hash);
      if (receipt !== undefined) await stick.write(file, receipt);
      isAnswered = true;
    }
    await owed.written(kept);
    const answered = new Set(report.receipts.flatMap(({ issuer, file }) => (file === null ? [] : [issuer])));
    if (isWanted) this.#requested = await requestLicenses({ client, crypto, stick }, certificates, answered);
    const requested = isWanted ? this.#requested : null;
    const text = resultAfter(await stick.readResult(), report, { isAnswered, leftOut: copied.leftOut, requested });
    if (text !== undefined) await stick.writeResult(text);
  }

  /** @returns false where the stick has a later one */
  async #writeOwed(file: string, receipt: Uint8Array): Promise<boolean> {
    const stick = this.#stick;
    const plain = await stick.read(file).catch(failureOf);
    const place = placeOfOwed(file, 'code' in plain ? undefined : plain, receipt);
    if (place === undefined) return false;
    await stick.write(place, receipt);
    return true;
  }

  async #keep({ copied, taken }: TakenCopies): Promise<undefined> {
    await this.#ports.owed.add(taken.answers, (hash) => this.#made(copied).get(hash));
  }

  /** @throws STICK_GONE */
  get #stick(): Stick {
    const { stick } = this.#ports;
    if (stick === undefined) throw new FerryError('STICK_GONE', { where: EARLIER });
    return stick;
  }

  #made({ isNews }: CopiedStick): MadeReceipts {
    return new MadeReceipts(this.#memory, isNews ? this.#ports.copies : undefined);
  }
}
