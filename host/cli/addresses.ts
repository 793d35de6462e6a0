import { isDeepStrictEqual } from 'node:util';
import {
  CARRIER_FORMS,
  CARRIER_SCHEMES,
  type CarrierAddress,
  type CarrierScheme,
  carrierSchemeOf,
  isOtherHost,
  type ListenAddress,
  parseCarrierAddress,
  parseListenAddress,
  parseReachableAddress,
  wrongAddress,
} from '../../carriers/address.ts';
import type { Served, ServeOptions } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import { FerryError } from '../../container/errors.ts';
import type { FileContainer } from '../../container/store/file-container.adapter.ts';
import { isCentralFolder } from '../license-central/central-folder.adapter.ts';
import { certifiedClient } from './certified-client.ts';
import { isFolder } from './ferry-files.adapter.ts';

/** Where a device looks for memory sticks. */
export interface StickPlaces {
  /** Folders below which everything mounted is a stick; without any, those on USB drives. */
  readonly below: readonly string[];
  /** A file in place of the system's table of what is mounted. */
  readonly table?: string;
  /** A program that sets the light of the device. */
  readonly light?: string;
}

/** What the far bank lends to the command line for one kind of container. */
export interface Door<Options> {
  /** Whether the folder holds a container of this kind. */
  is(folder: string): boolean;
  open(folder: string): FileContainer;
  /** Serves it until the signal. */
  serve(
    options: ServeOptions & { readonly folder: string; readonly sticks?: StickPlaces },
    onReady: (served: Served) => void,
  ): Promise<void>;
  create(options: Options & { readonly folder: string; readonly serial: string | undefined }): FileContainer;
}

/** What dongles say they are on USB. */
export interface UsbIds {
  readonly vendor: number;
  readonly product: number;
}

/** A real HID device that a dongle is bound to; without a serial number, any of that maker and product. */
export interface BoundDevice extends UsbIds {
  readonly serial: string | undefined;
}

/** How a dongle is a USB device: of a USB/IP server, of this computer's own controller, or through a real device. */
export type UsbOptions =
  | (UsbIds & {
      readonly way: 'usbip';
      readonly host: string;
      readonly port: number;
      /** bInterval of their reports. */
      readonly interval: number;
      readonly bind: BoundDevice | undefined;
      /** Where their front panel is, if there is to be one. */
      readonly panel?: { readonly host: string; readonly port: number };
      /** The file that their USB traffic is written to, if it is to be. */
      readonly trace?: string;
    })
  | (UsbIds & { readonly way: 'gadget'; readonly controller: string | undefined })
  | { readonly way: 'bound'; readonly bind: BoundDevice };

/** Where one dongle after the other is served as a USB device. */
export interface DongleBench {
  /** Address of the front panel, with the secret that opens it; no part of any log. */
  readonly panel: string | undefined;
  /**
   * Serves one more, as a door does.
   *
   * @param options `faults`, which dongles of a USB/IP server can have, strike from the moment on at which it can be reached
   */
  serve(
    options: ServeOptions & { readonly folder: string; readonly faults?: readonly string[] },
    onReady: (served: Served) => void,
  ): Promise<void>;
  /** Closes the panel. */
  close(): Promise<void>;
}

/** What the program that serves a dongle is asked about its faults. */
export type FaultRequest =
  | { readonly ask: 'set'; readonly faults: string[] }
  | { readonly ask: 'list' }
  | { readonly ask: 'clear'; readonly id?: number };

/** What it answers: the faults that are set then, or what it could not read. */
export type FaultAnswer =
  | {
      readonly ok: true;
      /** Before what was asked for. */
      readonly wasPluggedIn: boolean;
      readonly isPluggedIn: boolean;
      /** The real device that it waits for, if it does. */
      readonly awaited: string | null;
      readonly cleared: number;
      readonly faults: readonly {
        readonly id: number;
        readonly fault: string;
        readonly state: 'waiting' | 'active';
        readonly left: number | null;
      }[];
    }
  | { readonly ok: false; readonly why: string };

