import path from 'node:path';
import { counter } from '../../container/engine/state.ts';
import type { Env } from '../../container/env.ts';
import {
  type CreateOptions,
  createFileContainer,
  type FileContainer,
  openFileContainer,
} from '../../container/store/file-container.adapter.ts';
import { type FileContainerKind, isFileContainer } from '../../container/store/file-container-folder.adapter.ts';
import { cutFlash } from '../flash/cut-flash.ts';
import { NorFlash, PowerCut } from '../flash/nor-flash.adapter.ts';

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

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_UNOPENED, STORE_DAMAGED, ANCHOR_DAMAGED */
export function openDongle(folder: string, env?: Env): FileContainer {
  return openFileContainer(DONGLE, folder, env);
}

/** Whether there is a dongle in the folder, or what is left of one. */
export function isDongle(folder: string): boolean {
  return isFileContainer(DONGLE, folder);
}

/** What may go wrong with the memory of a dongle. */
export interface MemoryFaults {
  /** Is told of each operation on the flash before it. @returns whether the power goes in the middle of it */
  flash(operation: 'program' | 'erase'): boolean;
  /** Whether there is no room for anything new. */
  readonly isFull: boolean;
}

/** Opens a dongle whose memory fails on command. @throws what `openDongle` throws */
export function openFaultyDongle(folder: string, env: Env, faults: MemoryFaults): FileContainer {
  const onOperation = (operation: 'program' | 'erase', _: number, length: number): void => {
    if (faults.flash(operation)) throw new PowerCut(length >> 1);
  };
  const openFlash = (file: string) => cutFlash(NorFlash.open({ path: file, onOperation }), folder);
  const opened = openFileContainer({ ...DONGLE, openFlash }, folder, env);
  const { state } = opened.container;
  const { capacity, ownerRoom } = state.limits;
  const full = (): number => Math.min(capacity, counter(state, 'usedBytes'));
  // The rules ask for it anew each time, and keep to it as they do where the memory really is used up.
  Object.defineProperty(state.limits, 'capacity', { get: () => (faults.isFull ? full() : capacity) });
  Object.defineProperty(state.limits, 'ownerRoom', { get: () => (faults.isFull ? 0 : ownerRoom) });
  return opened;
}
