import { concatBytes, utf8 } from '../../container/model/bytes.ts';
import { BUSID_BYTES, OP, OP_HEADER, USBIP_VERSION, viewOf } from './usbip-codec.ts';

/** Bytes of the path of a device, closed with a zero byte. */
const PATH_BYTES = 256;
/** Bytes of what is said of a device, without its interfaces. @see Linux, usbip_protocol.rst, "OP_REP_IMPORT" */
export const DEVICE_BYTES = 312;
/** Bytes of each of its interfaces. */
export const INTERFACE_BYTES = 4;

/** What an interface is. @see USB 2.0, 9.6.5 */
export interface InterfaceClass {
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
}

/** A device that a server has. */
export interface UsbipDevice {
  /** Where it is on the server's computer; for people. */
  readonly path: string;
  /** Its name there: bus and port, such as `1-1`. */
  readonly busid: string;
  /** Bus and device number, 16 bits each: together they are the id in every later message. */
  readonly busnum: number;
  readonly devnum: number;
  /** 1 low, 2 full, 3 high, 5 super. */
  readonly speed: number;
  readonly vendor: number;
  readonly product: number;
  /** Binary-coded decimal. */
  readonly release: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly configurationValue: number;
  readonly configurations: number;
  /** How many interfaces it has. */
  readonly interfaceCount: number;
}

/** A device as a list shows it. */
export interface ListedDevice extends UsbipDevice {
  readonly interfaces: readonly InterfaceClass[];
}

/** What names a device once it is imported. */
export function devidOf({ busnum, devnum }: Pick<UsbipDevice, 'busnum' | 'devnum'>): number {
  return ((busnum << 16) | devnum) >>> 0;
}

export function encodeDevlistRequest(): Uint8Array {
  return opHeader(OP.OP_REQ_DEVLIST);
}

export function encodeDevlistReply(devices: readonly ListedDevice[]): Uint8Array {
  const count = new Uint8Array(4);
  viewOf(count).setUint32(0, devices.length);
  const each = devices.flatMap((device) => [
    encodeDevice(device),
    Uint8Array.from(device.interfaces.flatMap((one) => [one.class, one.subclass, one.protocol, 0])),
  ]);
  return concatBytes(opHeader(OP.OP_REP_DEVLIST), count, ...each);
}

/** @param busid ASCII, at most 31 characters */
export function encodeImportRequest(busid: string): Uint8Array {
  return concatBytes(opHeader(OP.OP_REQ_IMPORT), text(busid, BUSID_BYTES));
}

export function encodeImportReply(device: UsbipDevice): Uint8Array {
  return concatBytes(opHeader(OP.OP_REP_IMPORT), encodeDevice(device));
}

/** @param status anything but 0: who asked reads no further */
export function encodeImportRefusal(status: number): Uint8Array {
  return opHeader(OP.OP_REP_IMPORT, status);
}

/** A bus id as it is sent; undefined when no zero byte ends it. */
export function decodeBusid(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return end === -1 ? undefined : String.fromCharCode(...bytes.subarray(0, end));
}

/** Reads DEVICE_BYTES; undefined when a text in them has no end. */
export function decodeDevice(bytes: Uint8Array): UsbipDevice | undefined {
  const path = decodeBusid(bytes.subarray(0, PATH_BYTES));
  const busid = decodeBusid(bytes.subarray(PATH_BYTES, PATH_BYTES + BUSID_BYTES));
  if (path === undefined || busid === undefined) return undefined;
  const view = viewOf(bytes);
  return {
    path,
    busid,
    busnum: view.getUint32(0x120),
    devnum: view.getUint32(0x124),
    speed: view.getUint32(0x128),
    vendor: view.getUint16(0x12c),
    product: view.getUint16(0x12e),
    release: view.getUint16(0x130),
    class: view.getUint8(0x132),
    subclass: view.getUint8(0x133),
    protocol: view.getUint8(0x134),
    configurationValue: view.getUint8(0x135),
    configurations: view.getUint8(0x136),
    interfaceCount: view.getUint8(0x137),
  };
}

/** Reads the interfaces that follow a device in a list. */
export function decodeInterfaces(bytes: Uint8Array): InterfaceClass[] {
  const count = bytes.length / INTERFACE_BYTES;
  const byte = (at: number): number => bytes[at] ?? 0;
  return Array.from({ length: count }, (_, number) => {
    const at = INTERFACE_BYTES * number;
    return { class: byte(at), subclass: byte(at + 1), protocol: byte(at + 2) };
  });
}

function encodeDevice(device: UsbipDevice): Uint8Array {
  const bytes = new Uint8Array(DEVICE_BYTES);
  bytes.set(text(device.path, PATH_BYTES));
  bytes.set(text(device.busid, BUSID_BYTES), PATH_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0x120, device.busnum);
  view.setUint32(0x124, device.devnum);
  view.setUint32(0x128, device.speed);
  view.setUint16(0x12c, device.vendor);
  view.setUint16(0x12e, device.product);
  view.setUint16(0x130, device.release);
  const { configurationValue, configurations, interfaceCount } = device;
  const six = [device.class, device.subclass, device.protocol, configurationValue, configurations, interfaceCount];
  bytes.set(six, 0x132);
  return bytes;
}

function text(value: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(utf8(value).subarray(0, size - 1));
  return bytes;
}

function opHeader(code: number, status = 0): Uint8Array {
  const bytes = new Uint8Array(OP_HEADER);
  const view = viewOf(bytes);
  view.setUint16(0, USBIP_VERSION);
  view.setUint16(2, code);
  view.setUint32(4, status);
  return bytes;
}
