/** Where records of unfinished work are kept. Ids are lower-case letters, digits and hyphens. */
export interface RecordStore<Record> {
  /** What is stored, unchecked; undefined when there is nothing. @throws FILE_UNREADABLE */
  load(id: string): Promise<unknown>;
  /** Replaces what is stored. When it resolves, the record survives a power cut. @throws STORE_WRITE_FAILED */
  save(id: string, record: Record): Promise<void>;
  /** Removes what is stored, if anything. @throws STORE_WRITE_FAILED */
  delete(id: string): Promise<void>;
}

/** A store that can tell of what it has records. */
export interface RecordIndex {
  /** In ascending order. @throws FILE_UNREADABLE */
  ids(): Promise<readonly string[]>;
}

/** A machine's state as it is stored: whose it is, in which version of the machine, and xstate's persisted snapshot. */
export interface SnapshotRecord {
  /** Id of the machine. */
  readonly machine: string;
  /** Version of the machine; a new one for every change after which an old snapshot would be misread. */
  readonly version: number;
  readonly snapshot: unknown;
}

/** Where unfinished work is kept. */
export type SnapshotStore = RecordStore<SnapshotRecord>;
