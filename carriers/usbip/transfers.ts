import { NO_BYTES } from '../../container/model/bytes.ts';
import type { Asked, UsbipReply } from './reply-reader.ts';
import {
  type Direction,
  ERRNO,
  encodeCmdSubmit,
  encodeCmdUnlink,
  type Garbled,
  garbled,
  isToHost,
  NO_SETUP,
  type SetupPacket,
} from './usbip-codec.ts';

/** What became of a transfer to a device of a USB/IP server. */
export type UsbipCompletion =
  | {
      readonly status: 'done';
      /** Of an IN transfer; empty for OUT. */
      readonly data: Uint8Array;
      /** Bytes carried. */
      readonly actual: number;
    }
  | { readonly status: 'stall' }
  /** It was taken back: whether bytes of an OUT went over is not known. */
  | { readonly status: 'unlinked' }
  | {
      readonly status: 'failed';
      /** A number of Linux. @see Linux, errno.h */
      readonly errno: number;
    };

/** A transfer that was asked for. */
export interface SubmittedTransfer {
  /** Waits as long as the device does. @throws CARRIER_LOST, CARRIER_GARBLED */
  readonly completion: Promise<UsbipCompletion>;
  /** Takes it back. It completes all the same: as unlinked, or as what it was answered with before. */
  unlink(): void;
}

interface Pending extends Asked {
  readonly resolve: (completion: UsbipCompletion) => void;
  readonly reject: (error: Error) => void;
  isUnlinking: boolean;
}

/** The transfers of one imported device, any number of them under way at a time. It knows no socket. */
export class Transfers {
  readonly #devid: number;
  readonly #send: (header: Uint8Array, data: Uint8Array) => void;
  readonly #pending = new Map<number, Pending>();
  /** Unlinks that are not answered, with the transfer of each. */
  readonly #unlinks = new Map<number, number>();
  #seqnum = 0;
  #end: Error | undefined;

  constructor(devid: number, send: (header: Uint8Array, data: Uint8Array) => void) {
    this.#devid = devid;
    this.#send = send;
  }

  /** Asks for a control transfer. @param data what goes to the device: wLength bytes, unless data comes from it */
  control(setup: SetupPacket, data: Uint8Array = NO_BYTES): SubmittedTransfer {
    return isToHost(setup)
      ? this.#submit('in', 0, setup.length, NO_BYTES, setup)
      : this.#submit('out', 0, data.length, data, setup);
  }

  /**
   * Asks an endpoint for bytes.
   *
   * @param endpoint without its direction
   * @param space how many at most, or where they go: then the data of the completion is a view of it
   */
  in(endpoint: number, space: number | Uint8Array): SubmittedTransfer {
    return typeof space === 'number'
      ? this.#submit('in', endpoint, space, NO_BYTES, NO_SETUP)
      : this.#submit('in', endpoint, space.length, NO_BYTES, NO_SETUP, space);
  }

  /** Sends bytes to an endpoint; they must stay as they are until it completes. @param endpoint without its direction */
  out(endpoint: number, data: Uint8Array): SubmittedTransfer {
    return this.#submit('out', endpoint, data.length, data, NO_SETUP);
  }

  /** The transfer of that number, if it waits for its answer. */
  asked(seqnum: number): Asked | undefined {
    return this.#pending.get(seqnum);
  }

  /** Takes an answer. @returns why it is none */
  answered(reply: UsbipReply): Garbled | undefined {
    switch (reply.kind) {
      case 'submitted':
        this.#complete(reply.result.seqnum, completionOf(reply.result.status, reply.data, reply.result.actual));
        return undefined;
      case 'unlinked': {
        const target = this.#unlinks.get(reply.seqnum);
        if (target === undefined) return garbled(`it answers the unlink ${reply.seqnum}, which nobody waits for`);
        this.#unlinks.delete(reply.seqnum);
        // Answered before, it is pending no more.
        this.#complete(target, { status: 'unlinked' });
        return undefined;
      }
      default:
        return garbled('it answers what it was not asked');
    }
  }

  /** Nothing completes any more; neither does what is asked for later. */
  end(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#unlinks.clear();
  }

  #submit(
    direction: Direction,
    endpoint: number,
    length: number,
    data: Uint8Array,
    setup: SetupPacket,
    into?: Uint8Array,
  ): SubmittedTransfer {
    const seqnum = this.#next();
    const completion = new Promise<UsbipCompletion>((resolve, reject) => {
      if (this.#end !== undefined) reject(this.#end);
      else this.#pending.set(seqnum, { direction, length, into, resolve, reject, isUnlinking: false });
    });
    // It is told to who waits for it; a transfer may be asked for and forgotten.
    completion.catch(() => undefined);
    if (this.#end === undefined)
      this.#send(encodeCmdSubmit({ seqnum, devid: this.#devid, direction, endpoint, length, setup }), data);
    return { completion, unlink: () => this.#unlink(seqnum) };
  }

  #unlink(target: number): void {
    const pending = this.#pending.get(target);
    if (pending === undefined || pending.isUnlinking) return;
    pending.isUnlinking = true;
    const seqnum = this.#next();
    this.#unlinks.set(seqnum, target);
    this.#send(encodeCmdUnlink({ seqnum, devid: this.#devid, target }), NO_BYTES);
  }

  #complete(seqnum: number, completion: UsbipCompletion): void {
    this.#pending.get(seqnum)?.resolve(completion);
    this.#pending.delete(seqnum);
  }

  /** A number that no transfer has that waits. */
  #next(): number {
    do this.#seqnum = (this.#seqnum + 1) >>> 0;
    while (this.#seqnum === 0 || this.#pending.has(this.#seqnum) || this.#unlinks.has(this.#seqnum));
    return this.#seqnum;
  }
}

function completionOf(status: number, data: Uint8Array, actual: number): UsbipCompletion {
  if (status === 0) return { status: 'done', data, actual };
  if (status === -ERRNO.EPIPE) return { status: 'stall' };
  if (status === -ERRNO.ECONNRESET) return { status: 'unlinked' };
  return { status: 'failed', errno: Math.abs(status) };
}
