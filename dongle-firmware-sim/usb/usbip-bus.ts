import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { Listening } from '../../carriers/socket/listen-socket.adapter.ts';
import type { ExportedDevice } from './exported-device.ts';
import { listenUsbip } from './usbip-server.adapter.ts';

/** A USB/IP server and the dongles that are plugged into it, as 1-1, 1-2 and so on. It listens as long as it has one. */
export class UsbipBus {
  readonly #place: { readonly host: string; readonly port: number };
  readonly #log: ServerLog;
  readonly #devices = new Map<string, ExportedDevice>();
  #server: Promise<Listening> | undefined;
  #plugged = 0;

  constructor(place: { readonly host: string; readonly port: number }, log: ServerLog) {
    this.#place = place;
    this.#log = log;
  }

  /** @returns where the dongle is reached; closing it pulls it out @throws ADDRESS_TAKEN */
  async plugIn(device: ExportedDevice): Promise<Listening> {
    const busid = `1-${++this.#plugged}`;
    this.#devices.set(busid, device);
    this.#server ??= listenUsbip(this.#place, this.#devices, this.#log);
    const { address } = await this.#server;
    return { address: `${address}/${busid}`, close: () => this.#pullOut(busid, device) };
  }

  async #pullOut(busid: string, device: ExportedDevice): Promise<void> {
    this.#devices.delete(busid);
    device.unplug();
    if (this.#devices.size > 0) return;
    const server = this.#server;
    this.#server = undefined;
    await (await server)?.close();
  }
}
