import fs from 'node:fs';
import path from 'node:path';
import { ServedFerry } from '../end-to-end/served-ferry.ts';
import type { Bench } from './suite.ts';

export const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');

export interface ServedBench extends Bench {
  /** Empty unless it was started with `--pair`. */
  readonly pairingCode: string;
}

/** Serves the dongle in a folder with the built program, which has to end well and leave nothing behind. */
export async function serveFerry(folder: string, listen: string, ...more: readonly string[]): Promise<ServedBench> {
  return serveAt(folder, [listen], more);
}

/** The same by USB/IP: to one client at a time. */
export async function serveUsbip(folder: string): Promise<ServedBench> {
  return serveAt(folder, [], ['--usbip', ':0', '--quiet']);
}

async function serveAt(folder: string, listens: readonly string[], more: readonly string[]): Promise<ServedBench> {
  const served = await ServedFerry.start('dongle', folder, listens, ['--log', 'silent', ...more]);
  return {
    address: served.address,
    pairingCode: served.pairingCode ?? '',
    close: async () => {
      const exit = await served.stop();
      const socket = listens.find((listen) => listen.startsWith('unix:'))?.slice('unix:'.length);
      if (exit !== 0 || served.log() !== '') throw new Error(`the server ended with ${exit}: ${served.log()}`);
      if (socket !== undefined && fs.existsSync(socket)) throw new Error(`${socket} is left`);
    },
  };
}

/** The address of a program that serves a dongle on its standard streams. */
export function execAddress(folder: string, before = ''): string {
  return `exec:${before}"${process.execPath}" "${PROGRAM}" dongle serve "${folder}" --stdio --log silent`;
}
