import fs from 'node:fs';
import path from 'node:path';

/**
 * The folder in /sys of the USB device that a disk or a raw HID node belongs to.
 *
 * @param event of udev
 */
export function usbDeviceOf(event) {
  for (let folder = path.join('/sys', event.DEVPATH); folder !== '/'; folder = path.dirname(folder))
    if (fs.existsSync(path.join(folder, 'bDeviceClass'))) return folder;
  throw new Error(`${event.DEVPATH} belongs to no USB device`);
}

/** What a USB device says of itself, as text: `idVendor`, `serial`, `speed`. */
export function attributeOf(device, name) {
  return fs.readFileSync(path.join(device, name), 'utf8').trim();
}

/** The device descriptor, and the configuration descriptor with all that belongs to it. */
export function descriptorsOf(device) {
  return fs.readFileSync(path.join(device, 'descriptors'));
}

/** The description of the reports of a raw HID node. */
export function reportDescriptorOf(hidraw) {
  return fs.readFileSync(`/sys/class/hidraw/${path.basename(hidraw)}/device/report_descriptor`);
}
