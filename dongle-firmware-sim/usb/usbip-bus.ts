import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { Listening } from '../../carriers/socket/listen-socket.adapter.ts';
import type { ExportedDevice } from './exported-device.ts';
import { listenUsbip } from './usbip-server.adapter.ts';

/** A place on a bus for one dongle, with a bus id of its own; empty at first. */
export interface UsbSocket extends Listening {
  /** Repeatable. */
  plugIn(): void;
  /** Pulls it out of the computer that has it. Repeatable. */
  pullOut(): void;
}

/** Comes between a device and the bus. */
export type Tap = (busid: string, device: ExportedDevice) => ExportedDevice;

/** A USB/IP server and its sockets, 1-1, 1-2 and so on. It listens as long as it has one. */
export class UsbipBus {
  readonly #place: { readonly host: string; readonly port: number };
  readonly #log: ServerLog;
  readonly #tap: Tap;
  readonly #devices = new Map<string, ExportedDevice>();
  readonly #sockets = new Set<string>();
  #server: Promise<Listening> | undefined;
  #numbered = 0;

  constructor(
    place: { readonly host: string; readonly port: number },
    log: ServerLog,
    tap: Tap = (_, device) => device,
  ) {
    this.#place = place;
    this.#log = log;
    this.#tap = tap;
  }

  /** @returns a socket for that dongle; closing it pulls the dongle out @throws ADDRESS_TAKEN */
  async socket(device: ExportedDevice): Promise<UsbSocket> {
    const busid = `1-${++this.#numbered}`;
    this.#sockets.add(busid);
    this.#server ??= listenUsbip(this.#place, this.#devices, this.#log);
    const { address } = await this.#server;
    const exported = this.#tap(busid, device);
    const pullOut = (): void => {
      if (this.#devices.delete(busid)) exported.unplug();
    };
    return {
      address: `${address}/${busid}`,
      plugIn: () => void this.#devices.set(busid, exported),
      pullOut,
      close: () => {
        pullOut();
        return this.#leave(busid);
      },
    };
  }

  async #leave(busid: string): Promise<void> {
    this.#sockets.delete(busid);
    if (this.#sockets.size > 0) return;
    const server = this.#server;
    this.#server = undefined;
    await (await server)?.close();
  }
}
