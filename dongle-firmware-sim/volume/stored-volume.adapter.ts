import fs from 'node:fs';
import { FerryError } from '../../container/errors.ts';
import { replaceFile } from '../../container/store/file-durable.adapter.ts';
import { readFailed, systemCode, writeFailed } from '../../container/store/file-failure.ts';
import { BLOCK_LENGTH } from '../usb/storage/block-medium.ts';

/** The volume of a dongle, in its folder. */
export const VOLUME_FILE = 'volume.img';

/** All bytes of a volume that no drive has; undefined when there is no such file. @throws FILE_UNREADABLE */
export function readStoredVolume(file: string): Uint8Array | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readFailed(file, error);
  }
}

/** Puts another volume in the place of one, all of it or, if the power goes, nothing. @throws STORE_DAMAGED, STORE_WRITE_FAILED */
export function replaceStoredVolume(file: string, image: Uint8Array): void {
  if (image.length % BLOCK_LENGTH !== 0)
    throw new FerryError('STORE_DAMAGED', { where: file, what: `${image.length} bytes are no volume` });
  try {
    replaceFile(file, image);
  } catch (error) {
    throw writeFailed(file, error);
  }
}
