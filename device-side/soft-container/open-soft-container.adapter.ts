import path from 'node:path';
import {
  type CreateOptions,
  createFileContainer,
  type FileContainer,
  openFileContainer,
} from '../../container/store/file-container.adapter.ts';
import { type FileContainerKind, isFileContainer } from '../../container/store/file-container-folder.adapter.ts';
import { FileFlash } from '../../container/store/file-flash.adapter.ts';

const SOFT_CONTAINER: FileContainerKind = {
  kind: 'soft',
  issues: 'return',
  settingsFile: 'container.json',
  memoryFile: 'container.bin',
  openFlash: (file) => FileFlash.open({ path: file }),
};

/** Bytes of memory unless asked otherwise; only what is used takes room on the disk. */
export const DEFAULT_MEMORY = 16 * 1024 * 1024;

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
  return createFileContainer(SOFT_CONTAINER, { ...options, anchorFile }, (file) =>
    FileFlash.create({ path: file, geometry }),
  );
}

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED */
export function openSoftContainer(folder: string): FileContainer {
  return openFileContainer(SOFT_CONTAINER, folder);
}

/** Whether there is a soft container in the folder, or what is left of one. */
export function isSoftContainer(folder: string): boolean {
  return isFileContainer(SOFT_CONTAINER, folder);
}
