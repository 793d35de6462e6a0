import { FerryError } from '../container/errors.ts';

/** How a served container is reached. */
export type CarrierAddress =
  | { readonly scheme: 'unix'; readonly path: string }
  | { readonly scheme: 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly scheme: 'exec'; readonly command: string }
  | { readonly scheme: 'serial'; readonly device: string; readonly baudRate: number }
  | { readonly scheme: 'http'; readonly url: string }
  | { readonly scheme: 'hid' | 'usb'; readonly serial: string }
  | ({ readonly scheme: 'usbip' } & UsbipPlace);

/** A dongle at a USB/IP server. */
export interface UsbipPlace {
  readonly host: string;
  readonly port: number;
  /** Bus id of the dongle there, such as `1-1`. */
  readonly busid: string;
}

/** Where a container can be served: not in a program that a client starts. A dongle on USB is plugged in, and not listened at. */
export type ListenAddress = Exclude<CarrierAddress, { readonly scheme: 'exec' | 'hid' | 'usb' | 'usbip' }>;

export type CarrierScheme = CarrierAddress['scheme'];

export const CARRIER_SCHEMES: readonly CarrierScheme[] = [
  'unix',
  'tcp',
  'tls',
  'exec',
  'serial',
  'http',
  'hid',
  'usb',
  'usbip',
];

/** What addresses of each scheme look like. */
export const CARRIER_FORMS: Readonly<Record<CarrierScheme, string>> = {
  unix: 'unix:PATH',
  tcp: 'tcp://HOST:PORT',
  tls: 'tls://HOST:PORT',
  exec: 'exec:COMMAND',
  serial: 'serial:DEVICE',
  http: 'http://HOST',
  hid: 'hid:SERIAL',
  usb: 'usb:SERIAL',
  usbip: 'usbip://HOST:PORT/BUSID',
};

/** The schemes of dongles on USB, which are plugged in and out, and have an LED. */
export const USB_SCHEMES = ['hid', 'usb', 'usbip'] as const;
export type UsbAddress = Extract<CarrierAddress, { readonly scheme: (typeof USB_SCHEMES)[number] }>;

/** What their addresses look like. */
export const USB_FORMS: readonly string[] = USB_SCHEMES.map((scheme) => CARRIER_FORMS[scheme]);

/** Whether an address leads to a dongle on USB. */
export function isOnUsb(address: CarrierAddress): address is UsbAddress {
  return USB_SCHEMES.some((scheme) => scheme === address.scheme);
}

const DEFAULT_BAUD_RATE = 115_200;

/** The scheme of an address, if it is one of the carriers'. */
export function carrierSchemeOf(text: string): CarrierScheme | undefined {
  return CARRIER_SCHEMES.find((scheme) => text.startsWith(`${scheme}:`));
}

/**
 * Reads the address of a served container: `unix:PATH`, `tcp://HOST:PORT`, `tls://HOST:PORT`, `exec:COMMAND`,
 * `serial:DEVICE` or `serial:DEVICE?baud=RATE`, `http://HOST`, `hid:SERIAL`, `usb:SERIAL`, `usbip://HOST:PORT/BUSID`. Where nothing else is said, HOST is this computer.
 *
 * @throws ADDRESS_WRONG
 */
export function parseCarrierAddress(text: string): CarrierAddress {
  const scheme = carrierSchemeOf(text);
  const rest = text.slice((scheme?.length ?? 0) + 1);
  const wrong = (why: string): FerryError => wrongAddress(text, why);
  switch (scheme) {
    case 'unix':
      if (rest === '') throw wrong('it names no socket');
      return { scheme, path: rest };
    case 'tcp':
    case 'tls':
      return { scheme, ...hostAndPort(rest, wrong) };
    case 'exec':
      if (rest.trim() === '') throw wrong('it names no command');
      return { scheme, command: rest };
    case 'serial':
      return { scheme, ...serialLine(rest, wrong) };
    case 'http':
      return { scheme, url: httpUrl(text, wrong) };
    case 'hid':
    case 'usb':
      if (rest === '') throw wrong('it names no dongle');
      return { scheme, serial: rest };
    case 'usbip':
      return { scheme, ...usbipPlace(rest, wrong) };
    default:
      throw wrong('it does not begin with a scheme that is known');
  }
}

/** A text that is not an address of a served container. */
export function wrongAddress(
  text: string,
  why: string,
  forms: readonly string[] = Object.values(CARRIER_FORMS),
): FerryError {
  return new FerryError('ADDRESS_WRONG', { address: text, why, forms: forms.join(', ') });
}

