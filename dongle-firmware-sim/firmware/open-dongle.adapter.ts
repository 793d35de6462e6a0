import path from 'node:path';
import {
  type CreateOptions,
  createFileContainer,
  type FileContainer,
  type FileContainerKind,
  isFileContainer,
  openFileContainer,
} from '../../container/store/file-container.adapter.ts';
import { NorFlash } from '../flash/nor-flash.adapter.ts';

const DONGLE: FileContainerKind = {
  kind: 'dongle',
  issues: 'move',
  settingsFile: 'dongle.json',
  openFlash: (folder) => NorFlash.open(flashOf(folder)),
};

function flashOf(folder: string) {
  return { path: path.join(folder, 'flash.bin'), where: folder };
}

export interface DongleOptions extends Omit<CreateOptions, 'anchorFile'> {
  /** Bytes of flash; a multiple of 4 KiB. */
  readonly flashBytes?: number;
}

/**
 * Makes an emulated dongle: NOR flash in one file, the anchor in its secure element's file beside it.
 *
 * @throws CONTAINER_EXISTS, STORE_WRITE_FAILED
 */
export function createDongle(options: DongleOptions): FileContainer {
  const anchorFile = path.join(options.folder, 'secure-element.bin');
  return createFileContainer(DONGLE, { ...options, anchorFile }, (folder) =>
    NorFlash.create(flashOf(folder), options.flashBytes),
  );
}

/** @throws NO_CONTAINER, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED */
export function openDongle(folder: string): FileContainer {
  return openFileContainer(DONGLE, folder);
}

export function isDongle(folder: string): boolean {
  return isFileContainer(DONGLE, folder);
}
