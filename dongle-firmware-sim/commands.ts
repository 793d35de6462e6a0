import type { WayIn } from '../carriers/server/container-server.ts';
import type { Served, ServedContainer, ServeOptions } from '../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../carriers/server/server-port.ts';
import { FerryError } from '../container/errors.ts';
import { parseSerialNumber, type SerialNumber, serialParts } from '../container/model/serial-number.ts';
import type { FileContainer } from '../container/store/file-container.adapter.ts';
import type { BoundTo } from './bind/bound-watch.ts';
import type { GadgetOptions } from './bind/plug-into-gadget.adapter.ts';
import { createDongle, isDongle, openDongle } from './firmware/open-dongle.adapter.ts';
import { isCapacity } from './flash/nor-flash.adapter.ts';
import type { UsbipOptions } from './usb/plug-into-usbip.adapter.ts';

export { isDongle as is };

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED */
export function open(folder: string): FileContainer {
  return openDongle(folder);
}

/** `ferry dongle serve`. @throws what `open` throws; ADDRESS_TAKEN */
export async function serve(
  options: ServeOptions & { readonly folder: string },
  onReady: (served: Served) => void,
): Promise<void> {
  const { runContainerServer } = await import('../carriers/server/run-container-server.adapter.ts');
  await runContainerServer((env) => openDongle(options.folder, env), options, onReady);
}

/** How a dongle is a USB device: of this computer's own controller, or of a USB/IP server, perhaps bound to a real device. */
export type UsbWay =
  | (Omit<GadgetOptions, 'log'> & { readonly way: 'gadget' })
  | (Omit<UsbipOptions, 'log'> & { readonly way: 'usbip'; readonly bind: BoundTo | undefined })
  | { readonly way: 'bound'; readonly bind: BoundTo };

/** What plugs one more dongle in. */
export async function usb(options: UsbWay & { readonly log: ServerLog }): Promise<(served: ServedContainer) => WayIn> {
  const { log } = options;
  if (options.way === 'gadget') {
    const { gadgetPlug } = await import('./bind/plug-into-gadget.adapter.ts');
    return gadgetPlug(options);
  }
  if (options.way === 'bound') {
    const { boundPlug } = await import('./bind/plug-into-bound.adapter.ts');
    return boundPlug({ to: options.bind, sockets: undefined, log });
  }
  const { usbipPlug, usbipSockets } = await import('./usb/plug-into-usbip.adapter.ts');
  if (options.bind === undefined) return usbipPlug(options);
  const { boundPlug } = await import('./bind/plug-into-bound.adapter.ts');
  return boundPlug({ to: options.bind, sockets: usbipSockets(options), log });
}

/** Bytes of flash of which, after what the rules reserve, at least 4 KiB are left for licenses. */
const LEAST_FLASH = 160 * 1024;

/** The mask of every dongle's serial number. */
const MASK = 3;

/** `ferry dongle create`; `size` in bytes of flash. @throws USAGE_WRONG, CONTAINER_EXISTS, STORE_WRITE_FAILED */
export function create(options: {
  readonly folder: string;
  readonly serial: string | undefined;
  readonly size: number | undefined;
}): FileContainer {
  const { folder, serial, size } = options;
  if (size !== undefined && !(isCapacity(size) && size >= LEAST_FLASH))
    throw new FerryError('USAGE_WRONG', { what: 'A dongle has 160K to 64M of flash, in steps of 4K' });
  return createDongle({
    folder,
    ...(serial === undefined ? {} : { serial: dongleSerial(serial) }),
    ...(size === undefined ? {} : { flashBytes: size }),
  });
}

function dongleSerial(input: string): SerialNumber {
  const serial = parseSerialNumber(input);
  if (serialParts(serial)[0] !== MASK)
    throw new FerryError('USAGE_WRONG', {
      what: `"${input}" is not the serial number of a dongle, 3-N with N up to 4294967295`,
    });
  return serial;
}
