export {
  createSoftContainer,
  isSoftContainer,
  openSoftContainer,
  type SoftContainerOptions,
} from './soft-container/open-soft-container.adapter.ts';
export type { ImportedFile, ImportReport, WrittenReceipt } from './stick-import/import-report.ts';
export { type ImportPorts, importUpdates } from './stick-import/import-updates.ts';
export { FileUpdateFolder } from './stick-import/update-folder.adapter.ts';
export type { FolderEntry, UpdateFolder } from './stick-import/update-folder-port.ts';
