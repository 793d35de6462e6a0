import type { ContainerClient } from '../../container/commands/client.ts';
import type { Crypto } from '../../container/crypto/port.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { runDurably } from '../runtime/run-durably.ts';
import type { RecordStore, SnapshotStore } from '../runtime/snapshot-store-port.ts';
import { loadSnapshot, type StoredSnapshot } from '../runtime/stored-snapshot.ts';
import type { ImportReport, WrittenReceipt } from '../update-import/import-report.ts';
import { OwedReceipts, type OwedRecord } from './owed-receipts.ts';
import { type StickImportContext, stickImportContextSchema } from './stick-import-context.ts';
import { STICK_IMPORT_VERSION, stickImportMachine } from './stick-import-machine.ts';
import type { Stick } from './stick-port.ts';
import { StickWork } from './stick-work.ts';

export interface StickImportPorts {
  readonly client: ContainerClient;
  readonly crypto: Crypto;
  /** Where unfinished work is kept. */
  readonly store: SnapshotStore;
  /** Where receipts are kept for the next stick. */
  readonly owed: RecordStore<OwedRecord>;
  readonly blobs: BlobStore;
  /** Told each state that an import comes to. */
  readonly onState: (state: string) => void;
}

/**
 * How an import ended. `nothing`: the stick has nothing for this container. `untouched`: nothing was done, `failure` says why.
 * `answered`: all is done, and the stick may be pulled out. `unanswered`: the files are taken in; what could not be written is kept
 * for the next stick. `brokenOff`: the container failed in the middle; `resumeStickImport` goes on, without the stick.
 */
export type StickImportEnd = 'nothing' | 'untouched' | 'answered' | 'unanswered' | 'brokenOff';

export interface StickImportResult {
  readonly end: StickImportEnd;
  /** What became of the files; null where none was looked at. */
  readonly report: ImportReport | null;
  /** Contexts that the stick asked for. */
  readonly requested: readonly WrittenReceipt[];
  readonly failure: Failure | null;
}

/** One at a time, so that there is one unfinished work at the most. */
const ID = 'stick-import';

/**
 * Takes in what a stick has for a container, and answers on the stick. One at a time for one container. Repeatable: what was
 * taken in before, and answered, is left as it is, and the stick is not written to, unless receipts were kept for it.
 *
 * Unfinished work of an earlier stick has to be resumed first.
 */
export async function runStickImport(ports: StickImportPorts, stick: Stick): Promise<StickImportResult> {
  return run(ports, stick, undefined);
}

/**
 * Finishes an import that was cut off, without its stick.
 *
 * @returns null when none is unfinished
 * @throws FILE_UNREADABLE, STORE_WRITE_FAILED
 */
export async function resumeStickImport(ports: StickImportPorts): Promise<StickImportResult | null> {
  const stored = await unfinished(ports);
  if (stored === undefined) return null;
  try {
    return await run(ports, undefined, stored);
  } catch (error) {
    // What ends in a defect once would do so for ever, and keep every other stick out; its files are on their stick still.
    await ports.store.delete(ID);
    throw error;
  }
}

/** One that does not fit is forgotten: its files are on their stick still, and importing them again does what is missing. */
async function unfinished({ store }: StickImportPorts): Promise<StoredSnapshot | undefined> {
  try {
    return await loadSnapshot(durable(stickImportMachine), store, ID);
  } catch (error) {
    if (failureOf(error).code !== 'SNAPSHOT_WRONG') throw error;
    await store.delete(ID);
    return undefined;
  }
}

function durable<M extends typeof stickImportMachine>(machine: M) {
  return { machine, version: STICK_IMPORT_VERSION, context: stickImportContextSchema };
}

async function run(
  ports: StickImportPorts,
  stick: Stick | undefined,
  stored: StoredSnapshot | undefined,
): Promise<StickImportResult> {
  const { store, onState } = ports;
  const { client, crypto } = ports;
  const copies = ports.blobs.part(ID);
  const owed = new OwedReceipts(ports.owed, ports.blobs);
  const work = new StickWork({ client, crypto, stick, copies, owed });
  const end = await runDurably({
    durable: durable(stickImportMachine.provide({ actors: work.actors() })),
    store,
    id: ID,
    from: stored ?? { input: undefined },
    onState,
  });
  if (end.state !== 'brokenOff' && end.unremoved === null) await copies.keepOnly([]);
  const { taken, failure } = end.output as StickImportContext;
  return { end: end.state as StickImportEnd, report: taken?.report ?? null, requested: work.requested, failure };
}