/** What the far bank lends for dongles. */
export interface DongleDoor extends Door<{ readonly size: number | undefined }> {
  /** @throws ADDRESS_TAKEN of the panel; OUTPUT_REFUSED, FILE_UNWRITABLE of the trace */
  usb(options: UsbOptions & { readonly log: ServerLog }): Promise<DongleBench>;
  /** Reads faults, one a line, as they are sent on; or the first line that is none. */
  readFaults(
    text: string,
  ): Promise<
    | { readonly faults: readonly string[] }
    | { readonly wrong: { readonly line: number; readonly text: string; readonly why: string } }
  >;
  /** Asks the program that serves the dongle in a folder. @throws CARRIER_UNREACHABLE, CARRIER_LOST, CARRIER_GARBLED */
  askAboutFaults(folder: string, request: FaultRequest): Promise<FaultAnswer>;
}

/** The far bank, loaded when it is needed. */
export interface FarBank {
  dongle(): Promise<DongleDoor>;
  device(): Promise<Door<{ readonly anchor: string | undefined }>>;
}

export type Scheme = 'sim' | 'folder' | 'central' | CarrierScheme;

export interface Address {
  readonly scheme: Scheme;
  /** What follows the scheme: a folder for `sim`, `folder` and `central`. */
  readonly folder: string;
  /** As it was given. */
  readonly text: string;
}

/** The schemes that reach a container. */
export const CONTAINER_SCHEMES: readonly Scheme[] = ['sim', ...CARRIER_SCHEMES];

const SCHEMES: readonly Scheme[] = [...CONTAINER_SCHEMES, 'folder', 'central'];

/** Whether a text is an address, and not the name of a file: it begins with one of those schemes. */
export function isAddress(text: string, schemes: readonly Scheme[]): boolean {
  return schemes.some((scheme) => text.startsWith(`${scheme}:`));
}

/** Whether a program is started when that address is reached. */
export function startsProgram(text: string): boolean {
  return carrierSchemeOf(text) === 'exec';
}

/** Whether a place that an error names is the one that an address leads to, however that is written. */
export function isPlaceOf(where: string, address: string): boolean {
  if (where === address || `sim:${where}` === address) return true;
  const [named, given] = [carrierAddressIn(where), carrierAddressIn(address)];
  return named !== undefined && isDeepStrictEqual(named, given);
}

/** Whether two addresses surely lead to the same container, before anybody is reached: also a dongle by its driver and without. */
export function isSameAddress(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => {
    const address = carrierAddressIn(text);
    // Each start of a program may reach another one.
    if (address === undefined || address.scheme === 'exec') return undefined;
    if (address.scheme === 'hid' || address.scheme === 'usb') return { serial: address.serial };
    return 'host' in address && !isOtherHost(address.host) ? { ...address, host: '' } : address;
  });
  return first !== undefined && isDeepStrictEqual(first, second);
}

