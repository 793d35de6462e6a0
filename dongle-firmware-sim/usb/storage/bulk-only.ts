import type { SetupPacket } from '../../../carriers/usbip/usbip-codec.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { InAnswer, OutAnswer, UsbFunction } from '../usb-transfer.ts';
import { decodeCommandWrapper, encodeStatusWrapper, STATUS_LENGTH, type StatusWrapper } from './command-wrapper.ts';
import { type DataIn, type DataOut, dataPhaseOf } from './data-phase.ts';
import type { ScsiTarget } from './scsi-target.ts';

const INTERFACE = 1;
const BULK_IN = 0x82;
const BULK_OUT = 0x02;

/** Class requests of the interface. @see Bulk-Only Transport 1.0, 3.1 and 3.2 */
const RESET = { requestType: 0x21, request: 0xff, value: 0, index: INTERFACE, length: 0 };
const GET_MAX_LUN = { requestType: 0xa1, request: 0xfe, value: 0, index: INTERFACE, length: 1 };

function isRequest(setup: SetupPacket, wanted: SetupPacket): boolean {
  return (
    setup.requestType === wanted.requestType &&
    setup.request === wanted.request &&
    setup.value === wanted.value &&
    setup.index === wanted.index &&
    setup.length === wanted.length
  );
}

/** Where the transport is between two commands. */
type State =
  | { readonly name: 'ready' }
  | { readonly name: 'data in'; readonly tag: number; readonly data: DataIn }
  | { readonly name: 'data out'; readonly tag: number; readonly data: DataOut }
  /** The IN endpoint is halted; then comes the status. */
  | { readonly name: 'stalled'; readonly wrapper: StatusWrapper }
  /** `unasked`: bytes of the data phase for which transfers may still come, although it has ended. */
  | { readonly name: 'status'; readonly wrapper: StatusWrapper; readonly unasked: number }
  /** What came was no command. Only the class request to reset ends it. */
  | { readonly name: 'lost' };

const READY: State = { name: 'ready' };

/**
 * The mass storage interface of the dongle: commands, data and status over two bulk endpoints, one command at a time.
 *
 * One call for a transfer, however long: what it answers is the whole answer, and status is never in one transfer with data. After
 * anything that is no command it stalls what is asked for and drops what is sent, until reset recovery. `onReady` may be called
 * while a transfer is still being answered.
 *
 * @see Universal Serial Bus Mass Storage Class, Bulk-Only Transport 1.0
 */
export class BulkOnly implements UsbFunction {
  readonly endpoints: readonly number[] = [BULK_IN, BULK_OUT];
  onReady: () => void = () => undefined;
  readonly #target: ScsiTarget;
  #state: State = READY;

  constructor(target: ScsiTarget) {
    this.#target = target;
  }

  request(setup: SetupPacket): Uint8Array | 'stall' {
    if (isRequest(setup, GET_MAX_LUN)) return Uint8Array.of(this.#target.lastLun);
    if (!isRequest(setup, RESET)) return 'stall';
    this.#state = READY;
    this.onReady();
    return NO_BYTES;
  }

  in(_endpoint: number, length: number): InAnswer {
    const state = this.#state;
    switch (state.name) {
      case 'ready':
      case 'data out':
        return 'wait';
      case 'stalled':
      case 'lost':
        return 'stall';
      case 'data in':
        return this.#giveData(state, length);
      case 'status':
        return this.#giveStatus(state, length);
    }
  }

  out(_endpoint: number, data: Uint8Array): OutAnswer {
    const state = this.#state;
    switch (state.name) {
      case 'ready':
        this.#state = this.#begin(data);
        if (this.#state.name !== 'data out') this.onReady();
        return data.length;
      case 'data out':
        return this.#takeData(state, data);
      case 'lost':
        return data.length;
      default:
        return 'wait';
    }
  }

  haltCleared(endpoint: number): void {
    const state = this.#state;
    if (endpoint === BULK_IN && state.name === 'stalled')
      this.#state = { name: 'status', wrapper: state.wrapper, unasked: 0 };
  }

  reset(): void {
    this.#state = READY;
    this.#target.reset();
  }

  #begin(bytes: Uint8Array): State {
    const wrapper = decodeCommandWrapper(bytes, this.#target.lastLun);
    if (wrapper === undefined) return { name: 'lost' };
    const { tag } = wrapper;
    const phase = dataPhaseOf(wrapper, this.#target.begin(wrapper.lun, wrapper.cdb));
    switch (phase.kind) {
      case 'none':
        return { name: 'status', wrapper: { tag, ...phase.outcome }, unasked: 0 };
      case 'stall':
        return { name: 'stalled', wrapper: { tag, ...phase.outcome } };
      case 'in':
        return { name: 'data in', tag, data: phase.data };
      case 'out':
        return { name: 'data out', tag, data: phase.data };
    }
  }

  #giveData({ tag, data }: Extract<State, { name: 'data in' }>, length: number): InAnswer {
    const bytes = data.give(length);
    if (data.isOver) {
      const wrapper = { tag, ...data.outcome };
      this.#state =
        bytes === 'stall' ? { name: 'stalled', wrapper } : { name: 'status', wrapper, unasked: data.unasked };
    }
    return bytes;
  }

  #takeData({ tag, data }: Extract<State, { name: 'data out' }>, bytes: Uint8Array): number {
    const taken = data.take(bytes);
    const outcome = data.outcome();
    if (outcome !== undefined) {
      this.#state = { name: 'status', wrapper: { tag, ...outcome }, unasked: 0 };
      this.onReady();
    }
    return taken;
  }

  #giveStatus(state: Extract<State, { name: 'status' }>, length: number): InAnswer {
    const { wrapper, unasked } = state;
    // A host that made several transfers of its data phase at once has some left when it ends early. None of them is for the status.
    if (length !== STATUS_LENGTH && length <= unasked) {
      this.#state = { ...state, unasked: unasked - length };
      return NO_BYTES;
    }
    if (length < STATUS_LENGTH) {
      this.#state = { name: 'stalled', wrapper };
      return 'stall';
    }
    this.#state = READY;
    this.onReady();
    return encodeStatusWrapper(wrapper);
  }
}
