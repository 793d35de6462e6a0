import net from 'node:net';
import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import { type SocketAddress, socketText } from './socket-address.ts';
import { checkUnixPath } from './unix-path.adapter.ts';

/** Connects to a Unix or TCP socket. @param patience seconds @throws CARRIER_UNREACHABLE */
export async function connectSocket(address: SocketAddress, patience: number): Promise<net.Socket> {
  if (address.scheme === 'unix') reachable(address);
  const socket = net.connect(
    address.scheme === 'unix' ? { path: address.path } : { host: address.host, port: address.port, noDelay: true },
  );
  const timer = new QuietTimer();
  try {
    await new Promise<void>((resolve, reject) => {
      timer.start(patience, () => socket.destroy(new Error(`it does not answer within ${patience} s`)));
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  } catch (error) {
    throw new FerryError(
      'CARRIER_UNREACHABLE',
      { where: socketText(address), why: networkWords(error) },
      { cause: error },
    );
  } finally {
    timer.end();
  }
}

function reachable(address: SocketAddress & { readonly scheme: 'unix' }): void {
  try {
    checkUnixPath(address.path);
  } catch (error) {
    throw new FerryError(
      'CARRIER_UNREACHABLE',
      { where: socketText(address), why: networkWords(error) },
      { cause: error },
    );
  }
}
