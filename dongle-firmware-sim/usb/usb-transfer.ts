import type { SetupPacket } from '../../carriers/usbip/usbip-codec.ts';

/** What a USB host asks of one endpoint. */
export type Transfer =
  | {
      readonly endpoint: 0;
      readonly setup: SetupPacket;
      /** Of an OUT request; empty for an IN one. */
      readonly data: Uint8Array;
    }
  | {
      readonly endpoint: number;
      readonly direction: 'in';
      /** Bytes at most. */
      readonly length: number;
    }
  | { readonly endpoint: number; readonly direction: 'out'; readonly data: Uint8Array };

/** What became of a transfer. */
export type Completion =
  | {
      readonly status: 'done';
      /** Of an IN transfer; empty for OUT. */
      readonly data: Uint8Array;
      /** Bytes carried. */
      readonly actual: number;
    }
  | { readonly status: 'stall' };

/** What an endpoint of a function says to an IN transfer. `wait`: nothing yet, until the function says that it is ready. */
export type InAnswer = Uint8Array | 'wait' | 'stall';

/** What it says to an OUT transfer: how many bytes it took. */
export type OutAnswer = number | 'wait' | 'stall';

/** One interface of the device, with its endpoints. Plain and synchronous. */
export interface UsbFunction {
  /** Addresses of its endpoints: their numbers, with bit 7 for IN. */
  readonly endpoints: readonly number[];
  /**
   * A request to its interface that is not of chapter 9 alone: of its class, or for a descriptor of its class.
   *
   * @returns the data of an IN request, of which the caller gives no more than was asked for; nothing for an OUT request
   */
  request(setup: SetupPacket, data: Uint8Array): Uint8Array | 'stall';
  /** @param endpoint its address @param length bytes at most */
  in(endpoint: number, length: number): InAnswer;
  /** @param endpoint its address */
  out(endpoint: number, data: Uint8Array): OutAnswer;
  /** The host cleared the halt of one of its endpoints, by its address. */
  haltCleared(endpoint: number): void;
  /** The host configured the device anew, or is gone: everything begins from the start. */
  reset(): void;
  /** Is told whenever a transfer that waits may be tried again. Set once, by the device. */
  onReady: () => void;
}
