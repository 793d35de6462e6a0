import type { SetupPacket } from '../../../../../carriers/usbip/usbip-codec.ts';
import { concatBytes, equalBytes } from '../../../../../container/model/bytes.ts';
import type { UsbDevice } from '../../../../../dongle-firmware-sim/usb/usb-device.ts';
import type { Completion, Transfer } from '../../../../../dongle-firmware-sim/usb/usb-transfer.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';
import { anySetup } from './control-grammar.ts';
import { Script } from './script.ts';
import { wholeDongle } from './whole-dongle.ts';

const SETUP = 8;
/** Bytes of a request to the device that a script holds. */
const MOST_DATA = 64;
const ENDPOINTS = [0x81, 0x01, 0x82, 0x02];
const REQUEST = { getStatus: 0, clearFeature: 1, setFeature: 3, getConfiguration: 8, setConfiguration: 9 } as const;
const NOTHING = new Uint8Array();

/** What a host knows of a device from what it was answered. */
interface Known {
  configuration: number;
  readonly halted: Set<number>;
}

/** Asks for a transfer, which is answered once or held. */
function asked(device: UsbDevice, transfer: Transfer): Completion | 'held' {
  const completions: Completion[] = [];
  const cancel = device.submit(transfer, (completion) => completions.push(completion));
  const [first] = completions;
  if (completions.length > 1) throw new Broken('a transfer is answered twice');
  if (cancel() === (first !== undefined)) throw new Broken('a transfer that is answered can be taken back');
  return first ?? 'held';
}

function control(device: UsbDevice, setup: SetupPacket, data: Uint8Array): Completion {
  const completion = asked(device, { endpoint: 0, setup, data });
  if (completion === 'held') throw new Broken('a control request is held');
  if (completion.status === 'done' && completion.data.length > setup.length)
    throw new Broken(`${completion.data.length} bytes are answered to a request for ${setup.length}`);
  return completion;
}

/** What USB 2.0 says of a request that was answered, where it says it of every device. @see USB 2.0, 9.4 */
function check(known: Known, { requestType, request, value, index, length }: SetupPacket, data: Uint8Array): void {
  const whole = (wanted: readonly number[]): void => {
    if (!equalBytes(data, Uint8Array.from(wanted.slice(0, length)))) throw new Broken(`it answers ${data.join()}`);
  };
  if (requestType === 0x80 && request === REQUEST.getConfiguration) whole([known.configuration]);
  if (requestType === 0x82 && request === REQUEST.getStatus) whole([known.halted.has(index) ? 1 : 0, 0]);
  if (requestType === 0x02 && request === REQUEST.setFeature && value === 0) known.halted.add(index);
  if (requestType === 0x02 && request === REQUEST.clearFeature && value === 0) known.halted.delete(index);
  if (requestType === 0x00 && request === REQUEST.setConfiguration) {
    known.configuration = value;
    known.halted.clear();
  }
  if (requestType === 0x01 && request === 11)
    for (const address of index === 0 ? [0x81, 0x01] : [0x82, 0x02]) known.halted.delete(address);
  const isDescriptor = requestType === 0x80 && request === 6 && data.length > 1;
  if (isDescriptor && data[1] !== value >> 8) throw new Broken('another descriptor is answered');
}

/** Endpoints are as the host knows them: halted ones stall, others hold what they have nothing for, and without a configuration none is there. */
function checkEndpoints(device: UsbDevice, { configuration, halted }: Known): void {
  for (const address of ENDPOINTS.filter((one) => one >= 0x80)) {
    const answer = asked(device, { endpoint: address & 0x7f, direction: 'in', length: 64 });
    const isStall = answer !== 'held' && answer.status === 'stall';
    if (isStall !== (configuration === 0 || halted.has(address)))
      throw new Broken(`endpoint ${address} is another way`);
    // A report that came by a request may be answered by another one; a disk says nothing by itself.
    const isTold = answer !== 'held' && !isStall;
    if (isTold && address !== 0x81) throw new Broken(`endpoint ${address} answers what nobody has asked`);
  }
}

function requested(input: Uint8Array, packet: () => void): Verdict {
  const script = new Script(input);
  const device = wholeDongle();
  device.attach({ unplugged: () => undefined });
  const known: Known = { configuration: 0, halted: new Set() };
  let answered = 0;
  while (!script.isOver) {
    const view = new DataView(script.take(SETUP).buffer);
    const [value, index, length] = [view.getUint16(2, true), view.getUint16(4, true), view.getUint16(6, true)];
    const setup = { requestType: view.getUint8(0), request: view.getUint8(1), value, index, length };
    const isIn = setup.requestType >= 0x80 && length > 0;
    const data = isIn ? NOTHING : script.take(Math.min(length, MOST_DATA));
    packet();
    const completion = control(device, setup, data);
    if (completion.status === 'done') {
      answered += 1;
      check(known, setup, completion.data);
    }
    checkEndpoints(device, known);
  }
  const configured = control(device, { requestType: 0, request: 9, value: 1, index: 0, length: 0 }, NOTHING);
  if (configured.status === 'stall') throw new Broken('it cannot be configured any more');
  checkEndpoints(device, { configuration: 1, halted: new Set() });
  return answered > 0 ? 'accepted' : 'refused';
}

function requests(random: Random): Uint8Array {
  const parts = Array.from({ length: 1 + random.below(12) }, (_, at) => {
    const isFirst = at === 0 && !random.oneIn(4);
    return setupPacket(
      random,
      isFirst ? { requestType: 0, request: 9, value: 1, index: 0, length: 0 } : anySetup(random),
    );
  });
  const bytes = concatBytes(...parts);
  return random.oneIn(4) ? mutated(random, bytes, [bytes]) : bytes;
}

function setupPacket(random: Random, { requestType, request, value, index, length }: SetupPacket): Uint8Array {
  const isIn = requestType >= 0x80 && length > 0;
  const bytes = new Uint8Array(SETUP);
  const view = new DataView(bytes.buffer);
  bytes.set([requestType, request]);
  for (const [at, word] of [value, index, length].entries()) view.setUint16(2 + 2 * at, word, true);
  return concatBytes(bytes, isIn ? NOTHING : random.bytes(Math.min(length, MOST_DATA)));
}

/** Endpoint 0 of a dongle, for requests of any kind. */
export function controlTarget(): FuzzTarget {
  return { name: 'control requests', thousands: 20, make: requests, give: requested };
}
