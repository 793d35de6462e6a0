import { once } from 'node:events';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import type { Facts } from '../../../carriers/server/server-port.ts';
import { connectUsbip, type ImportedDevice } from '../../../carriers/usbip/usbip-client.adapter.ts';
import { listenUsbip, type UsbipLimits } from '../../../dongle-firmware-sim/usb/usbip-server.adapter.ts';
import { EchoDevice } from './echo-device.ts';

export const HOST = '127.0.0.1';
export const PATIENCE = 10;

/** Two devices served at a port of this computer, until the test is over. */
export class UsbipScene {
  readonly devices = new Map([
    ['1-1', new EchoDevice()],
    ['1-2', new EchoDevice()],
  ]);
  readonly told: { readonly event: string; readonly facts: Facts | undefined }[] = [];
  address = '';
  close: () => Promise<void> = async () => undefined;
  readonly #waiting = new Set<() => void>();

  static async open(limits: Partial<UsbipLimits> = {}): Promise<UsbipScene> {
    const scene = new UsbipScene();
    const tell = (event: string, facts?: Facts): void => {
      scene.told.push({ event, facts });
      for (const look of scene.#waiting) look();
    };
    const log = { info: tell, warn: tell, error: tell };
    const listening = await listenUsbip({ host: HOST, port: 0 }, scene.devices, log, limits);
    scene.address = listening.address;
    scene.close = () => listening.close();
    onTestFinished(() => scene.close());
    return scene;
  }

  get port(): number {
    return Number(this.address.split(':').at(-1));
  }

  get server(): { host: string; port: number; patience: number } {
    return { host: HOST, port: this.port, patience: PATIENCE };
  }

  /** The device of that bus id, which is there. */
  device(busid: string): EchoDevice {
    const device = this.devices.get(busid);
    if (device === undefined) throw new Error(`no device ${busid}`);
    return device;
  }

  async imported(busid = '1-1'): Promise<ImportedDevice> {
    const device = await connectUsbip({ ...this.server, busid });
    onTestFinished(() => device.close());
    return device;
  }

  /** A client of which every byte is said by the test. */
  async raw(): Promise<net.Socket> {
    const socket = net.connect(this.port, HOST);
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  /** Waits until the log has had so many lines of that event. */
  async logged(event: string, count = 1): Promise<void> {
    const isThere = (): boolean => this.told.filter((one) => one.event === event).length >= count;
    while (!isThere()) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }
}
