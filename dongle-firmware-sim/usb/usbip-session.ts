import type { Facts, ServerLog } from '../../carriers/server/server-port.ts';
import {
  devidOf,
  encodeDevlistReply,
  encodeImportRefusal,
  encodeImportReply,
} from '../../carriers/usbip/device-messages.ts';
import { RequestReader, type UsbipRequest } from '../../carriers/usbip/request-reader.ts';
import { type Garbled, IMPORT_STATUS } from '../../carriers/usbip/usbip-codec.ts';
import { Defect } from '../../container/errors.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { type ExportedDevice, type ExportedDevices, listedDevice } from './exported-device.ts';
import { HeldTransfers } from './held-transfers.ts';

/** The way to the client. */
export interface Outlet {
  /** Sends both, the header first. @returns false when much waits to be sent: no more is asked of the client until `drained` */
  write(header: Uint8Array, data: Uint8Array): boolean;
  /** Everything is said: closes once it is sent. */
  end(): void;
  /** Closes at once. */
  abort(): void;
}

export interface UsbipSessionOptions {
  readonly devices: ExportedDevices;
  readonly outlet: Outlet;
  readonly log: ServerLog;
  /** The connection's number in the log. */
  readonly connection: number;
}

interface Attached {
  readonly device: ExportedDevice;
  readonly busid: string;
  readonly transfers: HeldTransfers;
}

/**
 * The server's side of one USB/IP connection, without the connection: a list of the devices, or one device until the client is
 * gone. What is malformed ends it, and no other one.
 *
 * @see Linux, Documentation/usb/usbip_protocol.rst
 */
export class UsbipSession {
  readonly #options: UsbipSessionOptions;
  readonly #reader = new RequestReader();
  #attached: Attached | undefined;
  #isOver = false;
  /** Whether the client takes too little of what it is sent to be asked for more. */
  #isHeld = false;

  constructor(options: UsbipSessionOptions) {
    this.#options = options;
  }

  /** Whether a device is attached: then the connection stays, however long nothing is said. */
  get isAttached(): boolean {
    return this.#attached !== undefined;
  }

  /** Takes what the client sent; its bytes are the session's from now on. */
  arrived(piece: Uint8Array): void {
    if (this.#isOver) return;
    this.#reader.push(piece);
    this.#read();
  }

  /** What waited to be sent is sent. @returns whether more is asked of the client */
  drained(): boolean {
    this.#isHeld = false;
    this.#read();
    return !this.#isHeld;
  }

  /** The client is gone, and its device free at once. Repeatable. */
  closed(): void {
    this.#isOver = true;
    const attached = this.#leave();
    if (attached === undefined) return;
    attached.device.detach();
    this.#info('device.detached', { busid: attached.busid });
  }

  #read(): void {
    while (!this.#isOver && !this.#isHeld) {
      const request = this.#reader.next();
      if (request === undefined) return;
      const fault = request.kind === 'garbled' ? request.why : this.#takeOrFail(request);
      if (fault !== undefined) this.#giveUp(fault);
    }
  }

  /** A defect of one device is nothing to the others. */
  #takeOrFail(request: Exclude<UsbipRequest, Garbled>): string | undefined {
    try {
      return this.#take(request);
    } catch (error) {
      this.#options.log.error('device.failed', { connection: this.#options.connection, error });
      this.#abort();
      return undefined;
    }
  }

  /** @returns what is wrong with it */
  #take(request: Exclude<UsbipRequest, Garbled>): string | undefined {
    switch (request.kind) {
      case 'devlist':
        this.#list();
        return undefined;
      case 'import':
        this.#import(request.busid);
        return undefined;
      case 'submit':
        return this.#transfers().submit(request.command, request.data);
      case 'unlink':
        return this.#transfers().unlink(request);
    }
  }

  #transfers(): HeldTransfers {
    if (this.#attached === undefined) throw new Defect('a session without a device has gone on to transfers');
    return this.#attached.transfers;
  }

  #list(): void {
    const listed = [...this.#options.devices].flatMap(([busid, device]) => listedDevice(busid, device) ?? []);
    this.#say(encodeDevlistReply(listed));
    this.#finish();
  }

  #import(busid: string): void {
    const device = this.#options.devices.get(busid);
    const listed = device === undefined ? undefined : listedDevice(busid, device);
    if (device === undefined || listed === undefined) {
      this.#refuse(busid, IMPORT_STATUS.noDevice);
    } else if (!device.attach({ unplugged: () => this.#unplugged() })) {
      this.#refuse(busid, IMPORT_STATUS.notAvailable);
    } else {
      const transfers = new HeldTransfers(device, devidOf(listed), (header, data) => this.#say(header, data));
      this.#attached = { device, busid, transfers };
      this.#info('device.attached', { busid });
      this.#say(encodeImportReply(listed));
    }
  }

  #refuse(busid: string, status: number): void {
    this.#options.log.warn('import.refused', { connection: this.#options.connection, busid, status });
    this.#say(encodeImportRefusal(status));
    this.#finish();
  }

  #unplugged(): void {
    // It may have another host before this connection is closed: that one is left alone.
    const attached = this.#leave();
    if (attached === undefined) return;
    this.#info('device.unplugged', { busid: attached.busid });
    this.#finish();
  }

  #giveUp(why: string): void {
    this.#options.log.warn('connection.garbled', { connection: this.#options.connection, why });
    this.#abort();
  }

  #abort(): void {
    this.closed();
    this.#options.outlet.abort();
  }

  #finish(): void {
    this.#isOver = true;
    this.#options.outlet.end();
  }

  #leave(): Attached | undefined {
    const attached = this.#attached;
    this.#attached = undefined;
    attached?.transfers.forget();
    return attached;
  }

  #say(header: Uint8Array, data: Uint8Array = NO_BYTES): void {
    if (!this.#options.outlet.write(header, data)) this.#isHeld = true;
  }

  #info(event: string, facts: Facts): void {
    this.#options.log.info(event, { connection: this.#options.connection, ...facts });
  }
}
