import type { Facts } from '../../../../../carriers/server/server-port.ts';
import { encodeImportRequest } from '../../../../../carriers/usbip/device-messages.ts';
import { encodeCmdSubmit, NO_SETUP } from '../../../../../carriers/usbip/usbip-codec.ts';
import { concatBytes, equalBytes } from '../../../../../container/model/bytes.ts';
import type { ExportedDevice } from '../../../../../dongle-firmware-sim/usb/exported-device.ts';
import { UsbipSession } from '../../../../../dongle-firmware-sim/usb/usbip-session.ts';
import { commandWrapper } from '../../../../dongle-firmware-sim/usb/storage/storage-host.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import { ClientWords } from './usbip-grammar.ts';
import { wholeDongle } from './whole-dongle.ts';

const HEADER = 48;
const [SUBMIT, UNLINK, SUBMITTED] = [1, 2, 3];
const ECONNRESET = -104;
/** Transfers that may be under way. */
const MOST_HELD = 1024;
const IMPORT_REQUEST = 40;
const IMPORTED = 320;
const REFUSED = 8;
const NOT_AVAILABLE = 1;

type Devices = ReadonlyMap<string, ExportedDevice>;

function dongles(): Devices {
  return new Map([
    ['1-1', wholeDongle()],
    ['1-2', wholeDongle()],
  ]);
}

interface Asked {
  readonly isIn: boolean;
  readonly length: number;
}

/** One client's session, watched from the client's side: every transfer is answered once, or taken back and never answered. */
class WatchedSession {
  readonly sent: Uint8Array[] = [];
  readonly session: UsbipSession;
  answered = 0;
  isOver = false;
  isFull: () => boolean = () => false;
  /** What is under way, as the client knows it; undefined where nobody keeps count. */
  readonly #held: Map<number, Asked> | undefined;
  #defect: unknown;
  readonly #unlinks = new Map<number, number>();

  constructor(devices: Devices, isCounted: boolean) {
    this.#held = isCounted ? new Map() : undefined;
    const over = (): void => {
      if (this.isOver) throw new Broken('a connection is closed twice');
      this.isOver = true;
    };
    const outlet = {
      write: (header: Uint8Array, data: Uint8Array): boolean => this.#written(header, data),
      end: over,
      abort: over,
    };
    const quiet = (): void => undefined;
    const failed = (event: string, { error }: Facts = {}): void => {
      this.#defect = error ?? new Broken(event);
    };
    const log = { info: quiet, warn: quiet, error: failed };
    this.session = new UsbipSession({ devices, outlet, log, connection: 1 });
  }

  hear(bytes: Uint8Array): void {
    this.session.arrived(bytes.slice());
    if (this.#defect !== undefined) throw this.#defect;
  }

  /** Hears bytes one message after the other. */
  hearAll(input: Uint8Array, packet: () => void): void {
    packet();
    this.hear(input.subarray(0, IMPORT_REQUEST));
    for (let at = IMPORT_REQUEST; at < input.length; ) {
      const length = this.session.isAttached ? this.#note(input.subarray(at)) : input.length - at;
      packet();
      this.hear(input.subarray(at, at + length));
      at += length;
      if ((this.#held?.size ?? 0) > MOST_HELD && !this.isOver) throw new Broken('more is held than may be');
    }
  }

  /** Notes what the next message asks for. @returns its bytes */
  #note(rest: Uint8Array): number {
    const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
    if (rest.length < HEADER) return rest.length;
    const [command, seqnum, isIn, length] = [0, 4, 0x0c, 0x18].map((at) => view.getUint32(at)) as [
      number,
      number,
      number,
      number,
    ];
    if (command === UNLINK) this.#unlinks.set(seqnum, view.getUint32(0x14));
    if (command !== SUBMIT) return HEADER;
    if (isIn === 0 && rest.length - HEADER < length) return rest.length;
    this.#held?.set(seqnum, { isIn: isIn === 1, length });
    return isIn === 0 ? HEADER + length : HEADER;
  }

  #written(header: Uint8Array, data: Uint8Array): boolean {
    if (this.isOver) throw new Broken('something is sent behind the end');
    this.sent.push(header, data);
    if (this.#held !== undefined && header.length === HEADER) this.#check(this.#held, header, data);
    return !this.isFull();
  }

  #check(held: Map<number, Asked>, header: Uint8Array, data: Uint8Array): void {
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    const [seqnum, status, actual] = [view.getUint32(4), view.getInt32(0x14), view.getUint32(0x18)];
    if (view.getUint32(0) !== SUBMITTED) {
      this.#checkUnlink(held, seqnum, status);
      return;
    }
    const asked = held.get(seqnum);
    if (asked === undefined) throw new Broken('a transfer is answered that is not under way');
    held.delete(seqnum);
    if (actual > asked.length) throw new Broken(`a transfer of ${asked.length} bytes has carried ${actual}`);
    if (data.length !== (asked.isIn ? actual : 0)) throw new Broken(`${data.length} bytes are sent for ${actual}`);
    if (status === 0) this.answered += 1;
  }

  #checkUnlink(held: Map<number, Asked>, seqnum: number, status: number): void {
    const target = this.#unlinks.get(seqnum);
    if (target === undefined) throw new Broken('an unlink is answered that nobody has asked for');
    if (held.has(target) !== (status === ECONNRESET)) throw new Broken(`an unlink is answered with ${status}`);
    held.delete(target);
  }
}

