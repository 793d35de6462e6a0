import { concatBytes, equalBytes } from '../../../../../container/model/bytes.ts';
import { BulkOnly } from '../../../../../dongle-firmware-sim/usb/storage/bulk-only.ts';
import { commandWrapper } from '../../../../dongle-firmware-sim/usb/storage/storage-host.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import type { Random } from '../random.ts';
import { anyWrapper } from './disk-grammar.ts';
import { Script } from './script.ts';
import { PlainMedium, plainDrive } from './whole-dongle.ts';

const STEP = { command: 0, honest: 1, out: 3, in: 4, clear: 5, owner: 6, reset: 7 } as const;
const [IN, OUT] = [0x82, 0x02];
const WRAPPER = 31;
const STATUS = 13;
/** Bytes of a data phase that an honest host carries out. */
const MOST_PLANNED = 20_000;
const RESET = { requestType: 0x21, request: 0xff, value: 0, index: 1, length: 0 };
const READY = '00 00 00 00 00 00';

interface Seen {
  readonly status: number;
  readonly residue: number;
  /** Bytes from the device. */
  readonly data: Uint8Array;
}

/** The disk of a dongle, and a host that may keep to the transport, or not. */
class WatchedDisk {
  readonly #medium = new PlainMedium();
  readonly #drive = plainDrive(this.#medium);
  readonly #device = new BulkOnly(this.#drive);
  /** What is on the medium, as far as honest commands have changed it. */
  #model: Uint8Array = this.#medium.bytes.slice();
  passed = 0;

  constructor() {
    this.#bringToReady();
  }

  out(bytes: Uint8Array): void {
    const taken = this.#device.out(OUT, bytes);
    if (typeof taken === 'number' && taken > bytes.length)
      throw new Broken(`${taken} bytes are taken of ${bytes.length}`);
  }

  in(room: number): void {
    const given = this.#device.in(IN, room);
    if (given instanceof Uint8Array && given.length > room)
      throw new Broken(`${given.length} bytes are given for ${room}`);
  }

  clear(endpoint: number): void {
    this.#device.haltCleared(endpoint);
  }

  reset(): void {
    this.#device.reset();
  }

  remove(): void {
    this.#drive.remove();
  }

  insert(isWriteProtected: boolean): void {
    this.#drive.insert(this.#medium, { isWriteProtected });
  }

  /** Carries out a command as a driver does, after reset recovery, and holds what became of it against what was asked. */
  honest(wrapper: Uint8Array, transfer: number): void {
    this.#recover();
    this.#model = this.#medium.bytes.slice();
    const view = new DataView(wrapper.buffer, wrapper.byteOffset, wrapper.length);
    const [tag, planned, isIn] = [view.getUint32(4, true), view.getUint32(8, true), wrapper[12] === 0x80];
    if (wrapper.length !== WRAPPER || planned > MOST_PLANNED) return;
    const sent = new Uint8Array(isIn ? 0 : planned);
    for (let at = 0; at < sent.length; at++) sent[at] = (at >> 8) ^ (at * tag);
    const seen = this.#run(wrapper, isIn ? planned : sent, transfer);
    if (seen === undefined) return;
    this.#check(wrapper.subarray(15), planned, sent, seen);
    if (seen.status === 0) this.passed += 1;
  }

  /** @returns undefined when the device takes it for no command */
  #run(wrapper: Uint8Array, plan: Uint8Array | number, transfer: number): Seen | undefined {
    if (this.#device.out(OUT, wrapper) !== WRAPPER) throw new Broken('a device at rest takes no command');
    const data = typeof plan === 'number' ? this.#receive(plan, transfer) : this.#send(plan, transfer);
    let status = this.#device.in(IN, STATUS);
    if (status === 'stall') {
      this.#device.haltCleared(IN);
      status = this.#device.in(IN, STATUS);
    }
    if (status === 'stall') return undefined;
    if (status === 'wait' || status.length !== STATUS) throw new Broken('a command has no end');
    const view = new DataView(status.buffer, status.byteOffset, STATUS);
    if (view.getUint32(0, true) !== 0x53425355) throw new Broken('a status is none');
    const isOther = view.getUint32(4, true) !== new DataView(wrapper.buffer, wrapper.byteOffset).getUint32(4, true);
    if (isOther) throw new Broken('the status of another command is given');
    return { status: view.getUint8(12), residue: view.getUint32(8, true), data };
  }

