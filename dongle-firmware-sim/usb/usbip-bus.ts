import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { Listening } from '../../carriers/socket/listen-socket.adapter.ts';
import type { ExportedDevice } from './exported-device.ts';
import { listenUsbip } from './usbip-server.adapter.ts';

/** A place on the bus that one dongle has to itself. Closing it pulls the dongle out for good. */
export interface UsbipPlace extends Listening {
  /** Pulls the dongle out of its host: nobody finds it until it is put in again. Repeatable. */
  pullOut(): void;
  /** Puts it in again, at the same bus id. Repeatable. */
  putIn(): void;
}

/** A USB/IP server and the dongles that have a place on it, as 1-1, 1-2 and so on. It listens as long as there is one. */
export class UsbipBus {
  readonly #place: { readonly host: string; readonly port: number };
  readonly #log: ServerLog;
  readonly #devices = new Map<string, ExportedDevice>();
  readonly #taken = new Set<string>();
  #server: Promise<Listening> | undefined;
  #plugged = 0;

  constructor(place: { readonly host: string; readonly port: number }, log: ServerLog) {
    this.#place = place;
    this.#log = log;
  }

  /** @returns where the dongle is reached; closing it pulls it out @throws ADDRESS_TAKEN */
  async plugIn(device: ExportedDevice): Promise<UsbipPlace> {
    const busid = `1-${++this.#plugged}`;
    this.#taken.add(busid);
    this.#devices.set(busid, device);
    this.#server ??= listenUsbip(this.#place, this.#devices, this.#log);
    const { address } = await this.#server;
    return {
      address: `${address}/${busid}`,
      pullOut: () => this.#pullOut(busid, device),
      putIn: () => void this.#devices.set(busid, device),
      close: () => this.#leave(busid, device),
    };
  }

  #pullOut(busid: string, device: ExportedDevice): void {
    this.#devices.delete(busid);
    device.unplug();
  }

  async #leave(busid: string, device: ExportedDevice): Promise<void> {
    this.#pullOut(busid, device);
    this.#taken.delete(busid);
    if (this.#taken.size > 0) return;
    const server = this.#server;
    this.#server = undefined;
    await (await server)?.close();
  }
}
