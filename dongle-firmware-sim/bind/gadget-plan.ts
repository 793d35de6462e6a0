import { REPORT_SIZE } from '../../container/wire/report.ts';
import { CURRENT_MA, INTERFACES, RELEASE, REPORT_DESCRIPTOR, STRINGS } from '../usb/descriptors.ts';
import type { UsbIdentity } from '../usb/usb-identity.ts';

/** What is written into the configuration file system of Linux, one after the other; paths are below the folder of the gadget. */
export type GadgetStep =
  | { readonly make: string }
  | { readonly write: string; readonly value: string | Uint8Array }
  | { readonly link: string; readonly to: string };

/** Places in the folder of a gadget. */
export const GADGET_PLACE = {
  /** The device controller that shows it; empty while it is not plugged in. */
  controller: 'UDC',
  /** Major and minor number of the node for its reports. */
  reports: 'functions/hid.usb0/dev',
  /** The file behind its disk; empty while there is no medium. */
  medium: 'functions/mass_storage.usb0/lun.0/file',
  /** Lets the medium go even where the computer has asked that it stay; kernels before 5.19 have no such thing. */
  forcedEject: 'functions/mass_storage.usb0/lun.0/forced_eject',
} as const;

const ENGLISH = '0x409';
const LANGUAGE = `strings/${ENGLISH}`;
const CONFIGURATION = 'configs/c.1';
const [HID, DISK] = ['hid.usb0', 'mass_storage.usb0'];

/**
 * A dongle made of the kernel's own functions: reports on interface 0, and on interface 1 a disk without a medium. It says of itself
 * what the emulated one says over USB/IP; the addresses of its endpoints and the pause between reports are the kernel's choice.
 *
 * @see Linux, Documentation/usb/gadget_configfs.rst and Documentation/ABI/testing/configfs-usb-gadget-*
 */
export function planGadget({ vendor, product, serial }: Omit<UsbIdentity, 'interval'>): readonly GadgetStep[] {
  const [reports] = INTERFACES;
  const made = [LANGUAGE, `functions/${HID}`, `functions/${DISK}`, CONFIGURATION, `${CONFIGURATION}/${LANGUAGE}`];
  const texts: readonly (readonly [string, string])[] = [
    ['idVendor', hex(vendor)],
    ['idProduct', hex(product)],
    ['bcdDevice', hex(RELEASE)],
    ['bcdUSB', '0x0200'],
    [`${LANGUAGE}/manufacturer`, STRINGS.manufacturer],
    [`${LANGUAGE}/product`, STRINGS.product],
    [`${LANGUAGE}/serialnumber`, serial],
    [`functions/${HID}/subclass`, String(reports.subclass)],
    [`functions/${HID}/protocol`, String(reports.protocol)],
    [`functions/${HID}/report_length`, String(REPORT_SIZE)],
    [`functions/${DISK}/lun.0/removable`, '1'],
    [`functions/${DISK}/lun.0/ro`, '0'],
    [`functions/${DISK}/lun.0/cdrom`, '0'],
    [`functions/${DISK}/lun.0/inquiry_string`, inquiryText()],
    [`${CONFIGURATION}/MaxPower`, String(CURRENT_MA)],
    [`${CONFIGURATION}/${LANGUAGE}/configuration`, STRINGS.product],
  ];
  return [
    ...made.map((make) => ({ make })),
    ...texts.map(([write, value]) => ({ write, value })),
    { write: `functions/${HID}/report_desc`, value: REPORT_DESCRIPTOR },
    // In the order of their interfaces.
    ...[HID, DISK].map((name) => ({ link: `${CONFIGURATION}/${name}`, to: `functions/${name}` })),
  ];
}

/** What `planGadget` made, in the order in which the kernel lets it go: first links, then folders from the inside out. */
export const GADGET_RUINS = {
  links: [HID, DISK].map((name) => `${CONFIGURATION}/${name}`),
  folders: [`${CONFIGURATION}/${LANGUAGE}`, CONFIGURATION, `functions/${HID}`, `functions/${DISK}`, LANGUAGE],
} as const;

/** Vendor, product and revision, as INQUIRY has them. @see SPC-4, 6.6.2 */
function inquiryText(): string {
  return `${'Ferry'.padEnd(8)}${STRINGS.product.padEnd(16).slice(0, 16)}${hex(RELEASE).slice(2)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}
