/** The 8 bytes that begin a control transfer, read. @see USB 2.0, 9.3 */
export interface SetupPacket {
  readonly requestType: number; // bmRequestType
  readonly request: number; // bRequest
  readonly value: number; // wValue
  readonly index: number; // wIndex
  readonly length: number; // wLength
}

/** What a USB host asks of one endpoint. */
export type Transfer =
  | {
      readonly endpoint: 0;
      readonly setup: SetupPacket /** Of an OUT request; empty for an IN one. */;
      readonly data: Uint8Array;
    }
  | { readonly endpoint: number; readonly direction: 'in' /** Bytes at most. */; readonly length: number }
  | { readonly endpoint: number; readonly direction: 'out'; readonly data: Uint8Array };

/** What became of a transfer. */
export type Completion =
  | {
      readonly status: 'done' /** Of an IN transfer; empty for OUT. */;
      readonly data: Uint8Array /** Bytes carried. */;
      readonly actual: number;
    }
  | { readonly status: 'stall' };

/** What an endpoint of a function answers at once. `wait`: nothing yet; ask again once the function says that it is ready. */
export type InAnswer = Uint8Array | 'wait' | 'stall';
export type OutAnswer = number /* bytes taken */ | 'wait' | 'stall';

/** One interface of the device, with its endpoints. Plain and synchronous; it never answers for another function. */
export interface UsbFunction {
  /** Addresses of its endpoints: number, with bit 7 for IN. */
  readonly endpoints: readonly number[];
  /** A class or interface request for it (standard GET_DESCRIPTOR of a HID class descriptor included). Its IN data (cut to wLength by the caller), nothing for OUT, or a stall. */
  request(setup: SetupPacket, data: Uint8Array): Uint8Array | 'stall';
  /** At most `length` bytes for the host. */
  in(endpoint: number, length: number): InAnswer;
  out(endpoint: number, data: Uint8Array): OutAnswer;
  /** The host cleared the halt of one of its endpoints (number with bit 7). */
  haltCleared(endpoint: number): void;
  /** The host configured the device anew, or is gone: everything begins from the start. */
  reset(): void;
  /** Is told whenever a transfer that waits may be tried again. Set once, by the device. */
  onReady: () => void;
}
