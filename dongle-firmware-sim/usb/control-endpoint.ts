import type { SetupPacket } from '../../carriers/usbip/usbip-codec.ts';
import {
  CONFIGURATION,
  configurationDescriptor,
  DESCRIPTOR,
  deviceDescriptor,
  qualifierDescriptor,
  stringDescriptor,
} from './descriptors.ts';
import type { UsbIdentity } from './usb-identity.ts';
import type { UsbFunction } from './usb-transfer.ts';

/** Standard requests. @see USB 2.0, table 9-4 */
export const REQUEST = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  setAddress: 5,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;

const ENDPOINT_HALT = 0;
const NOTHING = new Uint8Array();
const TWO_ZEROS = new Uint8Array(2);

/** What a request is about. @see USB 2.0, table 9-2 */
const RECIPIENTS = ['device', 'interface', 'endpoint'] as const;
const IN = 0x80;
const STANDARD = 0;
const CLASS = 1;

type Answer = Uint8Array | 'stall';

/** What the control endpoint has to do with the others. */
export interface Endpoints {
  isHalted(address: number): boolean;
  halt(address: number): void;
  clearHalt(address: number): void;
  /** Everything begins from the start: halts, and the functions themselves. */
  reset(): void;
}

/** Chapter 9: the requests to endpoint 0. What is not understood is stalled. */
export class ControlEndpoint {
  readonly #identity: UsbIdentity;
  /** By the number of their interface. */
  readonly #functions: readonly UsbFunction[];
  readonly #endpoints: Endpoints;
  #configuration = 0;

  constructor(identity: UsbIdentity, functions: readonly UsbFunction[], endpoints: Endpoints) {
    this.#identity = identity;
    this.#functions = functions;
    this.#endpoints = endpoints;
  }

  /** Whether the endpoints of the functions are in use. */
  get isConfigured(): boolean {
    return this.#configuration !== 0;
  }

  /** The host is gone. */
  detach(): void {
    this.#configure(0);
  }

  /** @returns the data of an IN request, no more than was asked for; nothing for an OUT request */
  answer(setup: SetupPacket, data: Uint8Array): Answer {
    const answer = this.#answer(setup, data);
    return answer === 'stall' ? answer : answer.subarray(0, setup.length);
  }

  #answer(setup: SetupPacket, data: Uint8Array): Answer {
    const kind = (setup.requestType >> 5) & 3;
    const recipient = RECIPIENTS[setup.requestType & 0x1f];
    if (kind === CLASS && recipient === 'interface') return this.#ofFunction(setup, data);
    if (kind !== STANDARD) return 'stall';
    switch (recipient) {
      case 'device':
        return isIn(setup) ? this.#readDevice(setup) : this.#changeDevice(setup);
      case 'interface':
        return this.#interface(setup, data);
      case 'endpoint':
        return this.#endpoint(setup);
      default:
        return 'stall';
    }
  }

  #readDevice({ request, value }: SetupPacket): Answer {
    switch (request) {
      case REQUEST.getStatus:
        return TWO_ZEROS;
      case REQUEST.getDescriptor:
        return this.#descriptor(value >> 8, value & 0xff);
      case REQUEST.getConfiguration:
        return Uint8Array.of(this.#configuration);
      default:
        return 'stall';
    }
  }

  #descriptor(type: number, index: number): Answer {
    const identity = this.#identity;
    if (type === DESCRIPTOR.string) return stringDescriptor(identity, index) ?? 'stall';
    if (index !== 0) return 'stall';
    switch (type) {
      case DESCRIPTOR.device:
        return deviceDescriptor(identity);
      case DESCRIPTOR.qualifier:
        return qualifierDescriptor();
      case DESCRIPTOR.configuration:
      case DESCRIPTOR.otherSpeed:
        return configurationDescriptor(identity, type);
      default:
        return 'stall';
    }
  }

  #changeDevice({ request, value }: SetupPacket): Answer {
    // The bus hands out addresses; nothing here depends on them.
    if (request === REQUEST.setAddress) return NOTHING;
    if (request !== REQUEST.setConfiguration || (value !== 0 && value !== CONFIGURATION)) return 'stall';
    this.#configure(value);
    return NOTHING;
  }

  #configure(value: number): void {
    this.#configuration = value;
    this.#endpoints.reset();
  }

  #interface(setup: SetupPacket, data: Uint8Array): Answer {
    const found = this.#functions[setup.index];
    if (!this.isConfigured || found === undefined) return 'stall';
    if (isIn(setup)) {
      if (setup.request === REQUEST.getStatus) return TWO_ZEROS;
      if (setup.request === REQUEST.getInterface) return new Uint8Array(1);
      if (setup.request === REQUEST.getDescriptor) return found.request(setup, data);
      return 'stall';
    }
    if (setup.request !== REQUEST.setInterface || setup.value !== 0) return 'stall';
    for (const address of found.endpoints) this.#endpoints.clearHalt(address);
    return NOTHING;
  }

  #endpoint(setup: SetupPacket): Answer {
    const address = setup.index;
    if ((address & 0x7f) === 0) return isIn(setup) && setup.request === REQUEST.getStatus ? TWO_ZEROS : 'stall';
    if (!this.isConfigured || !this.#functions.some(({ endpoints }) => endpoints.includes(address))) return 'stall';
    if (isIn(setup)) {
      if (setup.request !== REQUEST.getStatus) return 'stall';
      return Uint8Array.of(this.#endpoints.isHalted(address) ? 1 : 0, 0);
    }
    if (setup.value !== ENDPOINT_HALT) return 'stall';
    if (setup.request === REQUEST.setFeature) this.#endpoints.halt(address);
    else if (setup.request === REQUEST.clearFeature) this.#endpoints.clearHalt(address);
    else return 'stall';
    return NOTHING;
  }

  #ofFunction(setup: SetupPacket, data: Uint8Array): Answer {
    const found = this.#functions[setup.index];
    return !this.isConfigured || found === undefined ? 'stall' : found.request(setup, data);
  }
}

function isIn({ requestType }: SetupPacket): boolean {
  return (requestType & IN) !== 0;
}
