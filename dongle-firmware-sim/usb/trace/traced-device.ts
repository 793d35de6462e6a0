import { isToHost } from '../../../carriers/usbip/usbip-codec.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { ENDPOINT } from '../descriptors.ts';
import type { ExportedDescription, ExportedDevice } from '../exported-device.ts';
import type { Completion, Transfer } from '../usb-transfer.ts';
import { TRACE_ERRNO, type UsbEvent } from './usbmon-record.ts';

/** Where the events of a device go. */
export interface TraceOf {
  readonly bus: number;
  readonly device: number;
  /** bInterval of its reports. */
  readonly interval: number;
  /** Microseconds since 1970. */
  readonly moment: () => number;
  /** A number that no other transfer of the trace has. */
  readonly id: () => number;
  readonly record: (event: UsbEvent) => void;
}

/** What both events of a transfer have in common. */
type Asked = Pick<UsbEvent, 'id' | 'bus' | 'device' | 'type' | 'endpoint' | 'interval'> & { readonly length: number };

const IN = 0x80;
const REPORTS: ReadonlySet<number> = new Set([ENDPOINT.hidIn, ENDPOINT.hidOut]);

/** A device of which all transfers are recorded: when each is asked for, and what its host is told of it. It is the same device otherwise. */
export class TracedDevice implements ExportedDevice {
  readonly #device: ExportedDevice;
  readonly #trace: TraceOf;
  readonly #pending = new Map<number, Asked>();

  constructor(device: ExportedDevice, trace: TraceOf) {
    this.#device = device;
    this.#trace = trace;
  }

  get description(): ExportedDescription {
    return this.#device.description;
  }

  attach(host: Parameters<ExportedDevice['attach']>[0]): boolean {
    return this.#device.attach(host);
  }

  detach(): void {
    this.#device.detach();
    this.#endAll();
  }

  unplug(): void {
    this.#device.unplug();
    this.#endAll();
  }

  submit(transfer: Transfer, complete: (completion: Completion) => void): () => boolean {
    const asked = this.#asked(transfer);
    this.#pending.set(asked.id, asked);
    this.#record({ ...asked, kind: 'submit', ...sentWith(transfer) });
    const cancel = this.#device.submit(transfer, (completion) => {
      if (this.#pending.has(asked.id)) this.#end(asked, outcomeOf(asked, completion));
      complete(completion);
    });
    return () => {
      // The host is told that it was taken back even where the device has lost it.
      if (this.#pending.has(asked.id)) this.#end(asked, failed(TRACE_ERRNO.ECONNRESET));
      return cancel();
    };
  }

  #asked(transfer: Transfer): Asked {
    const { id, bus, device, interval } = this.#trace;
    const { endpoint, length } = askedFor(transfer);
    const type = transfer.endpoint === 0 ? 'control' : REPORTS.has(endpoint) ? 'interrupt' : 'bulk';
    // At high speed: 2^(bInterval - 1) microframes.
    return { id: id(), bus, device, type, endpoint, interval: type === 'interrupt' ? 2 ** (interval - 1) : 0, length };
  }

  #end(asked: Asked, outcome: Outcome): void {
    this.#pending.delete(asked.id);
    this.#record({ ...asked, kind: 'complete', ...outcome });
  }

  #endAll(): void {
    for (const asked of this.#pending.values()) this.#end(asked, failed(TRACE_ERRNO.ESHUTDOWN));
  }

  #record(event: WithoutMoment<UsbEvent>): void {
    this.#trace.record({ ...event, moment: this.#trace.moment() });
  }
}

type WithoutMoment<T> = T extends UsbEvent ? Omit<T, 'moment'> : never;
type Outcome = Pick<Extract<UsbEvent, { readonly kind: 'complete' }>, 'status' | 'length' | 'data'>;

/** The address of the endpoint, whose bit 7 says where the data of a control transfer goes, too; and bytes at most. */
function askedFor(transfer: Transfer): { readonly endpoint: number; readonly length: number } {
  if (!('direction' in transfer)) {
    const isIn = isToHost(transfer.setup);
    return { endpoint: isIn ? IN : 0, length: isIn ? transfer.setup.length : transfer.data.length };
  }
  return transfer.direction === 'in'
    ? { endpoint: transfer.endpoint | IN, length: transfer.length }
    : { endpoint: transfer.endpoint, length: transfer.data.length };
}

function sentWith(transfer: Transfer): Pick<Extract<UsbEvent, { readonly kind: 'submit' }>, 'setup' | 'data'> {
  const setup = 'setup' in transfer ? transfer.setup : undefined;
  return { setup, data: 'data' in transfer ? transfer.data : NO_BYTES };
}

/** What the host is told, as the server tells it. */
function outcomeOf({ endpoint, length }: Asked, completion: Completion): Outcome {
  if (completion.status === 'stall') return failed(TRACE_ERRNO.EPIPE);
  const data = endpoint >= IN ? completion.data : NO_BYTES;
  const actual = endpoint >= IN ? data.length : completion.actual;
  return actual > length ? failed(TRACE_ERRNO.EOVERFLOW) : { status: 0, length: actual, data };
}

function failed(errno: number): Outcome {
  return { status: -errno, length: 0, data: NO_BYTES };
}
