import { NO_BYTES } from '../../container/model/bytes.ts';
import { decodeBusid } from './device-messages.ts';
import { PartReader } from './part-reader.ts';
import {
  BUSID_BYTES,
  type CmdSubmit,
  type CmdUnlink,
  decodeCommand,
  type Garbled,
  garbled,
  OP,
  OP_HEADER,
  PDU_HEADER,
  USBIP_VERSION,
  viewOf,
} from './usbip-codec.ts';

/** What a client of a USB/IP server says. */
export type UsbipRequest =
  | { readonly kind: 'devlist' }
  | { readonly kind: 'import'; readonly busid: string }
  | { readonly kind: 'submit'; readonly command: CmdSubmit /** For the device. */; readonly data: Uint8Array }
  | CmdUnlink;

/**
 * Takes the requests out of what a client sends: first a list or an import, after an import the transfers. Once garbled, it
 * gives nothing else any more.
 */
export class RequestReader {
  readonly #parts = new PartReader();
  #awaited: 'operation' | 'bus id' | 'command' | CmdSubmit | Garbled = 'operation';

  push(piece: Uint8Array): void {
    this.#parts.push(piece);
  }

  /** The next request; undefined while bytes of it are missing. */
  next(): UsbipRequest | Garbled | undefined {
    for (;;) {
      const awaited = this.#awaited;
      if (typeof awaited === 'object') return awaited.kind === 'garbled' ? awaited : this.#data(awaited);
      const part = this.#parts.take(SIZES[awaited]);
      if (part === undefined) return undefined;
      const read = this.#read(awaited, part);
      if (read?.kind === 'garbled') this.#awaited = read;
      if (read !== undefined) return read;
    }
  }

  /** What a part means; undefined when more belongs to it. */
  #read(awaited: keyof typeof SIZES, part: Uint8Array): UsbipRequest | Garbled | undefined {
    switch (awaited) {
      case 'operation':
        return this.#operation(part);
      case 'bus id': {
        this.#awaited = 'command';
        const busid = decodeBusid(part);
        return busid === undefined ? garbled('a bus id has no end') : { kind: 'import', busid };
      }
      case 'command': {
        const command = decodeCommand(part);
        if (command.kind !== 'submit') return command;
        this.#awaited = command;
        return undefined;
      }
    }
  }

  #operation(header: Uint8Array): UsbipRequest | Garbled | undefined {
    const view = viewOf(header);
    const version = view.getUint16(0);
    const code = view.getUint16(2);
    if (version !== USBIP_VERSION) return garbled('it does not begin with USB/IP 1.1.1');
    if (code === OP.OP_REQ_DEVLIST) return { kind: 'devlist' };
    if (code !== OP.OP_REQ_IMPORT) return garbled(`it asks for the unknown operation ${code}`);
    this.#awaited = 'bus id';
    return undefined;
  }

  #data(command: CmdSubmit): UsbipRequest | undefined {
    const data = command.direction === 'in' ? NO_BYTES : this.#parts.take(command.length);
    if (data === undefined) return undefined;
    this.#awaited = 'command';
    return { kind: 'submit', command, data };
  }
}

const SIZES = { operation: OP_HEADER, 'bus id': BUSID_BYTES, command: PDU_HEADER } as const;
