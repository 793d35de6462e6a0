import type { UsbIdentity } from './usb-identity.ts';

/** Types of descriptors. @see USB 2.0, table 9-5; HID 1.11, 7.1 */
export const DESCRIPTOR = {
  device: 1,
  configuration: 2,
  string: 3,
  qualifier: 6,
  otherSpeed: 7,
  hid: 0x21,
  report: 0x22,
} as const;

/** The one configuration that there is, by its value. */
export const CONFIGURATION = 1;

/** Interfaces by number: class, subclass and protocol. @see HID 1.11, 4.1; USB Mass Storage Overview 1.4 */
export const INTERFACES = [
  { class: 0x03, subclass: 0x00, protocol: 0x00 },
  { class: 0x08, subclass: 0x06, protocol: 0x50 },
] as const;

/** Addresses of the endpoints: numbers, with bit 7 for IN. */
export const ENDPOINT = { hidIn: 0x81, hidOut: 0x01, diskIn: 0x82, diskOut: 0x02 } as const;

/** bcdDevice */
export const RELEASE = 0x0100;

/** What it may draw from the bus, in mA. */
export const CURRENT_MA = 100;

/** Its strings, but for the serial number. */
export const STRINGS = { manufacturer: 'License Ferry', product: 'Transfer Dongle' } as const;

const USB_2 = 0x0200;
const HID_1_11 = 0x0111;
const CONTROL_PACKET = 64;
const BUS_POWERED = 0x80;
const BULK = 2;
const INTERRUPT = 3;
const ENGLISH = 0x0409;

/**
 * Reports of 64 bytes there and back, of a usage page of no maker, without report ids.
 *
 * @see HID 1.11, 6.2.2
 */
export const REPORT_DESCRIPTOR = Uint8Array.from([
  0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81,
  0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x02, 0xc0,
]);

/** @see HID 1.11, 6.2.1 */
export const HID_DESCRIPTOR = Uint8Array.from([
  9,
  DESCRIPTOR.hid,
  ...word(HID_1_11),
  0,
  1,
  DESCRIPTOR.report,
  ...word(REPORT_DESCRIPTOR.length),
]);

/** @see USB 2.0, 9.6.1 */
export function deviceDescriptor({ vendor, product }: UsbIdentity): Uint8Array {
  return Uint8Array.from([
    18,
    DESCRIPTOR.device,
    ...word(USB_2),
    ...[0, 0, 0, CONTROL_PACKET],
    ...word(vendor),
    ...word(product),
    ...word(RELEASE),
    ...[1, 2, 3, 1],
  ]);
}

/** What it would be at its other speed. @see USB 2.0, 9.6.2 */
export function qualifierDescriptor(): Uint8Array {
  return Uint8Array.from([10, DESCRIPTOR.qualifier, ...word(USB_2), 0, 0, 0, CONTROL_PACKET, 1, 0]);
}

/**
 * The configuration with its interfaces and endpoints.
 *
 * @param type as it is at high speed, or at the other one: full speed
 * @see USB 2.0, 9.6.3 to 9.6.6
 */
export function configurationDescriptor(
  { interval }: UsbIdentity,
  type: typeof DESCRIPTOR.configuration | typeof DESCRIPTOR.otherSpeed,
): Uint8Array {
  const isHigh = type === DESCRIPTOR.configuration;
  // At full speed an interval is in milliseconds.
  const [bulkPacket, pause] = isHigh ? [512, interval] : [64, Math.min(255, Math.ceil(2 ** (interval - 1) / 8))];
  const interfaces = [
    ...interfaceDescriptor(0),
    ...HID_DESCRIPTOR,
    ...endpointDescriptor(ENDPOINT.hidIn, INTERRUPT, 64, pause),
    ...endpointDescriptor(ENDPOINT.hidOut, INTERRUPT, 64, pause),
    ...interfaceDescriptor(1),
    ...endpointDescriptor(ENDPOINT.diskIn, BULK, bulkPacket, 0),
    ...endpointDescriptor(ENDPOINT.diskOut, BULK, bulkPacket, 0),
  ];
  const head = [INTERFACES.length, CONFIGURATION, 0, BUS_POWERED, CURRENT_MA / 2];
  return Uint8Array.from([9, type, ...word(9 + interfaces.length), ...head, ...interfaces]);
}

/** A string of the device; undefined when there is none of that index. @see USB 2.0, 9.6.7 */
export function stringDescriptor({ serial }: UsbIdentity, index: number): Uint8Array | undefined {
  if (index === 0) return Uint8Array.from([4, DESCRIPTOR.string, ...word(ENGLISH)]);
  const text = [STRINGS.manufacturer, STRINGS.product, serial][index - 1];
  if (text === undefined) return undefined;
  return Uint8Array.from([
    2 + 2 * text.length,
    DESCRIPTOR.string,
    ...[...text].flatMap((it) => word(it.charCodeAt(0))),
  ]);
}

function interfaceDescriptor(number: 0 | 1): readonly number[] {
  const { class: kind, subclass, protocol } = INTERFACES[number];
  return [9, 4, number, 0, 2, kind, subclass, protocol, 0];
}

function endpointDescriptor(address: number, kind: number, packet: number, interval: number): readonly number[] {
  return [7, 5, address, kind, ...word(packet), interval];
}

function word(value: number): [low: number, high: number] {
  return [value & 0xff, value >> 8];
}
