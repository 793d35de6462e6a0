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
}

/** A dongle as a USB device: commands in reports on interface 0, a disk on interface 1. */
export function makeUsbDongle({ identity, disk, onHost, ...channels }: UsbDongleParts): UsbDevice {
  const functions = [new HidFunction(new ReportChannels(channels)), new BulkOnly(disk)];
  return new UsbDevice(identity, functions, onHost);
}
