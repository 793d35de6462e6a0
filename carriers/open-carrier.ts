import type { ContainerClient } from '../container/commands/client.ts';
import type { Crypto } from '../container/crypto/port.ts';
import { FerryError } from '../container/errors.ts';
import type { BytePipe } from '../container/wire/call-over-pipe.ts';
import type { Pace } from '../container/wire/pace.ts';
import { WireClient } from '../container/wire/wire-client.ts';
import {
  type CarrierAddress,
  isOnUsb,
  parseReachableAddress,
  parseUsbipServer,
  USB_FORMS,
  type UsbAddress,
  wrongAddress,
} from './address.ts';
import { HidStream } from './hid/hid-stream.ts';
import type { ReportPort } from './hid/report-port.ts';
import { HttpClient } from './http/http-client.ts';
import { slowestRate } from './slowest-rate.ts';
import { socketText } from './socket/socket-address.ts';
import { StreamPipe } from './stream/pipe-over-stream.ts';
import { QuietTimer } from './stream/quiet-timer.adapter.ts';

/** What carriers need of the one who uses them. */
export interface CarrierEnv {
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly random: (length: number) => Uint8Array;
  /** Seconds, never going back. */
  readonly clock: () => number;
  /** Seconds for which the other side may be silent while it owes something. */
  readonly patience: number;
  /** Told each line that a program which is the carrier writes to its standard error. */
  readonly remark?: (line: string) => void;
  /** The folder that keeps with whom this computer is paired; without it, it is with nobody. */
  readonly pairingFolder?: () => Promise<string>;
}

/** Seconds for which the other side may be silent, unless told otherwise. */
export const PATIENCE = 30;

/**
 * A served container as a client. It is reached with the first call.
 *
 * @param text `unix:PATH`, `tcp://HOST:PORT`, ...
 * @throws ADDRESS_WRONG
 */
export function openCarrier(text: string, env: CarrierEnv): ContainerClient {
  const address = parseReachableAddress(text);
  if (address.scheme === 'http') return openHttp(address.url, paceOf(address, env));
  return new WireClient({
    open: async () => new StreamPipe(await openStream(address, text, env), text, env.patience, slowestRate(address)),
    where: text,
    isLine: address.scheme === 'serial',
    crypto: env.crypto,
    random: env.random,
    pace: paceOf(address, env),
  });
}

/**
 * A way to a served container as bare bytes, for who speaks the device protocol himself.
 *
 * @throws ADDRESS_WRONG, also for one that no stream of bytes leads to; CARRIER_UNREACHABLE
 */
export async function openPipe(text: string, env: CarrierEnv): Promise<BytePipe> {
  const address = parseReachableAddress(text);
  if (address.scheme === 'http') throw wrongAddress(text, 'it is no stream of bytes');
  return new StreamPipe(await openStream(address, text, env), text, env.patience);
}

/**
 * Has a dongle on USB show by its LED which one it is.
 *
 * @param text `hid:SERIAL`, `usb:SERIAL` or `usbip://HOST:PORT/BUSID`
 * @throws ADDRESS_WRONG; what reaching it throws
 */
export async function blink(text: string, env: DongleEnv): Promise<void> {
  const [port, { blinkDongle }] = await Promise.all([openReportsAt(text, env), import('./hid/blink-dongle.ts')]);
  await blinkDongle(port, { ...env, where: text, after });
}

/**
 * The addresses of the dongles that a USB/IP server has: of what has the two interfaces of one.
 *
 * @param text `usbip://HOST:PORT`
 * @returns undefined when the text is no such address
 * @throws ADDRESS_WRONG; CARRIER_UNREACHABLE, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function donglesAtServer(text: string, patience: number): Promise<readonly string[] | undefined> {
  const server = parseUsbipServer(text);
  if (server === undefined) return undefined;
  const { listUsbip } = await import('./usbip/usbip-client.adapter.ts');
  const isDongle = (classes: readonly number[]): boolean => DONGLE_CLASSES.every((one) => classes.includes(one));
  return (await listUsbip({ ...server, patience }))
    .filter(({ interfaces }) => isDongle(interfaces.map((one) => one.class)))
    .map(({ busid }) => `${text.replace(/\/$/, '')}/${busid}`);
}

/** HID and mass storage. @see USB-IF, Defined Class Codes */
const DONGLE_CLASSES: readonly number[] = [0x03, 0x08];

/** What a dongle that is only looked at needs. */
type DongleEnv = Pick<CarrierEnv, 'random' | 'patience'>;

async function openReportsAt(text: string, env: DongleEnv): Promise<ReportPort> {
  const address = parseReachableAddress(text);
  if (!isOnUsb(address)) throw wrongAddress(text, 'it leads to no dongle on USB', USB_FORMS);
  return openReports(address, text, env);
}

async function openStream(
  address: Exclude<CarrierAddress, { readonly scheme: 'http' }>,
  text: string,
  env: CarrierEnv,
) {
  switch (address.scheme) {
    case 'unix':
    case 'tcp': {
      const { connectSocket } = await import('./socket/connect-socket.adapter.ts');
      return connectSocket(address, env.patience);
    }
    case 'exec': {
      const { ProgramStream } = await import('./exec/program-stream.adapter.ts');
      return new ProgramStream(address.command, text, env.patience, env.remark);
    }
    case 'tls': {
      if (env.pairingFolder === undefined) throw new FerryError('PAIRING_NEEDED', { where: socketText(address) });
      const [{ connectTls }, folder] = await Promise.all([import('./tls/connect-tls.adapter.ts'), env.pairingFolder()]);
      return connectTls(address, { ...env, folder });
    }
    case 'hid':
    case 'usb':
    case 'usbip':
      return HidStream.open(await openReports(address, text, env), { ...env, where: text, after });
    case 'serial': {
      const { openSerialLine } = await import('./serial/serial-line.adapter.ts');
      return openSerialLine(address, 'CARRIER_UNREACHABLE');
    }
  }
}

async function openReports(address: UsbAddress, where: string, { patience }: DongleEnv): Promise<ReportPort> {
  switch (address.scheme) {
    case 'hid': {
      const { openNodeHidPort } = await import('./hid/node-hid-port.adapter.ts');
      return openNodeHidPort(address.serial, where);
    }
    case 'usb': {
      const { openUsbPort } = await import('./hid/usb-port.adapter.ts');
      return openUsbPort(address.serial, where, patience);
    }
    case 'usbip': {
      const { openUsbipPort } = await import('./usbip/usbip-port.ts');
      return openUsbipPort({ ...address, patience, after }, where);
    }
  }
}

/** @see ChannelOptions */
function after(seconds: number, over: () => void): () => void {
  const timer = new QuietTimer();
  timer.start(seconds, over);
  return () => timer.end();
}

function paceOf(address: CarrierAddress, { clock, patience }: CarrierEnv): Pace {
  return { now: clock, patience, rate: slowestRate(address) };
}

/** A device service, over requests of its own instead of a stream. */
function openHttp(url: string, pace: Pace): ContainerClient {
  return new HttpClient(url, async (request) => {
    const { exchangeHttp } = await import('./http/exchange-http.adapter.ts');
    return exchangeHttp(url, pace)(request);
  });
}
