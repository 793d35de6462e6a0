import { FileMedium } from '../usb/storage/file-medium.adapter.ts';
import type { ScsiDrive } from '../usb/storage/scsi-drive.ts';
import type { MailboxDrive } from './mailbox.ts';
import { readStoredVolume, replaceStoredVolume } from './stored-volume.adapter.ts';

/** The volume of a dongle in a file, and the drive that shows it to a computer. */
export class VolumeFile implements MailboxDrive {
  readonly #file: string;
  readonly #drive: ScsiDrive;
  #medium: FileMedium | undefined;

  constructor(file: string, drive: ScsiDrive) {
    this.#file = file;
    this.#drive = drive;
  }

  copy(): Uint8Array | undefined {
    if (this.#medium !== undefined) return this.#medium.read(0, this.#medium.blocks);
    return readStoredVolume(this.#file);
  }

  remove(): void {
    this.#drive.remove();
    this.#medium?.close();
    this.#medium = undefined;
  }

  insert(image: Uint8Array | undefined): void {
    if (image !== undefined) replaceStoredVolume(this.#file, image);
    const medium = FileMedium.open({ path: this.#file });
    this.#medium = medium;
    this.#drive.insert(medium, { isWriteProtected: false });
  }
}
