import path from 'node:path';
import {
  type CreateOptions,
  createFileContainer,
  type FileContainer,
  type FileContainerKind,
  isFileContainer,
  openFileContainer,
} from '../../container/store/file-container.adapter.ts';
import { FileFlash } from '../../container/store/file-flash.adapter.ts';

const SOFT_CONTAINER: FileContainerKind = {
  kind: 'soft',
  issues: 'return',
  settingsFile: 'container.json',
  openFlash: (folder) => FileFlash.open(memoryOf(folder)),
};

/** Bytes of memory unless asked otherwise; only what is used takes room on the disk. */
export const DEFAULT_MEMORY = 16 * 1024 * 1024;

function memoryOf(folder: string) {
  return { path: path.join(folder, 'container.bin'), where: folder };
}

export interface SoftContainerOptions extends Omit<CreateOptions, 'anchorFile'> {
  /** A folder apart from the container's, so that copying or restoring one does not take the other along. */
  readonly anchorFolder: string;
  /** Bytes of memory; a multiple of 8 KiB. */
  readonly memoryBytes?: number;
}

/**
 * Makes a soft container on the device's file system, with its anchor in another folder.
 *
 * @throws CONTAINER_EXISTS, STORE_WRITE_FAILED
 */
export function createSoftContainer(options: SoftContainerOptions): FileContainer {
  const anchorFile = path.join(options.anchorFolder, 'anchor.bin');
  const geometry = { size: options.memoryBytes ?? DEFAULT_MEMORY, pageSize: 256, sectorSize: 4096 };
  return createFileContainer(SOFT_CONTAINER, { ...options, anchorFile }, (folder) =>
    FileFlash.create({ ...memoryOf(folder), geometry }),
  );
}

/** @throws NO_CONTAINER, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED */
export function openSoftContainer(folder: string): FileContainer {
  return openFileContainer(SOFT_CONTAINER, folder);
}

export function isSoftContainer(folder: string): boolean {
  return isFileContainer(SOFT_CONTAINER, folder);
}
