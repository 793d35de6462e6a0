export {
  type FolderEntry,
  type ImportedFile,
  type ImportPorts,
  type ImportReport,
  importUpdates,
  type UpdateFolder,
  type WrittenReceipt,
} from '../state-machines/index.ts';
export {
  createSoftContainer,
  isSoftContainer,
  openSoftContainer,
  type SoftContainerOptions,
} from './soft-container/open-soft-container.adapter.ts';
export { MountedStick } from './stick-import/mounted-stick.adapter.ts';
export { FileUpdateFolder } from './stick-import/update-folder.adapter.ts';
