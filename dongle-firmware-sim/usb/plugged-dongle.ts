import type { ContainerClient } from '../../container/commands/client.ts';
import type { DongleVolume } from '../volume/dongle-volume.ts';
import type { MailboxDrive } from '../volume/mailbox.ts';
import type { FaultTarget } from './faults/fault-board.ts';
import type { ScsiTarget } from './storage/scsi-target.ts';
import type { UsbDevice } from './usb-device.ts';
import type { UsbipPlace } from './usbip-bus.ts';

/** What a firmware does from the power-on to the moment at which its power goes. */
export interface PoweredFirmware {
  readonly volume: DongleVolume;
  /** Lets go of what it holds of the computer's. */
  halt(): void;
}

export interface PluggedDongleParts {
  /** Starts the firmware. @param isRunning whether its power is still there */
  readonly start: (isRunning: () => boolean) => PoweredFirmware;
  readonly makeDevice: (disk: ScsiTarget, onHost: (isThere: boolean) => void) => UsbDevice;
  /** Whether nothing has cut the power. */
  readonly hasPower: () => boolean;
  /** Forgets what only the memory of the container knew. */
  readonly restart: () => void;
}

/** A dongle that is plugged in and pulled out, and whose power may go: then its firmware starts anew. */
export class PluggedDongle implements FaultTarget {
  readonly device: UsbDevice;
  readonly #parts: PluggedDongleParts;
  #firmware: PoweredFirmware;
  #runs = 0;
  #place: UsbipPlace | undefined;
  #isHalted = false;

  constructor(parts: PluggedDongleParts) {
    this.#parts = parts;
    this.#firmware = this.#start();
    const volume = (): DongleVolume => this.#firmware.volume;
    const disk: ScsiTarget = {
      lastLun: volume().disk.lastLun,
      begin: (lun, cdb) => volume().disk.begin(lun, cdb),
      reset: () => volume().disk.reset(),
    };
    this.device = parts.makeDevice(disk, (isThere) => {
      if (this.#isHalted) return;
      if (isThere) volume().refresh();
      else volume().detached();
    });
  }

  /** Where it is plugged in. */
  set place(place: UsbipPlace) {
    this.#place = place;
  }

  unplug(): void {
    this.#place?.pullOut();
  }

  plug(): void {
    if (this.#isHalted) {
      this.#firmware = this.#start();
      this.#isHalted = false;
    }
    this.#place?.putIn();
  }

  cutPower(): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    this.#runs += 1;
    this.#firmware.halt();
    this.#parts.restart();
    this.#place?.pullOut();
  }

  /** When no mail is worked on. */
  async rested(): Promise<void> {
    if (!this.#isHalted) await this.#firmware.volume.rested();
  }

  #start(): PoweredFirmware {
    const run = this.#runs;
    return this.#parts.start(() => this.#runs === run && this.#parts.hasPower());
  }
}

/** A client that says nothing more once the power is gone: whoever waits for it has none either. */
export function poweredClient(client: ContainerClient, isRunning: () => boolean): ContainerClient {
  const never = (): Promise<never> => new Promise(() => undefined);
  return {
    call: async (name, request) => {
      if (!isRunning()) return never();
      try {
        const answer = await client.call(name, request);
        return isRunning() ? answer : never();
      } catch (error) {
        if (isRunning()) throw error;
        return never();
      }
    },
    close: () => client.close(),
  };
}

/** A drive that nobody moves the medium of any more once the power is gone. */
export function poweredDrive(drive: MailboxDrive, isRunning: () => boolean): MailboxDrive {
  return {
    copy: () => drive.copy(),
    remove: () => {
      if (isRunning()) drive.remove();
    },
    insert: (image) => {
      if (isRunning()) drive.insert(image);
    },
  };
}