function carrierAddressIn(text: string): CarrierAddress | undefined {
  if (carrierSchemeOf(text) === undefined) return undefined;
  try {
    return parseCarrierAddress(text);
  } catch (error) {
    // What cannot be read leads nowhere.
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}

/** What addresses of each scheme look like. */
const FORMS: Readonly<Record<Scheme, string>> = {
  sim: 'sim:DIR',
  folder: 'folder:DIR',
  central: 'central:DIR',
  ...CARRIER_FORMS,
};

/** Reads an address of one of the schemes that work here, of what is there already. @throws ADDRESS_WRONG */
export function parseAddress(text: string, allowed: readonly Scheme[] = SCHEMES): Address {
  const scheme = allowedScheme(text, allowed);
  const folder = text.slice(scheme.length + 1);
  if (carrierSchemeOf(text) !== undefined) ofThese(allowed, () => parseReachableAddress(text));
  else if (folder === '') throw unfit(text, 'it names no folder', allowed);
  return { scheme, folder, text };
}

/**
 * As `parseAddress`; where the name of a folder was given instead, it says how that is written.
 *
 * @throws ADDRESS_WRONG
 */
export async function readAddress(far: FarBank, text: string, allowed: readonly Scheme[] = SCHEMES): Promise<Address> {
  const meant = isAddress(text, SCHEMES) || text === '' ? undefined : await meantBy(far, text);
  if (meant !== undefined && allowed.includes(meant.scheme))
    throw unfit(text, `it is ${meant.what}, which is ${meant.scheme}:${text}`, allowed);
  return parseAddress(text, allowed);
}

/** What lies in a folder that was named without a scheme; undefined when there is none. */
async function meantBy(
  far: FarBank,
  folder: string,
): Promise<{ readonly scheme: 'sim' | 'central' | 'folder'; readonly what: string } | undefined> {
  if (await isContainer(far, folder)) return { scheme: 'sim', what: 'a folder with a container in it' };
  if (isCentralFolder(folder)) return { scheme: 'central', what: 'the folder of a License Central' };
  return isFolder(folder) ? { scheme: 'folder', what: 'a folder' } : undefined;
}

/** Where a container can be served. */
const LISTENING: readonly Scheme[] = ['unix', 'tcp', 'tls', 'serial', 'http'];

/** Reads where a container is to be served. @throws ADDRESS_WRONG */
export function parseListening(text: string): ListenAddress {
  allowedScheme(text, LISTENING);
  return ofThese(LISTENING, () => parseListenAddress(text));
}

function allowedScheme(text: string, allowed: readonly Scheme[]): Scheme {
  const scheme = SCHEMES.find((name) => text.startsWith(`${name}:`));
  const mere = SCHEMES.find((name) => name === text);
  if (mere !== undefined)
    throw unfit(text, `it is a mere scheme; with what belongs to it, it is ${FORMS[mere]}`, allowed);
  if (scheme === undefined) throw unfit(text, 'it does not begin with a scheme that is known', allowed);
  if (allowed.includes(scheme)) return scheme;
  const [one, ...others] = formsOf(allowed);
  throw unfit(text, others.length === 0 ? `this needs ${one}` : `${scheme}: does not fit here`, allowed);
}

/** Says of an address that a carrier cannot read which would work here. */
function ofThese<T>(allowed: readonly Scheme[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'ADDRESS_WRONG') throw error;
    const { address, why } = error.details;
    throw unfit(String(address), String(why), allowed);
  }
}

/** An address that does not fit where it was given. @returns ADDRESS_WRONG, to be thrown */
export function unfit(text: string, why: string, allowed: readonly Scheme[]): FerryError {
  return wrongAddress(text, why, formsOf(allowed));
}

function formsOf(schemes: readonly Scheme[]): string[] {
  return schemes.map((scheme) => FORMS[scheme]);
}

/** Whether there is a simulated container in the folder, of whichever kind. */
export async function isContainer(far: FarBank, folder: string): Promise<boolean> {
  return (await far.dongle()).is(folder) || (await far.device()).is(folder);
}

/** Opens `sim:DIR`. @throws NO_CONTAINER, OTHER_KIND, CONTAINER_IN_USE, STORE_UNOPENED, STORE_DAMAGED, ANCHOR_DAMAGED */
async function openSim(far: FarBank, folder: string): Promise<FileContainer> {
  const dongle = await far.dongle();
  if (dongle.is(folder)) return dongle.open(folder);
  const device = await far.device();
  if (device.is(folder)) return device.open(folder);
  if (!isCentralFolder(folder)) throw new FerryError('NO_CONTAINER', { where: folder });
  const instead = `the address of a container; the License Central is \`central:${folder}\``;
  throw new FerryError('OTHER_KIND', { where: folder, found: 'License Central', expected: 'container', instead });
}

/**
 * Reaches a container, does the work, and lets it go, however the work ends. Who it says that it is, is verified.
 *
 * @throws ADDRESS_WRONG, and what opening or reaching it throws; its `list` as that of `certifiedClient`
 */
export function withContainer<T>(
  far: FarBank,
  text: string,
  work: (client: ContainerClient) => Promise<T> | T,
): Promise<T> {
  return withAnyContainer(far, text, (client) => work(certifiedClient(client)));
}

/** The same with whatever answers there, which may say what it likes. @throws as withContainer */
export async function withAnyContainer<T>(
  far: FarBank,
  text: string,
  work: (client: ContainerClient) => Promise<T> | T,
): Promise<T> {
  const client = await openContainer(far, await readAddress(far, text, CONTAINER_SCHEMES));
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function openContainer(far: FarBank, { scheme, folder, text }: Address): Promise<ContainerClient> {
  if (scheme === 'sim') return (await openSim(far, folder)).client;
  const { openCarrier } = await import('./open-carrier.adapter.ts');
  return openCarrier(text);
}
