import { FaultBoard } from '../../../../../dongle-firmware-sim/usb/faults/fault-board.ts';
import { BLOCK_LENGTH, type BlockMedium } from '../../../../../dongle-firmware-sim/usb/storage/block-medium.ts';
import { ScsiDrive } from '../../../../../dongle-firmware-sim/usb/storage/scsi-drive.ts';
import type { UsbDevice } from '../../../../../dongle-firmware-sim/usb/usb-device.ts';
import { makeUsbDongle } from '../../../../../dongle-firmware-sim/usb/usb-dongle.ts';
import { Waits } from '../../../../carriers/hid/fake-bus.ts';

/** Few, so that all of them can be looked at after each command. */
export const BLOCKS = 16;
const CONTENT = Uint8Array.from({ length: BLOCKS * BLOCK_LENGTH }, (_, at) => (at >> 9) ^ at);

/** Blocks in memory. */
export class PlainMedium implements BlockMedium {
  readonly blocks = BLOCKS;
  readonly bytes: Uint8Array = CONTENT.slice();

  read(lba: number, blocks: number): Uint8Array {
    return this.bytes.slice(lba * BLOCK_LENGTH, (lba + blocks) * BLOCK_LENGTH);
  }

  write(lba: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, lba * BLOCK_LENGTH);
  }

  flush(): void {
    // What is in memory is as durable as it gets.
  }
}

export function plainDrive(medium: PlainMedium): ScsiDrive {
  const nothing = (): void => undefined;
  const identity = { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial: '3-1' };
  const failed = (error: Error): void => {
    throw error;
  };
  const drive = new ScsiDrive(identity, { written: nothing, flushed: nothing, ejected: nothing, failed });
  drive.insert(medium, { isWriteProtected: false });
  return drive;
}

/** A dongle as a USB device, whose channels nobody serves, and which has no faults. */
export function wholeDongle(medium = new PlainMedium()): UsbDevice {
  const waits = new Waits();
  let drawn = 0;
  const after = () => () => undefined;
  return makeUsbDongle({
    identity: { vendor: 0x1209, product: 1, serial: '3-1', interval: 4 },
    disk: plainDrive(medium),
    onHost: () => undefined,
    serve: () => undefined,
    blink: () => undefined,
    random: (length) => new Uint8Array(length).fill(++drawn),
    timer: () => waits.timer(),
    faults: new FaultBoard({ now: () => 0, after, tell: () => undefined }),
    after,
  });
}
