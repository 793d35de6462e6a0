import { ControlEndpoint } from './control-endpoint.ts';
import { CONFIGURATION, INTERFACES, RELEASE } from './descriptors.ts';
import type { ExportedDescription, ExportedDevice } from './exported-device.ts';
import type { UsbIdentity } from './usb-identity.ts';
import type { Completion, InAnswer, OutAnswer, Transfer, UsbFunction } from './usb-transfer.ts';

type UsbHost = Parameters<ExportedDevice['attach']>[0];

interface Pending {
  readonly transfer: Exclude<Transfer, { readonly endpoint: 0 }>;
  readonly complete: (completion: Completion) => void;
}

const STALL: Completion = { status: 'stall' };
const NOTHING = new Uint8Array();
const IN = 0x80;

/**
 * The dongle on a bus: endpoint 0, and the endpoints of its functions. A transfer that cannot be answered yet is held. The
 * transfers of one endpoint are answered in their order, and no endpoint waits for another one.
 */
export class UsbDevice implements ExportedDevice {
  readonly description: ExportedDescription;
  readonly #control: ControlEndpoint;
  /** By the addresses of their endpoints. */
  readonly #functions: ReadonlyMap<number, UsbFunction>;
  readonly #queues = new Map<number, Pending[]>();
  readonly #halted = new Set<number>();
  readonly #onHost: (isThere: boolean) => void;
  #host: UsbHost | null = null;
  #isAnswering = false;

  /**
   * @param functions by the number of their interface
   * @param onHost is told when a host takes it, and when that one is gone
   */
  constructor(
    identity: UsbIdentity,
    functions: readonly UsbFunction[],
    onHost: (isThere: boolean) => void = () => undefined,
  ) {
    this.#onHost = onHost;
    this.description = describe(identity);
    this.#functions = new Map(functions.flatMap((one) => one.endpoints.map((address) => [address, one] as const)));
    this.#control = new ControlEndpoint(identity, functions, {
      isHalted: (address) => this.#halted.has(address),
      halt: (address) => this.#halt(address),
      clearHalt: (address) => this.#clearHalt(address),
      reset: () => this.#reset(functions),
    });
    for (const one of functions) one.onReady = () => this.#answerAll();
  }

  /** A host takes it; false when another one has it. */
  attach(host: UsbHost): boolean {
    if (this.#host !== null) return false;
    this.#host = host;
    this.#onHost(true);
    return true;
  }

  /** The host is gone: what was pending is dropped, and everything begins from the start. Repeatable. */
  detach(): void {
    const wasAttached = this.#host !== null;
    this.#host = null;
    this.#queues.clear();
    this.#control.detach();
    if (wasAttached) this.#onHost(false);
  }

  /** Pulls it out of its host, if it has one. */
  unplug(): void {
    const host = this.#host;
    this.detach();
    host?.unplugged();
  }

  /**
   * Asks for a transfer.
   *
   * @param complete is called once, perhaps before this returns, unless the transfer is cancelled or the device detached
   * @returns cancels it; true when it was pending still
   */
  submit(transfer: Transfer, complete: (completion: Completion) => void): () => boolean {
    if (!isData(transfer)) {
      const answer = this.#control.answer(transfer.setup, transfer.data);
      complete(answer === 'stall' ? STALL : done(answer, answer.length || transfer.data.length));
      return () => false;
    }
    const address = addressOf(transfer);
    if (!this.#control.isConfigured || !this.#functions.has(address)) {
      complete(STALL);
      return () => false;
    }
    const pending = { transfer, complete };
    const queue = this.#queueOf(address);
    queue.push(pending);
    this.#answerAll();
    return () => {
      const at = queue.indexOf(pending);
      if (at !== -1) queue.splice(at, 1);
      return at !== -1;
    };
  }

  /** Answers what can be answered; what is submitted or becomes ready meanwhile, too. */
  #answerAll(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    try {
      while ([...this.#queues].some(([address, queue]) => this.#answerFirst(address, queue)));
    } finally {
      this.#isAnswering = false;
    }
  }

  /** @returns whether it could be answered */
  #answerFirst(address: number, queue: Pending[]): boolean {
    const [first] = queue;
    if (first === undefined) return false;
    const answer = this.#halted.has(address) ? 'stall' : this.#ask(address, first.transfer);
    if (answer === 'wait') return false;
    if (answer === 'stall') this.#halted.add(address);
    queue.shift();
    first.complete(answer === 'stall' ? STALL : typeof answer === 'number' ? done(NOTHING, answer) : done(answer));
    return true;
  }

  #ask(address: number, transfer: Pending['transfer']): InAnswer | OutAnswer {
    const one = this.#functions.get(address);
    if (one === undefined) return 'stall';
    return transfer.direction === 'in' ? one.in(address, transfer.length) : one.out(address, transfer.data);
  }

  #queueOf(address: number): Pending[] {
    const queue = this.#queues.get(address) ?? [];
    this.#queues.set(address, queue);
    return queue;
  }

  /** What is held there stalls, too. */
  #halt(address: number): void {
    this.#halted.add(address);
    this.#answerAll();
  }

  #clearHalt(address: number): void {
    this.#halted.delete(address);
    this.#functions.get(address)?.haltCleared(address);
    this.#answerAll();
  }

  #reset(functions: readonly UsbFunction[]): void {
    this.#halted.clear();
    for (const one of functions) one.reset();
  }
}

function describe({ vendor, product }: UsbIdentity): ExportedDescription {
  const ofInterfaces = { deviceClass: 0, deviceSubclass: 0, deviceProtocol: 0 };
  const configured = { configurationValue: CONFIGURATION, interfaces: INTERFACES };
  return { vendor, product, release: RELEASE, speed: 'high', ...ofInterfaces, ...configured };
}

function isData(transfer: Transfer): transfer is Pending['transfer'] {
  return 'direction' in transfer;
}

function addressOf({ endpoint, direction }: Pending['transfer']): number {
  return direction === 'in' ? endpoint | IN : endpoint;
}

function done(data: Uint8Array, actual = data.length): Completion {
  return { status: 'done', data, actual };
}
