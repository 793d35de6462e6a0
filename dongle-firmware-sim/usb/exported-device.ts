import type { InterfaceClass, ListedDevice } from '../../carriers/usbip/device-messages.ts';
import type { Completion, Transfer } from './usb-transfer.ts';

/** What a list of devices tells of one. @see USB 2.0, 9.6.1 */
export interface ExportedDescription {
  readonly vendor: number;
  readonly product: number;
  /** Binary-coded decimal. */
  readonly release: number;
  readonly speed: 'high';
  readonly deviceClass: number;
  readonly deviceSubclass: number;
  readonly deviceProtocol: number;
  readonly configurationValue: number;
  readonly interfaces: readonly InterfaceClass[];
}

/** A USB device, as far as a server needs to know it. */
export interface ExportedDevice {
  readonly description: ExportedDescription;
  /** A host takes it; false when another one has it. */
  attach(host: { /** It was unplugged: nothing pending completes any more. */ unplugged(): void }): boolean;
  /** The host that has it is gone. */
  detach(): void;
  /** Pulls it out of the host that has it, if one has. */
  unplug(): void;
  /**
   * Asks for a transfer. `complete` is called exactly once, perhaps before this returns, unless it is cancelled; the bytes given
   * to it stay as they are, for they are sent without a copy.
   *
   * @returns cancels it; true when it was pending still
   */
  submit(transfer: Transfer, complete: (completion: Completion) => void): () => boolean;
}

/** Devices by their bus ids, such as `1-1`. What is put in and taken out counts from the next list and import on. */
export type ExportedDevices = ReadonlyMap<string, ExportedDevice>;

const SPEEDS = { high: 3 } as const;
const BUSID = /^(\d{1,4})-(\d{1,4})$/;

/** A device as it is listed and imported; undefined when its bus id is none. */
export function listedDevice(busid: string, { description }: ExportedDevice): ListedDevice | undefined {
  const [, bus, port] = BUSID.exec(busid) ?? [];
  if (bus === undefined || port === undefined) return undefined;
  const { vendor, product, release, speed, configurationValue, interfaces } = description;
  return {
    path: `/license-ferry/usb${Number(bus)}/${busid}`,
    busid,
    busnum: Number(bus),
    devnum: Number(port),
    speed: SPEEDS[speed],
    vendor,
    product,
    release,
    class: description.deviceClass,
    subclass: description.deviceSubclass,
    protocol: description.deviceProtocol,
    configurationValue,
    configurations: 1,
    interfaceCount: interfaces.length,
    interfaces,
  };
}
