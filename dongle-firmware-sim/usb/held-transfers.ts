import {
  type CmdSubmit,
  type CmdUnlink,
  ERRNO,
  encodeRetSubmit,
  encodeRetUnlink,
  isToHost,
} from '../../carriers/usbip/usbip-codec.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import type { ExportedDevice } from './exported-device.ts';
import type { Completion, Transfer } from './usb-transfer.ts';

/** What a client may have under way at a time; one that asks for more is let go. */
export const HELD_LIMITS = {
  /** Transfers that are not answered. */
  transfers: 1024,
  /** Bytes that those may carry together, in both directions. */
  bytes: 32 * 1024 * 1024,
} as const;

interface Held {
  readonly bytes: number;
  cancel: () => boolean;
}

/**
 * The transfers of one attached device that are not answered. The device decides when each is: none waits for another one here.
 * A transfer is answered once, or taken back and never answered.
 */
export class HeldTransfers {
  readonly #device: ExportedDevice;
  readonly #devid: number;
  readonly #say: (header: Uint8Array, data?: Uint8Array) => void;
  readonly #held = new Map<number, Held>();
  #bytes = 0;

  /** @param say sends to the client, in the order of the calls */
  constructor(device: ExportedDevice, devid: number, say: (header: Uint8Array, data?: Uint8Array) => void) {
    this.#device = device;
    this.#devid = devid;
    this.#say = say;
  }

  /** Hands a transfer to the device. @returns why it is none that a USB host may ask for */
  submit(command: CmdSubmit, data: Uint8Array): string | undefined {
    const fault = this.#faultOf(command);
    if (fault !== undefined) return fault;
    const held: Held = { bytes: command.length, cancel: () => false };
    this.#held.set(command.seqnum, held);
    this.#bytes += held.bytes;
    held.cancel = this.#device.submit(transferOf(command, data), (completion) => {
      // What a device says of a transfer that was taken back, or to a client that is gone, is for nobody.
      if (this.#remove(command.seqnum, held)) this.#answer(command, completion);
    });
    return undefined;
  }

  /** Takes a transfer back, if it is not answered. @returns why it is none that a USB host may ask for */
  unlink({ seqnum, devid, target }: CmdUnlink): string | undefined {
    if (devid !== this.#devid) return `an unlink is for the device ${devid}`;
    const held = this.#held.get(target);
    if (held !== undefined) {
      this.#remove(target, held);
      held.cancel();
    }
    this.#say(encodeRetUnlink({ seqnum, status: held === undefined ? 0 : -ERRNO.ECONNRESET }));
    return undefined;
  }

  /** The client is gone: nothing is answered any more. */
  forget(): void {
    this.#held.clear();
    this.#bytes = 0;
  }

  #faultOf({ seqnum, devid, endpoint, direction, length, setup }: CmdSubmit): string | undefined {
    if (devid !== this.#devid) return `a transfer is for the device ${devid}`;
    if (this.#held.has(seqnum)) return `the transfer ${seqnum} is under way already`;
    if (this.#held.size >= HELD_LIMITS.transfers) return `more than ${HELD_LIMITS.transfers} transfers are under way`;
    if (this.#bytes + length > HELD_LIMITS.bytes) return `more than ${HELD_LIMITS.bytes} bytes are under way`;
    if (endpoint !== 0) return undefined;
    if (setup.length > 0 && isToHost(setup) !== (direction === 'in')) return 'a control transfer goes both ways';
    const isWhole = direction === 'in' || length === setup.length;
    return isWhole ? undefined : `a control transfer has ${length} bytes of ${setup.length}`;
  }

  #answer({ seqnum, direction, length }: CmdSubmit, completion: Completion): void {
    if (completion.status === 'stall') {
      this.#say(encodeRetSubmit({ seqnum, status: -ERRNO.EPIPE, actual: 0 }));
      return;
    }
    const data = direction === 'in' ? completion.data : NO_BYTES;
    const actual = direction === 'in' ? data.length : completion.actual;
    if (actual > length) this.#say(encodeRetSubmit({ seqnum, status: -ERRNO.EOVERFLOW, actual: 0 }));
    else this.#say(encodeRetSubmit({ seqnum, status: 0, actual }), data);
  }

  /** @returns whether it was held */
  #remove(seqnum: number, held: Held): boolean {
    if (this.#held.get(seqnum) !== held) return false;
    this.#held.delete(seqnum);
    this.#bytes -= held.bytes;
    return true;
  }
}

function transferOf({ endpoint, direction, length, setup }: CmdSubmit, data: Uint8Array): Transfer {
  if (endpoint === 0) return { endpoint: 0, setup, data };
  return direction === 'in' ? { endpoint, direction, length } : { endpoint, direction, data };
}
