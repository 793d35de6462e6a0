/** The version of the protocol, in both directions. @see Linux, Documentation/usb/usbip_protocol.rst, "Protocol Version" */
export const USBIP_VERSION = 0x0111;

/** Codes of the messages before a device is imported. @see usbip_protocol.rst, "Message Format" */
export const OP = {
  OP_REQ_DEVLIST: 0x8005,
  OP_REP_DEVLIST: 0x0005,
  OP_REQ_IMPORT: 0x8003,
  OP_REP_IMPORT: 0x0003,
} as const;

/** Bytes of the header of those: version u16, code u16, status u32; big-endian. */
export const OP_HEADER = 8;
/** Bytes of a bus id, closed with a zero byte. */
export const BUSID_BYTES = 32;

/** What an import is answered with. Anything but `ok` ends the reply after its header. */
export const IMPORT_STATUS = {
  ok: 0,
  /** There it is, but another one has it. */
  notAvailable: 1,
  /** The same, from servers that tell it apart. */
  busy: 2,
  /** No device has that bus id. */
  noDevice: 4,
} as const;

/** Commands once a device is imported. @see usbip_protocol.rst, "usbip_header_basic" */
export const PDU = {
  USBIP_CMD_SUBMIT: 1,
  USBIP_CMD_UNLINK: 2,
  USBIP_RET_SUBMIT: 3,
  USBIP_RET_UNLINK: 4,
} as const;

/** Bytes of the header of each of them. */
export const PDU_HEADER = 48;

/** Bytes that one transfer may carry: more than any host asks of a dongle at once. */
export const LONGEST_TRANSFER = 4 * 1024 * 1024;

/** What became of a transfer, as numbers of Linux: on the wire they are so, whatever system speaks. @see Linux, errno.h */
export const ERRNO = {
  /** It was unlinked. */
  ECONNRESET: 104,
  /** The endpoint stalled. */
  EPIPE: 32,
  /** The device sent more than was asked for. */
  EOVERFLOW: 75,
} as const;

/** The 8 bytes that begin a control transfer, read. @see USB 2.0, 9.3 */
export interface SetupPacket {
  /** bmRequestType; bit 7 says that data goes to the host */
  readonly requestType: number;
  /** bRequest */
  readonly request: number;
  /** wValue */
  readonly value: number;
  /** wIndex */
  readonly index: number;
  /** wLength, bytes */
  readonly length: number;
}

export type Direction = 'in' | 'out';

/** Asks for a transfer. What goes to the device follows the header. */
export interface CmdSubmit {
  readonly kind: 'submit';
  /** Names the transfer until it is answered; u32. */
  readonly seqnum: number;
  /** The imported device: bus number and device number, 16 bits each. */
  readonly devid: number;
  readonly direction: Direction;
  /** 0 to 15, without its direction. */
  readonly endpoint: number;
  /** Bytes that go to the device, or that it may answer with. */
  readonly length: number;
  /** Means something at endpoint 0 only. */
  readonly setup: SetupPacket;
}

/** Takes a transfer back, unless it is answered already. */
export interface CmdUnlink {
  readonly kind: 'unlink';
  readonly seqnum: number;
  readonly devid: number;
  /** The seqnum of the transfer. */
  readonly target: number;
}

/** What became of a transfer. What the device sent follows the header. */
export interface RetSubmit {
  readonly kind: 'submitted';
  readonly seqnum: number;
  /** 0, or a number of Linux below it. */
  readonly status: number;
  /** Bytes carried, in whichever direction. */
  readonly actual: number;
}

/** What became of an unlink: -ECONNRESET when the transfer is taken back, 0 when it was answered before. */
export interface RetUnlink {
  readonly kind: 'unlinked';
  readonly seqnum: number;
  readonly status: number;
}

/** Bytes that are none of this protocol. */
export interface Garbled {
  readonly kind: 'garbled';
  readonly why: string;
}

export const NO_SETUP: SetupPacket = { requestType: 0, request: 0, value: 0, index: 0, length: 0 };

/** Whether data of a control transfer goes to the host. */
export function isToHost({ requestType, length }: SetupPacket): boolean {
  return requestType >= 0x80 && length > 0;
}

