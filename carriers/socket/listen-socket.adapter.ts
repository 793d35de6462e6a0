import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { type SocketAddress, socketText } from './socket-address.ts';
import { checkUnixPath } from './unix-path.adapter.ts';

/** Something that accepts connections. */
export interface Listening {
  /** Where it is reached, with the port that it got. */
  readonly address: string;
  /** Accepts no more. Connections that are open stay so. */
  close(): Promise<void>;
}

/**
 * Accepts connections at a Unix or TCP socket. A Unix socket may be used by its owner only; one that a killed server left
 * behind is replaced, one that is served is not.
 *
 * @throws ADDRESS_TAKEN
 */
export async function listenSocket(
  address: SocketAddress,
  onConnection: (socket: net.Socket) => void,
): Promise<Listening> {
  // Who sends no more still waits for what it asked last.
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, onConnection);
  try {
    if (address.scheme === 'unix') await listenUnix(server, path.resolve(address.path));
    else await listening(server, { host: address.host, port: address.port });
  } catch (error) {
    throw new FerryError('ADDRESS_TAKEN', { where: socketText(address), why: networkWords(error) }, { cause: error });
  }
  return { address: addressOf(server, address), close: () => closed(server) };
}

/** Where a server is reached, with the port that it got. */
export function addressOf(server: net.Server, asked: SocketAddress): string {
  const bound = server.address();
  if (asked.scheme === 'unix' || bound === null || typeof bound === 'string')
    return socketText(asked.scheme === 'unix' ? { ...asked, path: path.resolve(asked.path) } : asked);
  return socketText({ ...asked, port: bound.port });
}

export function listening(server: net.Server, options: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

export function closed(server: net.Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function listenUnix(server: net.Server, file: string): Promise<void> {
  checkPath(file);
  if (isSocket(file) && !(await isServed(file))) fs.rmSync(file, { force: true });
  // The socket must not be open to others for even a moment; the mask is this process's own.
  const mask = process.umask(0o177);
  try {
    await listening(server, { path: file });
  } finally {
    process.umask(mask);
  }
}

/** What binding would say in no words of use. */
function checkPath(file: string): void {
  checkUnixPath(file);
  if (!fs.existsSync(path.dirname(file))) throw new Error('its folder is missing');
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSocket()) throw new Error('there is another file');
}

function isSocket(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSocket() === true;
}

function isServed(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path: file }, () => {
      probe.destroy();
      resolve(true);
    });
    // Only this answer says that its server is gone: a busy one answers otherwise.
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
