import path from 'node:path';
import type { Env } from '../../container/env.ts';
import {
  type CreateOptions,
  createFileContainer,
  type FileContainer,
  openFileContainer,
} from '../../container/store/file-container.adapter.ts';
import { type FileContainerKind, isFileContainer } from '../../container/store/file-container-folder.adapter.ts';
import { NorFlash } from '../flash/nor-flash.adapter.ts';

const DONGLE: FileContainerKind = {
  kind: 'dongle',
  issues: 'move',
  settingsFile: 'dongle.json',
  memoryFile: 'flash.bin',
  openFlash: (file) => NorFlash.open({ path: file }),
};

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
  return createFileContainer(DONGLE, { ...options, anchorFile }, (file) =>
    NorFlash.create({ path: file }, options.flashBytes),
  );
}

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED */
export function openDongle(folder: string, env?: Env): FileContainer {
  return openFileContainer(DONGLE, folder, env);
}

/** Whether there is a dongle in the folder, or what is left of one. */
export function isDongle(folder: string): boolean {
  return isFileContainer(DONGLE, folder);
}
