import { FileRecordStore } from './file-record-store.adapter.ts';
import type { SnapshotRecord } from './snapshot-store-port.ts';

/** A snapshot store in a folder: one JSON file for each unfinished work. */
export class FileSnapshotStore extends FileRecordStore<SnapshotRecord> {
  constructor(folder: string) {
    super(folder, '.json');
  }
}
