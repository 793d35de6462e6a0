import type { SetupPacket } from '../../../carriers/usbip/usbip-codec.ts';
import type { ExportedDescription, ExportedDevice } from '../../../dongle-firmware-sim/usb/exported-device.ts';
import type { Completion, Transfer } from '../../../dongle-firmware-sim/usb/usb-transfer.ts';

export const ECHO_DESCRIPTION: ExportedDescription = {
  vendor: 0x1209,
  product: 0x0001,
  release: 0x0102,
  speed: 'high',
  deviceClass: 0,
  deviceSubclass: 0,
  deviceProtocol: 0,
  configurationValue: 1,
  interfaces: [
    { class: 3, subclass: 0, protocol: 0 },
    { class: 8, subclass: 6, protocol: 0x50 },
  ],
};

/** Endpoints of the device by what they do. */
export const ECHO = { control: 0, reports: 1, bulk: 2, stalling: 3, source: 4, narrow: 5 } as const;
/** Bytes that the narrow endpoint takes of a transfer. */
export const NARROW = 10;
/** Vendor requests that keep up to wLength bytes, and give them back. */
export const KEEP: SetupPacket = { requestType: 0x40, request: 1, value: 0, index: 0, length: 0 };
export const GIVE: SetupPacket = { requestType: 0xc0, request: 1, value: 0, index: 0, length: 0 };

interface Waiting {
  readonly length: number;
  readonly complete: (completion: Completion) => void;
}

const NOTHING = new Uint8Array(0);
const SOURCE = Uint8Array.from({ length: 1024 * 1024 }, (_, at) => (at * 7) % 251);

/** Byte `at` of what the source endpoint gives in every transfer. */
export function sourceBytes(length: number): Uint8Array {
  return SOURCE.subarray(0, length);
}

/** A small device: two endpoints give back what they took, one gives bytes without end, one stalls, one takes little. */
export class EchoDevice implements ExportedDevice {
  readonly description = ECHO_DESCRIPTION;
  /** How often a host left it, and transfers that were taken back. */
  detached = 0;
  cancelled = 0;
  #defect: Error | undefined;
  #host: { unplugged(): void } | undefined;
  #kept = NOTHING;
  readonly #echoes = new Map<number, Uint8Array[]>();
  readonly #waiting = new Map<number, Waiting[]>();

  get isAttached(): boolean {
    return this.#host !== undefined;
  }

  attach(host: { unplugged(): void }): boolean {
    if (this.#host !== undefined) return false;
    this.#host = host;
    return true;
  }

  detach(): void {
    this.detached += 1;
    this.#leave();
  }

  unplug(): void {
    const host = this.#host;
    this.#leave();
    host?.unplugged();
  }

  /** From now on every transfer meets a defect. */
  breakWith(defect: Error): void {
    this.#defect = defect;
  }

  submit(transfer: Transfer, complete: (completion: Completion) => void): () => boolean {
    if (this.#defect !== undefined) throw this.#defect;
    if (!('direction' in transfer)) complete(this.#control(transfer.setup, transfer.data));
    else if (transfer.endpoint === ECHO.stalling) complete({ status: 'stall' });
    else if (transfer.direction === 'out') complete(this.#take(transfer.endpoint, transfer.data));
    else if (transfer.endpoint === ECHO.source) complete(done(sourceBytes(transfer.length)));
    else return this.#wait(transfer.endpoint, { length: transfer.length, complete });
    return () => false;
  }

  /** Puts bytes into an endpoint, for the host. */
  give(endpoint: number, bytes: Uint8Array): void {
    this.#listOf(this.#echoes, endpoint).push(bytes);
    this.#match(endpoint);
  }

  #control(setup: SetupPacket, data: Uint8Array): Completion {
    if (setup.requestType === KEEP.requestType && setup.request === KEEP.request) {
      this.#kept = Uint8Array.from(data);
      return { status: 'done', data: NOTHING, actual: data.length };
    }
    const isGive = setup.requestType === GIVE.requestType && setup.request === GIVE.request;
    return isGive ? done(this.#kept.subarray(0, setup.length)) : { status: 'stall' };
  }

  #take(endpoint: number, data: Uint8Array): Completion {
    if (endpoint === ECHO.narrow) return { status: 'done', data: NOTHING, actual: Math.min(NARROW, data.length) };
    this.give(endpoint, data);
    return { status: 'done', data: NOTHING, actual: data.length };
  }

  #wait(endpoint: number, waiting: Waiting): () => boolean {
    const list = this.#listOf(this.#waiting, endpoint);
    list.push(waiting);
    this.#match(endpoint);
    return () => {
      const at = list.indexOf(waiting);
      if (at === -1) return false;
      list.splice(at, 1);
      this.cancelled += 1;
      return true;
    };
  }

  #match(endpoint: number): void {
    const waiting = this.#listOf(this.#waiting, endpoint);
    const echoes = this.#listOf(this.#echoes, endpoint);
    while (waiting.length > 0 && echoes.length > 0) waiting.shift()?.complete(done(echoes.shift() ?? NOTHING));
  }

  #leave(): void {
    this.#host = undefined;
    this.#kept = NOTHING;
    this.#echoes.clear();
    this.#waiting.clear();
  }

  #listOf<T>(lists: Map<number, T[]>, endpoint: number): T[] {
    const list = lists.get(endpoint) ?? [];
    lists.set(endpoint, list);
    return list;
  }
}

function done(data: Uint8Array): Completion {
  return { status: 'done', data, actual: data.length };
}