export function encodeCmdSubmit({
  seqnum,
  devid,
  direction,
  endpoint,
  length,
  setup,
}: Omit<CmdSubmit, 'kind'>): Uint8Array {
  const { bytes, view } = pdu(PDU.USBIP_CMD_SUBMIT, seqnum);
  view.setUint32(0x08, devid);
  view.setUint32(0x0c, direction === 'in' ? 1 : 0);
  view.setUint32(0x10, endpoint);
  view.setUint32(0x18, length);
  bytes[0x28] = setup.requestType;
  bytes[0x29] = setup.request;
  view.setUint16(0x2a, setup.value, true);
  view.setUint16(0x2c, setup.index, true);
  view.setUint16(0x2e, setup.length, true);
  return bytes;
}

export function encodeCmdUnlink({ seqnum, devid, target }: Omit<CmdUnlink, 'kind'>): Uint8Array {
  const { bytes, view } = pdu(PDU.USBIP_CMD_UNLINK, seqnum);
  view.setUint32(0x08, devid);
  view.setUint32(0x14, target);
  return bytes;
}

export function encodeRetSubmit({ seqnum, status, actual }: Omit<RetSubmit, 'kind'>): Uint8Array {
  const { bytes, view } = pdu(PDU.USBIP_RET_SUBMIT, seqnum);
  view.setInt32(0x14, status);
  view.setUint32(0x18, actual);
  return bytes;
}

export function encodeRetUnlink({ seqnum, status }: Omit<RetUnlink, 'kind'>): Uint8Array {
  const { bytes, view } = pdu(PDU.USBIP_RET_UNLINK, seqnum);
  view.setInt32(0x14, status);
  return bytes;
}

/** Reads the header of what a USB host says; a submit that goes to the device has `length` bytes behind it. */
export function decodeCommand(header: Uint8Array): CmdSubmit | CmdUnlink | Garbled {
  const view = viewOf(header);
  const command = view.getUint32(0);
  const seqnum = view.getUint32(4);
  const devid = view.getUint32(0x08);
  if (command === PDU.USBIP_CMD_UNLINK) return { kind: 'unlink', seqnum, devid, target: view.getUint32(0x14) };
  if (command !== PDU.USBIP_CMD_SUBMIT) return garbled(`it has the unknown command ${command}`);
  const direction = view.getUint32(0x0c);
  const endpoint = view.getUint32(0x10);
  const length = view.getUint32(0x18);
  const packets = view.getInt32(0x20);
  if (direction > 1) return garbled(`a transfer has the direction ${direction}`);
  if (endpoint > 15) return garbled(`a transfer is for endpoint ${endpoint}`);
  if (length > LONGEST_TRANSFER) return garbled(`a transfer has ${length} bytes`);
  // Their data would have another form, and no dongle has an endpoint for them.
  if (packets !== 0 && packets !== -1) return garbled('a transfer is isochronous');
  const setup: SetupPacket = {
    requestType: view.getUint8(0x28),
    request: view.getUint8(0x29),
    value: view.getUint16(0x2a, true),
    index: view.getUint16(0x2c, true),
    length: view.getUint16(0x2e, true),
  };
  return { kind: 'submit', seqnum, devid, direction: direction === 1 ? 'in' : 'out', endpoint, length, setup };
}

/** Reads the header of what is said for a device. Whether data is behind it is for who asked to know. */
export function decodeReturn(header: Uint8Array): RetSubmit | RetUnlink | Garbled {
  const view = viewOf(header);
  const command = view.getUint32(0);
  const seqnum = view.getUint32(4);
  const status = view.getInt32(0x14);
  if (command === PDU.USBIP_RET_UNLINK) return { kind: 'unlinked', seqnum, status };
  if (command !== PDU.USBIP_RET_SUBMIT) return garbled(`it has the unknown command ${command}`);
  return { kind: 'submitted', seqnum, status, actual: view.getUint32(0x18) };
}

export function garbled(why: string): Garbled {
  return { kind: 'garbled', why };
}

/** The bytes as numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pdu(command: number, seqnum: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(PDU_HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, command);
  view.setUint32(4, seqnum);
  return { bytes, view };
}
