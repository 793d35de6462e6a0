import { FerryError } from '../../container/errors.ts';
import { systemCode, writeFailed } from '../../container/store/file-failure.ts';
import type { MailboxDrive } from '../volume/mailbox.ts';
import { readStoredVolume, replaceStoredVolume } from '../volume/stored-volume.adapter.ts';
import type { ConfigfsGadget } from './configfs-gadget.adapter.ts';

/** The disk of a gadget, which the kernel serves from a file. The firmware changes that only while the kernel does not have it. */
export class LunDrive implements MailboxDrive {
  readonly #file: string;
  readonly #gadget: Pick<ConfigfsGadget, 'insert' | 'remove'>;
  #isIn = false;

  /** @param file the volume, absolute */
  constructor(file: string, gadget: Pick<ConfigfsGadget, 'insert' | 'remove'>) {
    this.#file = file;
    this.#gadget = gadget;
  }

  /** Whether the firmware has put the medium in, and not taken it out since. */
  get isIn(): boolean {
    return this.#isIn;
  }

  copy(): Uint8Array | undefined {
    return readStoredVolume(this.#file);
  }

  remove(): void {
    try {
      this.#gadget.remove();
      this.#isIn = false;
    } catch (error) {
      // The computer keeps the old volume, which is not altered: to put a new one in fails then, and is told.
      if (systemCode(error) === undefined) throw error;
    }
  }

  insert(image: Uint8Array | undefined): void {
    if (this.#isIn) {
      if (image === undefined) return;
      // The kernel has the old file open: what the computer writes would be in no file that anybody finds again.
      throw new FerryError('STORE_WRITE_FAILED', { where: this.#file, why: 'the computer has not let go of it' });
    }
    if (image !== undefined) replaceStoredVolume(this.#file, image);
    try {
      this.#gadget.insert(this.#file);
    } catch (error) {
      throw writeFailed(this.#file, error);
    }
    this.#isIn = true;
  }
}
