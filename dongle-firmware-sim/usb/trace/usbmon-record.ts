import { ERRNO, type SetupPacket } from '../../../carriers/usbip/usbip-codec.ts';

/** Numbers of Linux for what becomes of a transfer, beside those that are on the wire. @see Linux, errno.h */
export const TRACE_ERRNO = {
  ...ERRNO,
  /** It is under way. */
  EINPROGRESS: 115,
  /** The device was unplugged, or its host is gone. @see Linux, Documentation/driver-api/usb/error-codes.rst */
  ESHUTDOWN: 108,
} as const;

interface Common {
  /** When, in microseconds since 1970. */
  readonly moment: number;
  /** The same for both events of a transfer, and for no other one; at most 2^53 - 1. */
  readonly id: number;
  /** Number of the bus; u16. */
  readonly bus: number;
  /** Address of the device on it; 1 to 127. */
  readonly device: number;
  readonly type: 'control' | 'bulk' | 'interrupt';
  /** Its number, with bit 7 where data goes to the host. */
  readonly endpoint: number;
  /** Of an interrupt transfer, in microframes of 125 us; otherwise 0. */
  readonly interval: number;
  /** What travels with the event: of an OUT transfer what goes out, of an IN transfer what came. Empty for the other two. */
  readonly data: Uint8Array;
}

/** One of the two events of a transfer. */
export type UsbEvent =
  | (Common & {
      readonly kind: 'submit';
      /** Bytes that are asked for, or that go out. */
      readonly length: number;
      /** Of a control transfer. */
      readonly setup: SetupPacket | undefined;
    })
  | (Common & {
      readonly kind: 'complete';
      /** Bytes that were carried. */
      readonly length: number;
      /** 0, or a number of Linux below it. */
      readonly status: number;
    });

/** LINKTYPE_USB_LINUX_MMAPPED: records begin with the whole header of usbmon. @see https://www.tcpdump.org/linktypes.html */
const LINK_TYPE = 220;
/** Of a file whose moments are in microseconds; its order of bytes is that of all numbers behind it. */
const MAGIC = 0xa1b2c3d4;
const VERSION = [2, 4] as const;
/** Bytes at the beginning of a file. */
export const TRACE_HEADER = 24;
/** Bytes before the ones that pcap counts of a record. */
const PCAP_HEADER = 16;
/** Bytes of the header of usbmon. */
export const USBMON_HEADER = 64;

const TYPE = { interrupt: 1, control: 2, bulk: 3 } as const;
const EVENT = { submit: 0x53, complete: 0x43 } as const;
/** What stands where there is no setup packet, and where no data is expected: of the submit of an IN, of the complete of an OUT. */
const [NO_SETUP, TO_COME, GONE] = [0x2d, 0x3c, 0x3e];
const IN = 0x80;
/** Of the flags of a transfer the one that is known here. @see Linux, include/linux/usb.h */
const URB_DIR_IN = 0x0200;

/**
 * What a trace begins with.
 *
 * @param snapLength bytes of a record at most, `USBMON_HEADER` of them its header
 * @see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html, "General File Structure"
 */
export function traceHeader(snapLength: number): Uint8Array {
  const bytes = new Uint8Array(TRACE_HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION[0], true);
  view.setUint16(6, VERSION[1], true);
  view.setUint32(16, snapLength, true);
  view.setUint32(20, LINK_TYPE, true);
  return bytes;
}

/** Whether a file that begins so is such a trace, of this program or of usbmon on a computer of the same kind. */
export function isTraceHeader(bytes: Uint8Array): boolean {
  if (bytes.length < TRACE_HEADER) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(0, true) === MAGIC && view.getUint32(20, true) === LINK_TYPE;
}

/**
 * An event as a record of a trace. What does not fit is cut off its data; how long it was is kept.
 *
 * @param snapLength as in the header of the file
 * @see Linux, Documentation/usb/usbmon.rst, "Raw binary format and API"
 */
export function traceRecord(event: UsbEvent, snapLength: number): Uint8Array {
  const { data, length, moment, id } = event;
  const seconds = Math.floor(moment / 1_000_000);
  const microseconds = moment - seconds * 1_000_000;
  const captured = Math.min(data.length, snapLength - USBMON_HEADER);
  const bytes = new Uint8Array(PCAP_HEADER + USBMON_HEADER + captured);
  const pcap = new DataView(bytes.buffer, 0, PCAP_HEADER);
  pcap.setUint32(0, seconds, true);
  pcap.setUint32(4, microseconds, true);
  pcap.setUint32(8, USBMON_HEADER + captured, true);
  pcap.setUint32(12, USBMON_HEADER + data.length, true);
  const view = new DataView(bytes.buffer, PCAP_HEADER, USBMON_HEADER);
  view.setUint32(0, id, true);
  view.setUint32(4, Math.floor(id / 2 ** 32), true);
  view.setUint8(8, EVENT[event.kind]);
  view.setUint8(9, TYPE[event.type]);
  view.setUint8(10, event.endpoint);
  view.setUint8(11, event.device);
  view.setUint16(12, event.bus, true);
  view.setUint8(14, NO_SETUP);
  view.setUint8(15, dataFlag(event));
  view.setUint32(16, seconds, true);
  view.setUint32(24, microseconds, true);
  view.setInt32(28, event.kind === 'submit' ? -TRACE_ERRNO.EINPROGRESS : event.status, true);
  view.setUint32(32, length, true);
  view.setUint32(36, captured, true);
  if (event.kind === 'submit' && event.setup !== undefined) writeSetup(view, event.setup);
  view.setUint32(48, event.interval, true);
  view.setUint32(56, isIn(event) ? URB_DIR_IN : 0, true);
  bytes.set(data.subarray(0, captured), PCAP_HEADER + USBMON_HEADER);
  return bytes;
}

/** Zero wherever data travels with the event, even none. */
function dataFlag(event: UsbEvent): number {
  if (event.kind === 'submit') return isIn(event) ? TO_COME : 0;
  return isIn(event) ? 0 : GONE;
}

function isIn({ endpoint }: UsbEvent): boolean {
  return endpoint >= IN;
}

function writeSetup(view: DataView, { requestType, request, value, index, length }: SetupPacket): void {
  view.setUint8(14, 0);
  view.setUint8(40, requestType);
  view.setUint8(41, request);
  view.setUint16(42, value, true);
  view.setUint16(44, index, true);
  view.setUint16(46, length, true);
}
