import { MemoryRecordStore } from './memory-record-store.ts';
import type { SnapshotRecord } from './snapshot-store-port.ts';

/** A snapshot store in memory. */
export class MemorySnapshotStore extends MemoryRecordStore<SnapshotRecord> {}
