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
import type { FaultAnswer, FaultRequest } from './usb/faults/fault-messages.ts';
import type { BenchOptions, DongleBench } from './usb/usbip-bench.adapter.ts';

export { isDongle as is };

/** @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, STORE_UNOPENED, STORE_DAMAGED, ANCHOR_DAMAGED */
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

/** How dongles are USB devices: of a USB/IP server, perhaps bound to a real device, or of this computer's own controller. */
export type UsbWay =
  | (Omit<BenchOptions, 'log'> & { readonly way: 'usbip' })
  | (Omit<GadgetOptions, 'log'> & { readonly way: 'gadget' })
  | { readonly way: 'bound'; readonly bind: BoundTo };

/** Where one dongle after the other is served as a USB device. @throws ADDRESS_TAKEN of its panel; OUTPUT_REFUSED, FILE_UNWRITABLE of its trace */
export async function usb(options: UsbWay & { readonly log: ServerLog }): Promise<DongleBench> {
  if (options.way === 'usbip') {
    const { openBench } = await import('./usb/usbip-bench.adapter.ts');
    return openBench(options);
  }
  let awaited: string | undefined;
  const plug = await plugOf(options, (device) => {
    awaited = device;
  });
  return {
    panel: undefined,
    serve: (serving, onReady) =>
      serve({ ...serving, ways: [plug] }, (served) =>
        onReady(awaited === undefined ? served : { ...served, awaits: awaited }),
      ),
    close: async () => undefined,
  };
}

async function plugOf(
  options: Exclude<UsbWay, { readonly way: 'usbip' }> & { readonly log: ServerLog },
  onAwaited: (device: string | undefined) => void,
): Promise<(served: ServedContainer) => WayIn> {
  if (options.way === 'gadget') {
    const { gadgetPlug } = await import('./bind/plug-into-gadget.adapter.ts');
    return gadgetPlug(options);
  }
  const { boundPlug } = await import('./bind/plug-into-bound.adapter.ts');
  return boundPlug({ to: options.bind, sockets: undefined, log: options.log, onAwaited });
}

/** Faults as they are written, one a line, or the first line that is none; lines count from 1. */
export async function readFaults(
  text: string,
): Promise<
  | { readonly faults: readonly string[] }
  | { readonly wrong: { readonly line: number; readonly text: string; readonly why: string } }
> {
  const { parseScript, sayStep } = await import('./usb/faults/fault-step.ts');
  const script = parseScript(text);
  return 'wrong' in script ? script : { faults: script.steps.map(sayStep) };
}

/** Asks the program that serves the dongle in a folder by USB/IP. @throws CARRIER_UNREACHABLE, CARRIER_LOST, CARRIER_GARBLED */
export async function askAboutFaults(folder: string, request: FaultRequest): Promise<FaultAnswer> {
  const { askAboutFaults: ask } = await import('./usb/faults/control-socket.adapter.ts');
  return ask(folder, request);
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
