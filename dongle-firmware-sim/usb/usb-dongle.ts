import type { Duplex } from 'node:stream';
import { HidFunction } from './hid-function.ts';
import { type ChannelOptions, ReportChannels } from './report-channels.ts';
import { BulkOnly } from './storage/bulk-only.ts';
import type { ScsiTarget } from './storage/scsi-target.ts';
import { UsbDevice } from './usb-device.ts';
import type { UsbIdentity } from './usb-identity.ts';

export interface UsbDongleParts extends Omit<ChannelOptions, 'serve'> {
  readonly identity: UsbIdentity;
  /** Serves a client's channel to its end. */
  readonly serve: (stream: Duplex) => void;
  readonly disk: ScsiTarget;
}

/** A dongle as a USB device: commands in reports on interface 0, a disk on interface 1. */
export function makeUsbDongle({ identity, disk, ...channels }: UsbDongleParts): UsbDevice {
  return new UsbDevice(identity, [new HidFunction(new ReportChannels(channels)), new BulkOnly(disk)]);
}