/** Reads where a container is to be reached. @throws ADDRESS_WRONG */
export function parseReachableAddress(text: string): CarrierAddress {
  const address = parseCarrierAddress(text);
  const port = 'port' in address ? address.port : 'url' in address ? Number(new URL(address.url).port || 80) : 1;
  if (port === 0) throw wrongAddress(text, 'port 0 is nobody’s: use the port that the other side shows');
  return address;
}

const LOOPBACK = '127.0.0.1';

/** Of USB/IP, as it is registered. @see IANA, "usbip" */
export const USBIP_PORT = 3240;

/** Reads where a container is to be served. @throws ADDRESS_WRONG */
export function parseListenAddress(text: string): ListenAddress {
  const address = parseCarrierAddress(text);
  switch (address.scheme) {
    case 'exec':
      throw wrongAddress(text, 'a program is started, and not listened at');
    case 'hid':
    case 'usb':
    case 'usbip':
      throw wrongAddress(text, 'a dongle is plugged in: `ferry dongle serve DIR --usbip`');
    default:
      return address;
  }
}

/** Whether other computers reach what is served there. */
export function isExposed(address: CarrierAddress): boolean {
  return isOtherHost('host' in address ? address.host : 'url' in address ? new URL(address.url).hostname : '');
}

/** Whether a name or an IP address may be another computer's. */
export function isOtherHost(host: string): boolean {
  return host !== '' && !/^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

function hostAndPort(rest: string, wrong: (why: string) => FerryError): { host: string; port: number } {
  const found = /^\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/?#[\]]*)):(\d{1,5})\/?$/.exec(rest);
  if (found === null) throw wrong('it needs a host and a port, //HOST:PORT');
  const port = Number(found[3]);
  if (port > 0xffff) throw wrong('a port is at most 65535');
  return { host: found[1] ?? (found[2] || LOOPBACK), port };
}

/**
 * Reads where something is to be served: `HOST:PORT`, either of which may be left out; a mere number is a port.
 *
 * @throws ADDRESS_WRONG
 */
export function parseServedPlace(text: string, defaultPort: number): Omit<UsbipPlace, 'busid'> {
  const place = /^\d+$/.test(text) ? `:${text}` : /:\d+$/.test(text) ? text : `${text}:${defaultPort}`;
  return hostAndPort(`//${place}`, (why) => wrongAddress(text, why, ['HOST:PORT']));
}

function usbipPlace(rest: string, wrong: (why: string) => FerryError): UsbipPlace {
  const found = /^(\/\/[^/]*)\/([0-9][0-9.-]{0,30})$/.exec(rest);
  if (found === null)
    throw wrong(
      'it needs a host and the bus id of a dongle there, //HOST:PORT/BUSID; `ferry list usbip://HOST:PORT` shows them',
    );
  const [, place = '', busid = ''] = found;
  const hasPort = /:\d+$/.test(place);
  return { ...hostAndPort(hasPort ? place : `${place}:${USBIP_PORT}`, wrong), busid };
}

/** Reads the address of a USB/IP server, `usbip://HOST:PORT` without a bus id; undefined when it is none. */
export function parseUsbipServer(text: string): Omit<UsbipPlace, 'busid'> | undefined {
  const [, place] = /^usbip:(\/\/[^/]*)\/?$/.exec(text) ?? [];
  if (place === undefined) return undefined;
  const { host, port } = usbipPlace(`${place}/1-1`, (why) => wrongAddress(text, why));
  return { host, port };
}

function serialLine(rest: string, wrong: (why: string) => FerryError): { device: string; baudRate: number } {
  const [device = '', query] = rest.split('?');
  if (device === '') throw wrong('it names no serial line');
  const baud = query === undefined ? String(DEFAULT_BAUD_RATE) : /^baud=(\d{1,8})$/.exec(query)?.[1];
  if (baud === undefined || Number(baud) === 0) throw wrong('after the question mark only baud=RATE is known');
  return { device, baudRate: Number(baud) };
}

function httpUrl(text: string, wrong: (why: string) => FerryError): string {
  const named = text.replace(/^http:\/\/(?=[:/]|$)/, `http://${LOOPBACK}`);
  if (!named.startsWith('http://') || !URL.canParse(named)) throw wrong('it is no URL');
  const { search, hash, username, password, href } = new URL(named);
  if (search !== '' || hash !== '' || username !== '' || password !== '')
    throw wrong('it is more than a host and a path');
  return href.endsWith('/') ? href.slice(0, -1) : href;
}
