import type { DongleVolume } from '../volume/dongle-volume.ts';
import type { FaultTarget } from './faults/fault-board.ts';
import type { PoweredFirmware } from './powered-firmware.ts';
import type { ScsiTarget } from './storage/scsi-target.ts';
import type { UsbDevice } from './usb-device.ts';
import type { UsbSocket } from './usbip-bus.ts';

export interface PluggedDongleParts {
  /** Starts the firmware. @param isRunning whether its power is still there */
  readonly start: (isRunning: () => boolean) => PoweredFirmware;
  readonly makeDevice: (disk: ScsiTarget, onHost: (isThere: boolean) => void) => UsbDevice;
  /** Whether nothing has cut the power. */
  readonly hasPower: () => boolean;
  /** Forgets what only the memory of the container knew. */
  readonly restart: () => void;
  /** Is told that it is in its socket now, or is not any more. */
  readonly onPlugged: (isIn: boolean) => void;
}

/**
 * A dongle that is plugged in and pulled out, by whoever serves it and by faults, and is in its socket only while neither keeps it out. Its
 * power may go: then its firmware starts anew.
 */
export class PluggedDongle implements FaultTarget {
  readonly device: UsbDevice;
  readonly #parts: PluggedDongleParts;
  #firmware: PoweredFirmware;
  #runs = 0;
  #socket: Pick<UsbSocket, 'plugIn' | 'pullOut'> | undefined;
  #isHalted = false;
  /** Whether whoever serves it has it plugged in. */
  #isWanted = false;
  /** Whether a fault keeps it out. */
  #isKeptOut = false;
  #isIn = false;

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
  set socket(socket: Pick<UsbSocket, 'plugIn' | 'pullOut'>) {
    this.#socket = socket;
  }

  /** Whoever serves it plugs it in. Repeatable. */
  plugIn(): void {
    this.#isWanted = true;
    this.#settle();
  }

  /** Whoever serves it pulls it out. Repeatable. */
  pullOut(): void {
    this.#isWanted = false;
    this.#settle();
  }

  unplug(): void {
    this.#isKeptOut = true;
    this.#settle();
  }

  plug(): void {
    if (this.#isHalted) {
      this.#firmware = this.#start();
      this.#isHalted = false;
    }
    this.#isKeptOut = false;
    this.#settle();
  }

  cutPower(): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    this.#runs += 1;
    this.#firmware.halt();
    this.#parts.restart();
    this.unplug();
  }

  /** When no mail is worked on. */
  async rested(): Promise<void> {
    if (!this.#isHalted) await this.#firmware.volume.rested();
  }

  #settle(): void {
    const isIn = this.#isWanted && !this.#isKeptOut;
    if (isIn === this.#isIn) return;
    this.#isIn = isIn;
    if (isIn) this.#socket?.plugIn();
    else this.#socket?.pullOut();
    this.#parts.onPlugged(isIn);
  }

  #start(): PoweredFirmware {
    const run = this.#runs;
    return this.#parts.start(() => this.#runs === run && this.#parts.hasPower());
  }
}
