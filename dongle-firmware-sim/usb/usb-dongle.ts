import type { FaultBoard } from './faults/fault-board.ts';
import { type After, FaultyFunction } from './faults/faulty-function.ts';
import { HidFunction } from './hid-function.ts';
import { type ChannelOptions, ReportChannels } from './report-channels.ts';
import { BulkOnly } from './storage/bulk-only.ts';
import type { ScsiTarget } from './storage/scsi-target.ts';
import { UsbDevice } from './usb-device.ts';
import type { UsbIdentity } from './usb-identity.ts';

export interface UsbDongleParts extends ChannelOptions {
  readonly identity: UsbIdentity;
  readonly disk: ScsiTarget;
  /** Is told when a host takes it, and when that one is gone. */
  readonly onHost: (isThere: boolean) => void;
  /** What may happen to what it carries. */
  readonly faults: FaultBoard;
  readonly after: After;
}

/** A dongle as a USB device: commands in reports on interface 0, a disk on interface 1. */
export function makeUsbDongle({ identity, disk, onHost, faults, after, ...channels }: UsbDongleParts): UsbDevice {
  const functions = [new HidFunction(new ReportChannels(channels)), new BulkOnly(disk)];
  const faulty = functions.map((one) => new FaultyFunction(one, faults, after));
  return new UsbDevice(identity, faulty, onHost);
}
