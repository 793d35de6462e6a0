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
export { moveId } from './license-move/carry-out-move.ts';
export { containerIssuer, containerTarget } from './license-move/container-parties.ts';
export type { TargetListing } from './license-move/foresee.ts';
export { type ForgetRequest, forgetMove } from './license-move/forget-move.ts';
export { entriesOfOrder, type MovedEntry } from './license-move/license-move-context.ts';
export { licenseMoveMachine } from './license-move/license-move-machine.ts';
export type { MoveBeginning, MoveNote, MoveNotebook, MoveNoteRecord } from './license-move/move-note.ts';
export {
  type MoveOrder,
  type MovePlan,
  newOrderId,
  normalOrder,
  type OrderedItem,
  sameOrder,
} from './license-move/move-order.ts';
export type { IssueAnswer, IssuerListing, MoveIssuer, MoveTarget } from './license-move/move-ports.ts';
export type { MoveClaim, MoveProgress, MoveRequest, MoveResult, MoveState } from './license-move/move-run.ts';
export type { MoveNotes } from './license-move/noting-store.ts';
export { planMove } from './license-move/plan-move.ts';
export { type MovePreview, type Obstacle, previewMove } from './license-move/preview-move.ts';
export { type ResumeRequest, resumeLicenseMove } from './license-move/resume-license-move.ts';
export { runLicenseMove } from './license-move/run-license-move.ts';
export type { SeatChange } from './license-move/seat-changes.ts';
export { hasWrittenOff, inTransitOf, isOver, isUnissued } from './license-move/still-in-transit.ts';
export { type UnfinishedMove, unfinishedMove, unfinishedMoves } from './license-move/unfinished-moves.ts';
export { listTransactionMachine } from './list-transaction/list-transaction-machine.ts';
export { requestListing } from './list-transaction/request-listing.ts';
export type { BlobStore } from './runtime/blob-store-port.ts';
export { FileBlobStore } from './runtime/file-blob-store.adapter.ts';
export { FileRecordStore } from './runtime/file-record-store.adapter.ts';
export { FileSnapshotStore } from './runtime/file-snapshot-store.adapter.ts';
export { MemoryBlobStore } from './runtime/memory-blob-store.ts';
export { MemoryRecordStore } from './runtime/memory-record-store.ts';
export { MemorySnapshotStore } from './runtime/memory-snapshot-store.ts';
export { runDurably } from './runtime/run-durably.ts';
export { type End, runToEnd } from './runtime/run-to-end.ts';
export type { RecordIndex, RecordStore, SnapshotRecord, SnapshotStore } from './runtime/snapshot-store-port.ts';
export { type DurableMachine, loadSnapshot, type StoredSnapshot } from './runtime/stored-snapshot.ts';
export { OwedReceipts, type OwedRecord } from './stick-import/owed-receipts.ts';
export { RESULT_NAME, readResultText } from './stick-import/result-sheet.ts';
export {
  resumeStickImport,
  runStickImport,
  type StickImportEnd,
  type StickImportPorts,
  type StickImportResult,
} from './stick-import/run-stick-import.ts';
export { stickImportMachine } from './stick-import/stick-import-machine.ts';
export type { Stick } from './stick-import/stick-port.ts';
export { REQUEST_NAME } from './stick-import/wanted-licenses.ts';
export type { ImportedFile, ImportReport, WrittenReceipt } from './update-import/import-report.ts';
export { type ImportPorts, importUpdates } from './update-import/import-updates.ts';
export { byLatestWord, readUpdateHeading, type UpdateHeading } from './update-import/read-update-heading.ts';
export type { FolderEntry, UpdateFolder } from './update-import/update-folder-port.ts';