/** One that imports a device, and is told that it has it. */
function importing(devices: Devices, busid: string): WatchedSession {
  const client = new WatchedSession(devices, false);
  client.hear(encodeImportRequest(busid));
  return client;
}

function submit(
  seqnum: number,
  devid: number,
  endpoint: number,
  data: Uint8Array | number,
  setup = NO_SETUP,
): Uint8Array {
  if (typeof data === 'number')
    return encodeCmdSubmit({ seqnum, devid, direction: 'in', endpoint, length: data, setup });
  return concatBytes(encodeCmdSubmit({ seqnum, devid, direction: 'out', endpoint, length: data.length, setup }), data);
}

const CONFIGURE = { requestType: 0, request: 9, value: 1, index: 0, length: 0 };
const GET_DEVICE = { requestType: 0x80, request: 6, value: 0x0100, index: 0, length: 18 };
const NOTHING = new Uint8Array();

/** Whoever imports a device has a whole one: it is configured, and its disk says what it is. */
function checkWorks(devices: Devices, busid: string, devid: number): void {
  const client = importing(devices, busid);
  if (client.sent[0]?.length !== IMPORTED) throw new Broken(`${busid} cannot be imported any more`);
  client.hear(submit(1, devid, 0, NOTHING, CONFIGURE));
  client.hear(submit(2, devid, 2, commandWrapper({ cdb: '12 00 00 00 24 00', expects: 36 }).slice()));
  client.hear(concatBytes(submit(3, devid, 2, 36), submit(4, devid, 2, 13)));
  const lengths = client.sent
    .slice(2)
    .filter((_, at) => at % 2 === 1)
    .map(({ length }) => length);
  if (lengths.join() !== '0,0,36,13' || client.sent.at(-1)?.[12] !== 0) throw new Broken(`the disk answers ${lengths}`);
  client.session.closed();
}

/** Another client of the same server, which waits for its dongle to say something. */
function waiting(devices: Devices): WatchedSession {
  const other = importing(devices, '1-2');
  other.hear(submit(1, 0x0001_0002, 0, NOTHING, CONFIGURE));
  other.hear(submit(2, 0x0001_0002, 1, 64));
  return other;
}

function served(input: Uint8Array, packet: () => void): Verdict {
  const devices = dongles();
  const other = waiting(devices);
  const heard = other.sent.length;
  const client = new WatchedSession(devices, true);
  client.hearAll(input, packet);
  if (other.sent.length !== heard) throw new Broken('another device has noticed something');
  if (client.session.isAttached) {
    const [refusal] = importing(devices, '1-1').sent;
    if (refusal?.length !== REFUSED || refusal[7] !== NOT_AVAILABLE) throw new Broken('a device has two clients');
  }
  client.session.closed();
  checkWorks(devices, '1-1', 0x0001_0001);
  other.hear(submit(3, 0x0001_0002, 0, 18, GET_DEVICE));
  if (other.sent.at(-1)?.length !== 18) throw new Broken('another device answers no more');
  checkPieces(input, client.sent);
  return client.answered > 0 ? 'accepted' : 'refused';
}

/** What is said does not depend on how the bytes come, nor on how fast the client takes what it is sent. */
function checkPieces(input: Uint8Array, sent: readonly Uint8Array[]): void {
  const devices = dongles();
  waiting(devices);
  const client = new WatchedSession(devices, false);
  let written = 0;
  client.isFull = () => ++written % 3 === 0;
  for (let at = 0; at < input.length; at += 23) {
    client.hear(input.subarray(at, at + 23));
    while (!client.session.drained());
  }
  if (!equalBytes(concatBytes(...client.sent), concatBytes(...sent)))
    throw new Broken('what is said depends on the pieces that were heard');
}

/** A server of two dongles, one of whose clients keeps to nothing. */
export function usbipServerTarget(): FuzzTarget {
  return {
    name: 'USB/IP, heard by a server',
    thousands: 10,
    make: (random) => new ClientWords(random).all(),
    give: served,
  };
}
