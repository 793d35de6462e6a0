import fs from 'node:fs';
import { FerryError } from '../../container/errors.ts';
import { replaceFile } from '../../container/store/file-durable.adapter.ts';
import { readFailed, writeFailed } from '../../container/store/file-failure.ts';
import { BLOCK_LENGTH } from '../usb/storage/block-medium.ts';
import { FileMedium } from '../usb/storage/file-medium.adapter.ts';
import type { ScsiDrive } from '../usb/storage/scsi-drive.ts';
import type { MailboxDrive } from './mailbox.ts';

/** The volume of a dongle in a file, and the drive that shows it to a computer. */
export class VolumeFile implements MailboxDrive {
  readonly #file: string;
  readonly #drive: ScsiDrive;
  #medium: FileMedium | undefined;

  constructor(file: string, drive: ScsiDrive) {
    this.#file = file;
    this.#drive = drive;
  }

  copy(): Uint8Array {
    if (this.#medium !== undefined) return this.#medium.read(0, this.#medium.blocks);
    try {
      return fs.readFileSync(this.#file);
    } catch (error) {
      throw readFailed(this.#file, error);
    }
  }

  remove(): void {
    this.#drive.remove();
    this.#medium?.close();
    this.#medium = undefined;
  }

  insert(image: Uint8Array | undefined): void {
    if (image !== undefined) this.#replace(image);
    const medium = FileMedium.open({ path: this.#file });
    this.#medium = medium;
    this.#drive.insert(medium, { isWriteProtected: false });
  }

  #replace(image: Uint8Array): void {
    if (image.length % BLOCK_LENGTH !== 0)
      throw new FerryError('STORE_DAMAGED', { where: this.#file, what: `${image.length} bytes are no volume` });
    try {
      replaceFile(this.#file, image);
    } catch (error) {
      throw writeFailed(this.#file, error);
    }
  }
}
