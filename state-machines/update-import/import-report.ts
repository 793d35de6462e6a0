import type { Deferral, EntryOutcome } from '../entry-outcome.ts';
import type { Failure } from '../failure.ts';

/** What an update file for this container did. */
export interface ImportedFile {
  /** Its name in the folder. */
  readonly file: string;
  /** From whom it is; null when that cannot be read. */
  readonly issuer: string | null;
  /**
   * `applied`: it brought something. `known`: all of it was applied before. `deferred`: an entry waits for room, with all
   * after it. `refused`: it was not taken, `failure` says why.
   */
  readonly state: 'applied' | 'known' | 'deferred' | 'refused';
  /** Entries that it brought, each with 0 or the number of the error for which it was refused for good. */
  readonly entries: readonly EntryOutcome[];
  readonly deferral: Deferral | null;
  readonly failure: Failure | null;
}

/** The receipt for one issuer. */
export interface WrittenReceipt {
  readonly issuer: string;
  /** Its name in the folder; null when it could not be made. */
  readonly file: string | null;
  /** Whether it was written now; a receipt that is still current is left as it is. */
  readonly isNew: boolean;
  readonly failure: Failure | null;
}

/** What an import found and did. JSON. */
export interface ImportReport {
  /** Serial number of the container. */
  readonly serial: string;
  /** The files for this container, and those of which that cannot be read, issuer by issuer, the latest word of each first. */
  readonly files: readonly ImportedFile[];
  readonly receipts: readonly WrittenReceipt[];
  /** Update files for other containers. They were left alone. */
  readonly foreign: number;
  /** Hidden entries, such as the `._*` companions of other systems' files. They were not looked at. */
  readonly hidden: number;
  /** Why the import broke off; what was applied is complete, and importing again goes on. */
  readonly interruption: Failure | null;
}
