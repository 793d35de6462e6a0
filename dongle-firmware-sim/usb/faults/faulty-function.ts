import type { SetupPacket } from '../../../carriers/usbip/usbip-codec.ts';
import { BROADCAST, REPORT_ERRORS, readReport, reportsOf } from '../../../container/wire/report.ts';
import { ENDPOINT } from '../descriptors.ts';
import type { InAnswer, OutAnswer, UsbFunction } from '../usb-transfer.ts';
import type { FaultBoard, Passage } from './fault-board.ts';

/** Calls back after so many seconds. @returns ends the wait */
export type After = (seconds: number, over: () => void) => () => void;

/** Reports that wait for a computer to take them; one that takes none is told no more. */
const MOST_SAID = 256;

/** What waits at one endpoint: for its time, or, when it is lost, for ever. */
interface Held {
  /** What was to be carried, and by which a transfer to the dongle is known again. */
  readonly source: Uint8Array;
  readonly data: Uint8Array;
  isOver: boolean;
}

/**
 * One interface of the dongle behind the faults of its board: what its endpoints carry is lost, held back or changed on its way.
 * The order of each endpoint stays.
 */
export class FaultyFunction implements UsbFunction {
  onReady: () => void = () => undefined;
  readonly #inner: UsbFunction;
  readonly #board: FaultBoard;
  readonly #after: After;
  /** By the addresses of the endpoints. */
  readonly #held = new Map<number, Held>();
  readonly #endWaits = new Set<() => void>();
  /** What the dongle says by itself while it is to be busy. */
  #said: Uint8Array[] = [];

  constructor(inner: UsbFunction, board: FaultBoard, after: After) {
    this.#inner = inner;
    this.#board = board;
    this.#after = after;
    inner.onReady = () => this.onReady();
  }

  get endpoints(): readonly number[] {
    return this.#inner.endpoints;
  }

  request(setup: SetupPacket, data: Uint8Array): Uint8Array | 'stall' {
    if (isReset(setup)) this.#forget();
    return this.#inner.request(setup, data);
  }

  in(endpoint: number, length: number): InAnswer {
    for (;;) {
      if (this.#board.isGone) return 'wait';
      const held = this.#held.get(endpoint);
      if (held !== undefined) {
        if (!held.isOver) return 'wait';
        this.#held.delete(endpoint);
        return held.data;
      }
      const answer = this.#said.shift() ?? this.#inner.in(endpoint, length);
      if (typeof answer === 'string') return answer;
      const passage = this.#pass(endpoint, 'in', answer);
      if (passage.isCutOff) return 'wait';
      if (passage.isDropped) {
        if (!isOfReports(endpoint)) this.#held.set(endpoint, { source: answer, data: answer, isOver: false });
      } else if (passage.delay > 0) this.#hold(endpoint, answer, passage);
      else return passage.data;
    }
  }

  out(endpoint: number, data: Uint8Array): OutAnswer {
    if (this.#board.isGone) return 'wait';
    const held = this.#held.get(endpoint);
    // Another one has come where its computer has taken the one before back.
    if (held?.source === data) return held.isOver ? this.#take(endpoint, held) : 'wait';
    const passage = this.#pass(endpoint, 'out', data);
    if (passage.isCutOff) {
      if (passage.data.length > 0) this.#inner.out(endpoint, passage.data);
      return 'wait';
    }
    if (passage.isDropped) {
      if (isOfReports(endpoint)) return data.length;
      this.#held.set(endpoint, { source: data, data, isOver: false });
      return 'wait';
    }
    if (passage.delay > 0) {
      this.#hold(endpoint, data, passage);
      return 'wait';
    }
    return this.#take(endpoint, { source: data, data: passage.data });
  }

  haltCleared(endpoint: number): void {
    this.#inner.haltCleared(endpoint);
  }

  reset(): void {
    this.#forget();
    this.#inner.reset();
  }

  #pass(endpoint: number, direction: 'in' | 'out', data: Uint8Array): Passage {
    return isOfReports(endpoint) ? this.#board.report(direction, data) : this.#board.transfer(direction, data);
  }

  /** What has come through to the dongle. What cannot take it yet is asked again, and then it has come through before. */
  #take(endpoint: number, { source, data }: Pick<Held, 'source' | 'data'>): OutAnswer {
    const busy = this.#board.isBusy && isOfReports(endpoint) ? busyAnswer(data) : undefined;
    if (busy !== undefined) {
      this.#held.delete(endpoint);
      if (this.#said.length < MOST_SAID) this.#said.push(...busy);
      this.onReady();
      return data.length;
    }
    const answer = this.#inner.out(endpoint, data);
    if (answer === 'wait') this.#held.set(endpoint, { source, data, isOver: true });
    else this.#held.delete(endpoint);
    return answer;
  }

  #hold(endpoint: number, source: Uint8Array, { data, delay }: Passage): void {
    const held: Held = { source, data, isOver: false };
    this.#held.set(endpoint, held);
    const endWait = this.#after(delay, () => {
      held.isOver = true;
      this.#endWaits.delete(endWait);
      this.onReady();
    });
    this.#endWaits.add(endWait);
  }

  #forget(): void {
    for (const endWait of this.#endWaits) endWait();
    this.#endWaits.clear();
    this.#held.clear();
    this.#said = [];
  }
}

function isOfReports(endpoint: number): boolean {
  return endpoint === ENDPOINT.hidIn || endpoint === ENDPOINT.hidOut;
}

/** The class request with which a computer makes a disk begin anew. @see Bulk-Only Transport 1.0, 3.1 */
function isReset({ requestType, request }: SetupPacket): boolean {
  return requestType === 0x21 && request === 0xff;
}

/** What a busy dongle says to the beginning of a message; undefined to anything else. */
function busyAnswer(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const report = readReport(bytes);
  if (report?.position !== 'first' || report.kind !== 'message' || report.channel === BROADCAST) return undefined;
  return [...reportsOf(report.channel, 'error', Uint8Array.of(REPORT_ERRORS.busy))];
}
