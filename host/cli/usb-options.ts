import { parseServedPlace, USBIP_PORT } from '../../carriers/address.ts';
import type { BoundDevice, UsbIds, UsbOptions } from './addresses.ts';
import { parseNumber, usage } from './parse-arguments.ts';

/** What the command line says of a dongle as a USB device. */
export interface UsbWords {
  readonly usbip?: string | true;
  readonly gadget?: string | true;
  readonly bind?: string;
  readonly usbIds?: string;
  readonly usbInterval?: string;
  readonly panel?: string | true;
  readonly trace?: string;
}

/** Reads them; undefined where the dongle is to be no USB device. @throws USAGE_WRONG, ADDRESS_WRONG */
export function usbOptions({
  usbip,
  gadget,
  bind,
  usbIds,
  usbInterval,
  panel,
  trace,
}: UsbWords): UsbOptions | undefined {
  if (usbInterval !== undefined && usbip === undefined) throw usage('--usb-interval needs --usbip');
  if (usbIds !== undefined && usbip === undefined && gadget === undefined)
    throw usage('--usb-ids needs --usbip or --gadget');
  if (panel !== undefined && usbip === undefined) throw usage('--panel needs --usbip');
  if (trace !== undefined && usbip === undefined)
    throw usage('--trace needs --usbip: elsewhere the system carries the traffic, and usbmon of Linux shows it');
  if (trace?.startsWith('folder:') === true) throw usage('--trace writes one file, of all dongles: name that');
  const ids = usbIdsIn(usbIds ?? '1209:0001');
  if (gadget !== undefined) {
    if (usbip !== undefined || bind !== undefined)
      throw usage('A dongle is plugged in once: --gadget goes with neither --usbip nor --bind');
    return { way: 'gadget', controller: gadget === true ? undefined : gadget, ...ids };
  }
  const bound = bind === undefined ? undefined : boundDeviceIn(bind);
  if (usbip === undefined) return bound === undefined ? undefined : { way: 'bound', bind: bound };
  const { host, port } = parseServedPlace(usbip === true ? '' : usbip, USBIP_PORT);
  const interval = parseNumber(usbInterval ?? '4', 'bInterval', 1, 16);
  return {
    way: 'usbip',
    host,
    port,
    interval,
    bind: bound,
    ...ids,
    ...panelOption(panel),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** Stands for whichever port is free. */
const FREE_PORT = 0;

/** Its port may be left out, as the whole place may. */
function panelOption(panel: string | true | undefined): { readonly panel?: { host: string; port: number } } {
  if (panel === undefined) return {};
  return { panel: parseServedPlace(panel === true ? '' : panel, FREE_PORT) };
}

function boundDeviceIn(text: string): BoundDevice {
  const [, ids, serial] = /^hid:([0-9a-f]{4}:[0-9a-f]{4})(?::(.+))?$/i.exec(text) ?? [];
  if (ids === undefined) throw usage(`"${text}" is no HID device like hid:1234:5678 or hid:1234:5678:SERIAL`);
  return { ...usbIdsIn(ids), serial };
}

function usbIdsIn(text: string): UsbIds {
  const found = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(text);
  if (found === null) throw usage(`"${text}" are no vendor and product ids like 1209:0001`);
  return { vendor: Number.parseInt(found[1] ?? '', 16), product: Number.parseInt(found[2] ?? '', 16) };
}
