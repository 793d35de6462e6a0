import type { ContainerState } from '../../container/engine/state.ts';
import type { DriveIdentity } from '../usb/storage/logical-unit.ts';
import { ScsiDrive } from '../usb/storage/scsi-drive.ts';
import type { ScsiTarget } from '../usb/storage/scsi-target.ts';
import { Mailbox, type MailboxDrive, type MailboxOptions } from './mailbox.ts';
import { VolumeNews } from './volume-news.ts';

export interface DongleVolumeOptions extends Omit<MailboxOptions, 'drive'> {
  /** The state of the container now, which the volume tells of. */
  readonly state: () => ContainerState;
}

/**
 * The disk of a dongle: a drive, and the mailbox on its medium. A computer counts as there with its first command to the drive, so
 * that one which only gives commands in reports leaves the mailbox alone, unless it changes what the volume tells.
 */
export class DongleVolume {
  readonly disk: ScsiTarget;
  readonly #mailbox: Mailbox;
  readonly #news: VolumeNews;
  #isInUse = false;

  /** @param makeDrive what shows the medium in that drive */
  constructor(
    identity: DriveIdentity,
    makeDrive: (drive: ScsiDrive) => MailboxDrive,
    { state, ...options }: DongleVolumeOptions,
  ) {
    const drive = new ScsiDrive(identity, {
      written: () => this.#mailbox.written(),
      flushed: () => this.#mailbox.flushed(),
      ejected: () => this.#mailbox.ejected(),
      failed: (error) => options.onFailure(error),
    });
    this.#news = new VolumeNews(state);
    this.#mailbox = new Mailbox({ ...options, drive: makeDrive(drive) });
    this.disk = {
      lastLun: drive.lastLun,
      begin: (lun, cdb) => {
        this.#use();
        return drive.begin(lun, cdb);
      },
      reset: () => drive.reset(),
    };
  }

  /** Has the volume made anew where it tells of another state than the container has now, unless a computer has it. */
  refresh(): void {
    if (this.#news.take()) this.#mailbox.changed();
  }

  /** The computer is gone. */
  detached(): void {
    const wasInUse = this.#isInUse;
    this.#isInUse = false;
    if (wasInUse) this.#mailbox.unplugged();
    else this.refresh();
  }

  /** When no mail is worked on. */
  rested(): Promise<void> {
    return this.#mailbox.rested();
  }

  #use(): void {
    if (!this.#isInUse) this.#mailbox.plugged();
    this.#isInUse = true;
  }
}
