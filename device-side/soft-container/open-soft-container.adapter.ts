import path from 'node:path';
import type { Env } from '../../container/env.ts';
import { FerryError } from '../../container/errors.ts';
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

/** Bytes of memory of which, after what the rules reserve, at least 4 KiB are left for licenses. */
const LEAST_MEMORY = 1080 * 1024;

/** What may be opened again. */
const MOST_MEMORY = 1024 * 1024 * 1024;

/** Two banks of whole sectors. */
const MEMORY_STEP = 8 * 1024;

export interface SoftContainerOptions extends Omit<CreateOptions, 'anchorFile'> {
  /** A folder apart from the container's, so that copying or restoring one does not take the other along. */
  readonly anchorFolder: string;
  /** Bytes of memory; a multiple of 8 KiB, from 1080 KiB to 1 GiB. */
  readonly memoryBytes?: number;
}

/**
 * Makes a soft container on the device's file system, with its anchor in another folder.
 *
 * @throws USAGE_WRONG, CONTAINER_EXISTS, CONTAINER_IN_USE, STORE_WRITE_FAILED
 */
export function createSoftContainer(options: SoftContainerOptions): FileContainer {
  const anchorFile = path.join(options.anchorFolder, 'anchor.bin');
  const size = options.memoryBytes ?? DEFAULT_MEMORY;
  if (!(size >= LEAST_MEMORY && size <= MOST_MEMORY && size % MEMORY_STEP === 0))
    throw new FerryError('USAGE_WRONG', { what: 'A soft container has 1080K to 1G of memory, in steps of 8K' });
  const geometry = { size, pageSize: 256, sectorSize: 4096 };
  return createFileContainer(SOFT_CONTAINER, { ...options, anchorFile }, (file) =>
    FileFlash.create({ path: file, geometry }),
  );
}

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_UNOPENED, STORE_DAMAGED, ANCHOR_DAMAGED */
export function openSoftContainer(folder: string, env?: Env): FileContainer {
  return openFileContainer(SOFT_CONTAINER, folder, env);
}

/** Whether there is a soft container in the folder, or what is left of one. */
export function isSoftContainer(folder: string): boolean {
  return isFileContainer(SOFT_CONTAINER, folder);
}
