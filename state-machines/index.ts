export { applyTransactionMachine } from './apply-transaction/apply-transaction-machine.ts';
export { applyUpdate, type UpdateTaker } from './apply-transaction/apply-update.ts';
export {
  type ApplyTransactionResult,
  type ApplyTransactionState,
  runApplyTransaction,
} from './apply-transaction/run-apply-transaction.ts';
export { contextTransactionMachine } from './context-transaction/context-transaction-machine.ts';
export { type ContextMaker, requestContext } from './context-transaction/request-context.ts';
export { runContextTransaction } from './context-transaction/run-context-transaction.ts';
export { type Deferral, type EntryOutcome, mergeOutcomes } from './entry-outcome.ts';
export { type Failure, failureOf, isInterruption } from './failure.ts';
export { containerIssuer, containerTarget } from './license-move/container-parties.ts';
export type { MovedEntry } from './license-move/license-move-context.ts';
export { licenseMoveMachine } from './license-move/license-move-machine.ts';
export { type MoveOrder, type MovePlan, normalOrder, type OrderedItem } from './license-move/move-order.ts';
export type { IssueAnswer, IssuerListing, MoveIssuer, MoveTarget } from './license-move/move-ports.ts';
export { planMove } from './license-move/plan-move.ts';
export {
  type MoveProgress,
  type MoveRequest,
  type MoveResult,
  type MoveState,
  runLicenseMove,
} from './license-move/run-license-move.ts';
export { listTransactionMachine } from './list-transaction/list-transaction-machine.ts';
export { requestListing } from './list-transaction/request-listing.ts';
export type { BlobStore } from './runtime/blob-store-port.ts';
export { FileBlobStore } from './runtime/file-blob-store.adapter.ts';
export { FileSnapshotStore } from './runtime/file-snapshot-store.adapter.ts';
export { MemoryBlobStore } from './runtime/memory-blob-store.ts';
export { MemorySnapshotStore } from './runtime/memory-snapshot-store.ts';
export { runDurably } from './runtime/run-durably.ts';
export { type End, runToEnd } from './runtime/run-to-end.ts';
export type { SnapshotRecord, SnapshotStore } from './runtime/snapshot-store-port.ts';
export { type DurableMachine, loadSnapshot, type StoredSnapshot } from './runtime/stored-snapshot.ts';
