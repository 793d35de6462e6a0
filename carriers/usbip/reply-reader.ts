import { NO_BYTES } from '../../container/model/bytes.ts';
import {
  DEVICE_BYTES,
  decodeDevice,
  decodeInterfaces,
  INTERFACE_BYTES,
  type ListedDevice,
  type UsbipDevice,
} from './device-messages.ts';
import { PartReader } from './part-reader.ts';
import {
  decodeReturn,
  type Garbled,
  garbled,
  OP,
  OP_HEADER,
  PDU_HEADER,
  type RetSubmit,
  type RetUnlink,
  USBIP_VERSION,
  viewOf,
} from './usbip-codec.ts';

/** What a USB/IP server says. */
export type UsbipReply =
  | { readonly kind: 'devlist'; readonly devices: readonly ListedDevice[] }
  | { readonly kind: 'imported'; readonly device: UsbipDevice }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'submitted'; readonly result: RetSubmit /** From the device. */; readonly data: Uint8Array }
  | RetUnlink;

/** What was asked for with a transfer that is not answered yet. */
export interface Asked {
  readonly direction: 'in' | 'out';
  /** Bytes that it may carry. */
  readonly length: number;
  /** Where those from the device go; unless given, they have bytes of their own. */
  readonly into?: Uint8Array | undefined;
}

/** Devices in a list at most. */
const MOST_DEVICES = 1024;

type Awaited =
  | { readonly part: 'version' | 'operation' | 'count' | 'return' }
  | { readonly part: 'device' }
  | { readonly part: 'interfaces'; readonly device: UsbipDevice }
  | { readonly part: 'data'; readonly result: RetSubmit; readonly into: Uint8Array | undefined }
  | { readonly part: 'nothing'; readonly fault: Garbled };

/** Takes the replies out of what a server sends: first the one to a list or an import, after an import those to transfers. */
export class ReplyReader {
  readonly #parts = new PartReader();
  readonly #operation: 'devlist' | 'import';
  readonly #asked: (seqnum: number) => Asked | undefined;
  readonly #devices: ListedDevice[] = [];
  #missing = 0;
  #awaited: Awaited = { part: 'version' };

  /** @param asked the transfer of that number, if it waits for its answer */
  constructor(operation: 'devlist' | 'import', asked: (seqnum: number) => Asked | undefined = () => undefined) {
    this.#operation = operation;
    this.#asked = asked;
  }

  push(piece: Uint8Array): void {
    this.#parts.push(piece);
  }

  /** Where the rest of what is awaited goes, once it has begun to arrive. @see PartReader.room */
  get room(): Uint8Array | undefined {
    return this.#parts.room;
  }

  /** So many bytes were put at the beginning of the room. */
  filled(length: number): void {
    this.#parts.filled(length);
  }

  /** The next reply; undefined while bytes of it are missing. Once garbled, it stays so. */
  next(): UsbipReply | Garbled | undefined {
    for (;;) {
      const awaited = this.#awaited;
      if (awaited.part === 'nothing') return awaited.fault;
      const part = this.#parts.take(sizeOf(awaited), awaited.part === 'data' ? awaited.into : undefined);
      if (part === undefined) return undefined;
      const read = this.#read(awaited, part);
      if (read?.kind === 'garbled') this.#awaited = { part: 'nothing', fault: read };
      if (read !== undefined) return read;
    }
  }

  #read(awaited: Exclude<Awaited, { part: 'nothing' }>, part: Uint8Array): UsbipReply | Garbled | undefined {
    switch (awaited.part) {
      case 'version':
        // Known by itself: who speaks something else may say no more, and wait.
        if (viewOf(part).getUint16(0) !== USBIP_VERSION) return garbled('it does not begin with USB/IP 1.1.1');
        this.#awaited = { part: 'operation' };
        return undefined;
      case 'operation':
        return this.#header(part);
      case 'count':
        this.#missing = viewOf(part).getUint32(0);
        if (this.#missing > MOST_DEVICES) return garbled(`it lists ${this.#missing} devices`);
        return this.#nextDevice();
      case 'device': {
        const device = decodeDevice(part);
        if (device === undefined) return garbled('the name of a device has no end');
        this.#awaited = this.#operation === 'import' ? { part: 'return' } : { part: 'interfaces', device };
        return this.#operation === 'import' ? { kind: 'imported', device } : undefined;
      }
      case 'interfaces':
        this.#devices.push({ ...awaited.device, interfaces: decodeInterfaces(part) });
        this.#missing -= 1;
        return this.#nextDevice();
      case 'return':
        return this.#return(part);
      case 'data':
        this.#awaited = { part: 'return' };
        return { kind: 'submitted', result: awaited.result, data: part };
    }
  }

  #header(header: Uint8Array): UsbipReply | Garbled | undefined {
    const view = viewOf(header);
    const isImport = this.#operation === 'import';
    if (view.getUint16(0) !== (isImport ? OP.OP_REP_IMPORT : OP.OP_REP_DEVLIST))
      return garbled(`it answers with the operation ${view.getUint16(0)}`);
    const status = view.getUint32(2);
    if (status !== 0) return { kind: 'refused', status };
    this.#awaited = { part: isImport ? 'device' : 'count' };
    return undefined;
  }

  #nextDevice(): UsbipReply | undefined {
    this.#awaited = { part: 'device' };
    return this.#missing === 0 ? { kind: 'devlist', devices: this.#devices } : undefined;
  }

  #return(header: Uint8Array): UsbipReply | Garbled | undefined {
    const read = decodeReturn(header);
    if (read.kind !== 'submitted') return read;
    const asked = this.#asked(read.seqnum);
    if (asked === undefined) return garbled(`it answers the transfer ${read.seqnum}, which nobody waits for`);
    if (read.actual > asked.length) return garbled(`a transfer of ${asked.length} bytes carried ${read.actual}`);
    if (asked.direction === 'out') return { kind: 'submitted', result: read, data: NO_BYTES };
    this.#awaited = { part: 'data', result: read, into: asked.into?.subarray(0, read.actual) };
    return undefined;
  }
}

function sizeOf(awaited: Exclude<Awaited, { part: 'nothing' }>): number {
  switch (awaited.part) {
    case 'version':
      return 2;
    case 'operation':
      return OP_HEADER - 2;
    case 'count':
      return 4;
    case 'device':
      return DEVICE_BYTES;
    case 'interfaces':
      return INTERFACE_BYTES * awaited.device.interfaceCount;
    case 'return':
      return PDU_HEADER;
    case 'data':
      return awaited.result.actual;
  }
}
