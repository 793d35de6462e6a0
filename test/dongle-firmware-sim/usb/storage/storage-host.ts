import { BulkOnly } from '../../../../dongle-firmware-sim/usb/storage/bulk-only.ts';
import type { ScsiTarget } from '../../../../dongle-firmware-sim/usb/storage/scsi-target.ts';
import type { InAnswer, OutAnswer } from '../../../../dongle-firmware-sim/usb/usb-transfer.ts';
import { bytesOf } from './storage-scene.ts';

const IN = 0x82;
const OUT = 0x02;

export interface Command {
  readonly cdb: string | Uint8Array;
  /** Bytes that the host expects of the device, or those that it sends. */
  readonly expects?: number;
  readonly sends?: Uint8Array;
  readonly tag?: number;
  readonly lun?: number;
}

export function commandWrapper({ cdb, expects, sends, tag = 7, lun = 0 }: Command): Uint8Array {
  // As it comes out of a stream: within other bytes.
  const bytes = new Uint8Array(40).subarray(5, 36);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const block = typeof cdb === 'string' ? bytesOf(cdb) : cdb;
  bytes.set(Buffer.from('USBC'));
  view.setUint32(4, tag, true);
  view.setUint32(8, expects ?? sends?.length ?? 0, true);
  bytes[12] = expects === undefined ? 0 : 0x80;
  bytes[13] = lun;
  bytes[14] = block.length;
  bytes.set(block, 15);
  return bytes;
}

/** What a host saw of a command. */
export interface Seen {
  /** Lengths of the answers of the data phase, and stalls. */
  readonly transfers: readonly (number | 'stall')[];
  readonly data: Uint8Array;
  readonly status: number;
  readonly residue: number;
  readonly tag: number;
}

export interface ReadStatus {
  readonly status: number;
  readonly residue: number;
  readonly tag: number;
}

/** A USB host that keeps to the transport, one transfer after the other, as drivers do. */
export class StorageHost {
  readonly device: BulkOnly;

  constructor(target: ScsiTarget) {
    this.device = new BulkOnly(target);
  }

  out(bytes: Uint8Array): OutAnswer {
    return this.device.out(OUT, bytes);
  }

  in(length: number): InAnswer {
    return this.device.in(IN, length);
  }

  clearHalt(): void {
    this.device.haltCleared(IN);
  }

  resetRecovery(): void {
    this.device.request({ requestType: 0x21, request: 0xff, value: 0, index: 1, length: 0 });
    this.device.haltCleared(IN);
    this.device.haltCleared(OUT);
  }

  /** Carries out a command, its data phase in transfers of at most `transfer` bytes. */
  run(command: Command, transfer = 1024 * 1024): Seen {
    const taken = this.out(commandWrapper(command));
    if (taken !== 31) throw new Error(`the command was answered with ${taken}`);
    const { transfers, data } =
      command.expects === undefined
        ? this.#send(command.sends ?? new Uint8Array(0), transfer)
        : this.#receive(command.expects, transfer);
    if (transfers.at(-1) === 'stall') this.clearHalt();
    return { transfers, data, ...this.readStatus() };
  }

  readStatus(): ReadStatus {
    const status = this.in(13);
    if (!(status instanceof Uint8Array) || status.length !== 13) throw new Error(`no status, but ${status}`);
    const view = new DataView(status.buffer, status.byteOffset);
    if (view.getUint32(0, true) !== 0x53425355) throw new Error('no status wrapper');
    return { tag: view.getUint32(4, true), residue: view.getUint32(8, true), status: view.getUint8(12) };
  }

  #send(bytes: Uint8Array, transfer: number): { transfers: (number | 'stall')[]; data: Uint8Array } {
    const transfers: (number | 'stall')[] = [];
    for (let at = 0; at < bytes.length; at += transfer) {
      const taken = this.out(bytes.subarray(at, at + transfer));
      if (taken === 'wait') throw new Error('the device takes no data');
      transfers.push(taken);
    }
    return { transfers, data: new Uint8Array(0) };
  }

  #receive(expected: number, transfer: number): { transfers: (number | 'stall')[]; data: Uint8Array } {
    const transfers: (number | 'stall')[] = [];
    const parts: Uint8Array[] = [];
    for (let left = expected; left > 0; ) {
      const room = Math.min(left, transfer);
      const answer = this.in(room);
      if (answer === 'wait') throw new Error('the device gives no data');
      transfers.push(answer === 'stall' ? answer : answer.length);
      if (answer === 'stall') break;
      parts.push(answer);
      left -= answer.length;
      if (answer.length < room) break;
    }
    return { transfers, data: new Uint8Array(Buffer.concat(parts)) };
  }
}
