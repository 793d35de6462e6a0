import type { SetupPacket } from '../../carriers/usbip/usbip-codec.ts';
import { REPORT_SIZE } from '../../container/wire/report.ts';
import { DESCRIPTOR, ENDPOINT, HID_DESCRIPTOR, REPORT_DESCRIPTOR } from './descriptors.ts';
import type { InAnswer, OutAnswer, UsbFunction } from './usb-transfer.ts';

/** What speaks in reports. */
export interface ReportSink {
  /** A report from the host, of REPORT_SIZE bytes. */
  receive(report: Uint8Array): void;
  /** The next report for the host; undefined when there is none. */
  next(): Uint8Array | undefined;
  /** The host begins from the start, or is gone. */
  reset(): void;
  /** Is told when there is a report for the host again. Set once. */
  onReport: () => void;
}

/** Requests of the class. @see HID 1.11, 7.2 */
const REQUEST = { getReport: 1, getIdle: 2, setReport: 9, setIdle: 10 } as const;
const GET_DESCRIPTOR = 6;
const INPUT = 1;
const OUTPUT = 2;
const IN = 0x80;
const NOTHING = new Uint8Array();

/** The interface for commands: reports there and back. A report of another size is dropped. @see HID 1.11 */
export class HidFunction implements UsbFunction {
  readonly endpoints = [ENDPOINT.hidIn, ENDPOINT.hidOut] as const;
  onReady: () => void = () => undefined;
  readonly #sink: ReportSink;
  /** In steps of 4 ms; 0: only what is new is reported, which is always so here. */
  #idle = 0;
  #last = new Uint8Array(REPORT_SIZE);

  constructor(sink: ReportSink) {
    this.#sink = sink;
    sink.onReport = () => this.onReady();
  }

  request(setup: SetupPacket, data: Uint8Array): Uint8Array | 'stall' {
    const { requestType, request, value } = setup;
    const [type, id] = [value >> 8, value & 0xff];
    if ((requestType & 0x60) === 0)
      return request === GET_DESCRIPTOR && (requestType & IN) !== 0 && id === 0 ? descriptorOf(type) : 'stall';
    if (id !== 0) return 'stall';
    switch (requestType & IN ? request : -request) {
      case REQUEST.getReport:
        return type === INPUT ? this.#last : 'stall';
      case REQUEST.getIdle:
        return Uint8Array.of(this.#idle);
      case -REQUEST.setIdle:
        this.#idle = type;
        return NOTHING;
      case -REQUEST.setReport:
        return type === OUTPUT && this.#take(data) ? NOTHING : 'stall';
      default:
        return 'stall';
    }
  }

  in(_: number, length: number): InAnswer {
    const report = this.#sink.next();
    if (report === undefined) return 'wait';
    this.#last = report.slice();
    return report.subarray(0, length);
  }

  out(_: number, data: Uint8Array): OutAnswer {
    this.#take(data);
    return data.length;
  }

  haltCleared(): void {
    this.onReady();
  }

  reset(): void {
    this.#idle = 0;
    this.#last = new Uint8Array(REPORT_SIZE);
    this.#sink.reset();
  }

  #take(data: Uint8Array): boolean {
    if (data.length !== REPORT_SIZE) return false;
    this.#sink.receive(data);
    return true;
  }
}

function descriptorOf(type: number): Uint8Array | 'stall' {
  if (type === DESCRIPTOR.hid) return HID_DESCRIPTOR;
  return type === DESCRIPTOR.report ? REPORT_DESCRIPTOR : 'stall';
}
