import type { ContainerClient } from '../../container/commands/client.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { CATALOGUE, FerryError } from '../../container/errors.ts';
import { type ApplyTransactionResult, runApplyTransaction } from '../apply-transaction/run-apply-transaction.ts';
import { mergeOutcomes } from '../entry-outcome.ts';
import { type Failure, failureOf, isInterruption } from '../failure.ts';
import { containerTarget } from '../license-move/container-parties.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { MemoryBlobStore } from '../runtime/memory-blob-store.ts';
import type { ImportedFile, ImportReport } from './import-report.ts';
import type { UpdateIssuer } from './read-update-heading.ts';
import { type FoundUpdate, surveyFolder } from './survey-folder.ts';
import type { UpdateFolder } from './update-folder-port.ts';
import { writeReceipts } from './write-receipts.ts';

export interface ImportPorts {
  readonly client: ContainerClient;
  readonly folder: UpdateFolder;
  readonly crypto: Crypto;
  /** What else is to be in the state that the receipts show, done once all files are in. */
  readonly beforeReceipts?: () => Promise<void>;
}

/**
 * Has a container apply every update file for it that lies in a folder, and writes one current receipt for each issuer.
 *
 * The order of the files does not matter: one that comes too early, or waits for room, is tried again as long as others
 * bring the container forward. Files are left where they are; those for other containers are counted and not touched.
 * Repeatable, and safe to break off at any moment: importing again does what is missing, and changes nothing when nothing
 * is.
 *
 * @throws FOLDER_UNREADABLE when the folder cannot be read, NOT_ENROLLED, or what the container answers to `list`, before
 *   anything was changed. Later failures are in the report.
 */
export async function importUpdates(ports: ImportPorts): Promise<ImportReport> {
  const { client, folder, crypto } = ports;
  const { key, serial } = await client.call('list', {});
  if (serial === null) throw new FerryError('NOT_ENROLLED', { where: key });
  const { updates, unreadable, foreign, hidden } = await surveyFolder(folder, key);
  const blobs = new MemoryBlobStore(crypto);
  const intake = new Intake(client, folder, blobs);
  const interruption = await intake.takeAll(updates);
  const files = [...intake.files(), ...unreadable.map(({ file, failure }) => refused(file, null, failure))];
  const report = { serial, files, foreign, hidden };
  if (interruption !== null) return { ...report, receipts: [], interruption };
  await ports.beforeReceipts?.();
  const receipts = await writeReceipts({ client, folder, crypto, blobs }, intake.answered());
  return { ...report, receipts, interruption: null };
}

/** What became of one try of a file. */
interface Taken {
  /** Whether it comes too early, or there is no room for the rest of it. */
  readonly waits: boolean;
  /** Whether it brought entries that the container did not know. */
  readonly isNews: boolean;
  readonly interruption: Failure | null;
}

interface Round extends Pick<Taken, 'interruption'> {
  readonly waiting: readonly FoundUpdate[];
}

/** The files on their way into the container, and what became of each. */
class Intake {
  readonly #client: ContainerClient;
  readonly #folder: UpdateFolder;
  readonly #blobs: BlobStore;
  readonly #results = new Map<FoundUpdate, ImportedFile>();

  constructor(client: ContainerClient, folder: UpdateFolder, blobs: BlobStore) {
    this.#client = client;
    this.#folder = folder;
    this.#blobs = blobs;
  }

  /** Takes files in, round by round, while a round brings the container forward. Gives why it broke off, if it did. */
  async takeAll(updates: readonly FoundUpdate[]): Promise<Failure | null> {
    let waiting = updates;
    for (let before = -1, now = await this.#generation(); waiting.length > 0 && now > before; ) {
      const round = await this.#round(waiting);
      if (round.interruption !== null) return round.interruption;
      waiting = round.waiting;
      before = now;
      now = await this.#generation();
    }
    return null;
  }

  /** Takes files in one by one. Behind each that brings entries, what waits is tried again: a later word before an older one. */
  async #round(updates: readonly FoundUpdate[]): Promise<Round> {
    const queue = [...updates];
    const waiting: FoundUpdate[] = [];
    for (let update = queue.shift(); update !== undefined; update = queue.shift()) {
      const { waits, isNews, interruption } = await this.#take(update);
      if (interruption !== null) return { waiting, interruption };
      if (isNews) queue.unshift(...waiting.splice(0));
      if (waits) waiting.push(update);
    }
    return { waiting, interruption: null };
  }

  files(): readonly ImportedFile[] {
    return [...this.#results.values()];
  }

  /** The issuers of files whose signature held, whether the container took them or refused them by a rule. */
  answered(): readonly UpdateIssuer[] {
    const answered = [...this.#results].filter(([, { failure }]) => failure === null || isRule(failure));
    return [...new Map(answered.map(([{ issuer }]) => [issuer.key, issuer])).values()];
  }

  async #generation(): Promise<number> {
    return (await this.#client.call('list', {})).generation;
  }

  /** One file, read anew: files are many, and memory is not. */
  async #take(update: FoundUpdate): Promise<Taken> {
    const { file, issuer } = update;
    const envelope = await readOr(this.#folder, file);
    if ('code' in envelope) {
      this.#results.set(update, refused(file, issuer.name, envelope));
      return { waits: false, isNews: false, interruption: null };
    }
    const container = containerTarget(this.#client);
    const result = await runApplyTransaction(container, this.#blobs, [await this.#blobs.put(envelope)]);
    await this.#blobs.keepOnly([]);
    this.#results.set(update, imported(file, issuer.name, result, this.#results.get(update)));
    const waits = result.state === 'deferred' || result.failure?.code === 'UPDATE_GAP';
    const isNews = result.entries.length > 0;
    return { waits, isNews, interruption: result.state === 'failed' ? result.failure : null };
  }
}

async function readOr(folder: UpdateFolder, file: string): Promise<Uint8Array | Failure> {
  try {
    return await folder.read(file);
  } catch (error) {
    return failureOf(error);
  }
}

function refused(file: string, issuer: string | null, failure: Failure): ImportedFile {
  return { file, issuer, state: 'refused', entries: [], deferral: null, failure };
}

/** What all tries of a file did together. */
function imported(
  file: string,
  issuer: string,
  { state, entries: more, deferral, failure }: ApplyTransactionResult,
  before: ImportedFile | undefined,
): ImportedFile {
  const entries = mergeOutcomes(before?.entries ?? [], more);
  if (failure !== null) return { file, issuer, state: 'refused', entries, deferral, failure };
  const taken = entries.length > 0 ? 'applied' : 'known';
  return { file, issuer, state: state === 'deferred' ? 'deferred' : taken, entries, deferral, failure };
}

/** Whether a file was refused although it was genuine; a damaged or forged one says nothing of its issuer. */
function isRule(failure: Failure): boolean {
  return !isInterruption(failure) && CATALOGUE[failure.code].exit !== 4;
}