  #receive(planned: number, transfer: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let left = planned; left > 0; ) {
      const room = Math.min(left, transfer);
      const given = this.#device.in(IN, room);
      if (given === 'wait') throw new Broken('a data phase never ends');
      if (given === 'stall') {
        this.#device.haltCleared(IN);
        break;
      }
      parts.push(given);
      left -= given.length;
      if (given.length < room) break;
    }
    return concatBytes(...parts);
  }

  #send(bytes: Uint8Array, transfer: number): Uint8Array {
    for (let at = 0; at < bytes.length; at += transfer) {
      const piece = bytes.subarray(at, at + transfer);
      if (this.#device.out(OUT, piece) !== piece.length) throw new Broken('data that was planned is not taken');
    }
    return new Uint8Array(0);
  }

  /** The residue is true, what was read is what is there, and nothing is written but what a command says. */
  #check(cdb: Uint8Array, planned: number, sent: Uint8Array, { status, residue, data }: Seen): void {
    if (status > 2) throw new Broken(`a command ends with status ${status}`);
    if (residue > planned) throw new Broken(`the residue of ${planned} bytes is ${residue}`);
    const isIn = planned > 0 && sent.length === 0;
    if (isIn && residue !== planned - data.length) throw new Broken(`${residue} bytes are left of ${planned}, and not`);
    const range = rangeOf(cdb);
    if (status === 0 && range !== undefined && range.bytes > 0) {
      const [start, end] = [range.lba * 512, range.lba * 512 + range.bytes];
      if (residue !== planned - range.bytes) throw new Broken(`${residue} bytes are left of ${planned}`);
      if (range.isWrite) this.#model.set(sent.subarray(0, range.bytes), start);
      else if (!equalBytes(data, this.#model.subarray(start, end)))
        throw new Broken('what is read is not what is there');
    }
    if (Buffer.compare(this.#medium.bytes, this.#model) !== 0) throw new Broken('something else was written');
  }

  #recover(): void {
    this.#device.request(RESET);
    this.#device.haltCleared(IN);
    this.#device.haltCleared(OUT);
  }

  /** Whatever was done to it: after reset recovery it says what it is, and is ready as soon as it has a medium. */
  checkStillServes(): void {
    this.insert(false);
    this.#bringToReady();
    const wrapper = commandWrapper({ cdb: '12 00 00 00 24 00', expects: 36 });
    if (this.#run(wrapper, 36, 512)?.data.length !== 36) throw new Broken('it does not say what it is any more');
  }

  #bringToReady(): void {
    this.#recover();
    // Each condition that is to be reported fails one command.
    for (let tries = 0; tries < 4; tries++)
      if (this.#run(commandWrapper({ cdb: READY, sends: new Uint8Array(0) }), 0, 512)?.status === 0) return;
    throw new Broken('it never gets ready');
  }
}

/** Where READ and WRITE have their blocks; undefined for other commands. @see SBC-3, 5.8 to 5.11 and 5.34 to 5.37 */
function rangeOf(
  cdb: Uint8Array,
): { readonly lba: number; readonly bytes: number; readonly isWrite: boolean } | undefined {
  const view = new DataView(cdb.buffer, cdb.byteOffset, cdb.length);
  const isWrite = [0x2a, 0xaa, 0x8a].includes(cdb[0] ?? 0);
  switch (cdb[0]) {
    case 0x28:
    case 0x2a:
      return { lba: view.getUint32(2), bytes: 512 * view.getUint16(7), isWrite };
    case 0xa8:
    case 0xaa:
      return { lba: view.getUint32(2), bytes: 512 * view.getUint32(6), isWrite };
    case 0x88:
    case 0x8a:
      return { lba: view.getUint32(6), bytes: 512 * view.getUint32(10), isWrite };
    default:
      return undefined;
  }
}

function used(input: Uint8Array, packet: () => void): Verdict {
  const script = new Script(input);
  const disk = new WatchedDisk();
  while (!script.isOver) {
    packet();
    step(disk, script);
  }
  disk.checkStillServes();
  return disk.passed > 0 ? 'accepted' : 'refused';
}

function step(disk: WatchedDisk, script: Script): void {
  switch (script.byte() % 8) {
    case STEP.command:
      disk.out(script.take(WRAPPER));
      break;
    case STEP.out:
      disk.out(new Uint8Array(script.word() % 9000).fill(script.byte()));
      break;
    case STEP.in:
      disk.in(script.word());
      break;
    case STEP.clear:
      disk.clear(script.byte() & 0x80 ? IN : OUT);
      break;
    case STEP.owner: {
      const what = script.byte();
      if (what < 64) disk.remove();
      else disk.insert(what >= 192);
      break;
    }
    case STEP.reset:
      disk.reset();
      break;
    default:
      disk.honest(script.take(WRAPPER), 1 + script.word());
  }
}

function commands(random: Random): Uint8Array {
  const word = (value: number): readonly number[] => [value >> 8, value & 0xff];
  const parts = Array.from({ length: 1 + random.below(8) }, () => {
    if (!random.oneIn(4)) {
      const transfer = random.oneIn(3) ? 60 + random.below(1000) : 0xfffe;
      return concatBytes(Uint8Array.of(STEP.honest), wrapperOf(random), Uint8Array.from(word(transfer)));
    }
    switch (random.below(6)) {
      case 0:
        return concatBytes(Uint8Array.of(STEP.command), wrapperOf(random));
      case 1:
        return Uint8Array.of(STEP.out, ...word(random.pick([0, 13, 31, 512, 513, 4096])), random.below(256));
      case 2:
        return Uint8Array.of(STEP.in, ...word(random.pick([0, 1, 12, 13, 36, 512, 4096, 65_535])));
      case 3:
        return Uint8Array.of(STEP.clear, random.below(256));
      case 4:
        return Uint8Array.of(STEP.owner, random.below(256));
      default:
        return Uint8Array.of(STEP.reset);
    }
  });
  return concatBytes(...parts);
}

function wrapperOf(random: Random): Uint8Array {
  const whole = new Uint8Array(WRAPPER);
  whole.set(anyWrapper(random).subarray(0, WRAPPER));
  return whole;
}

/** A dongle's disk: command block wrappers, commands and data phases of any kind. */
export function diskTarget(): FuzzTarget {
  return { name: 'commands to a disk', thousands: 10, make: commands, give: used };
}
