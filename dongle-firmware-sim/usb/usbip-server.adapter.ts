import net from 'node:net';
import { networkWords } from '../../carriers/network-words.ts';
import { rareWarnings } from '../../carriers/server/rare-warnings.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { closed, type Listening, listening } from '../../carriers/socket/listen-socket.adapter.ts';
import { Connections } from '../../carriers/stream/connections.ts';
import { QuietTimer } from '../../carriers/stream/quiet-timer.adapter.ts';
import { usbipText } from '../../carriers/usbip/usbip-address.ts';
import { WrittenTogether } from '../../carriers/usbip/written-together.adapter.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { FerryError } from '../../container/errors.ts';
import type { ExportedDevices } from './exported-device.ts';
import { UsbipSession } from './usbip-session.ts';

/** What a server can bear, and how long it waits. */
export interface UsbipLimits {
  /** Connections at a time. A newcomer takes the place of one that has no device. */
  readonly connections: number;
  /** Seconds in which a client has to ask for a list or a device, and to take an answer after which the server closes. */
  readonly owed: number;
  /** Bytes that may wait to be sent to a client; while there are more, nothing is read from it. */
  readonly unsent: number;
}

export const USBIP_LIMITS: UsbipLimits = { connections: 64, owed: 10, unsent: 1024 * 1024 };

/** Milliseconds of silence after which the system looks whether a client's computer is still there. */
const ALIVE_AFTER = 10_000;

/**
 * Serves USB devices by USB/IP, each to one client at a time.
 *
 * @returns its `close` unplugs every device from its client
 * @throws ADDRESS_TAKEN
 */
export async function listenUsbip(
  where: { readonly host: string; readonly port: number },
  devices: ExportedDevices,
  log: ServerLog,
  limits: Partial<UsbipLimits> = {},
): Promise<Listening> {
  const served = new UsbipServer(devices, rareWarnings(log, steadyClock), { ...USBIP_LIMITS, ...limits });
  const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: ALIVE_AFTER }, (socket) =>
    served.connected(socket),
  );
  try {
    await listening(server, where);
  } catch (error) {
    throw new FerryError('ADDRESS_TAKEN', { where: usbipText(where), why: networkWords(error) }, { cause: error });
  }
  const bound = server.address();
  const port = bound === null || typeof bound === 'string' ? where.port : bound.port;
  const close = (): Promise<void> => {
    const ended = closed(server);
    served.close();
    return ended;
  };
  return { address: usbipText({ host: where.host, port }), close };
}

class UsbipServer {
  readonly #devices: ExportedDevices;
  readonly #log: ServerLog;
  readonly #limits: UsbipLimits;
  readonly #connections: Connections;
  readonly #open = new Set<net.Socket>();
  #numbered = 0;

  constructor(devices: ExportedDevices, log: ServerLog, limits: UsbipLimits) {
    this.#devices = devices;
    this.#log = log;
    this.#limits = limits;
    this.#connections = new Connections(limits.connections);
  }

  connected(socket: net.Socket): void {
    const connection = ++this.#numbered;
    const log = this.#log;
    if (!this.#connections.admit(socket)) {
      log.warn('connection.refused', { connection, carrier: 'usbip', open: this.#connections.size });
      socket.destroy();
      return;
    }
    log.info('connection.opened', { connection, carrier: 'usbip', peer: peerOf(socket) });
    this.#open.add(socket);
    const timer = new QuietTimer();
    const over = (): void => timer.start(this.#limits.owed, () => socket.destroy());
    const out = new WrittenTogether(socket);
    const outlet = {
      write: (header: Uint8Array, data: Uint8Array): boolean => {
        out.write(header, data);
        if (out.unsent <= this.#limits.unsent) return true;
        socket.pause();
        return false;
      },
      end: (): void => {
        over();
        socket.end(() => socket.destroy());
      },
      abort: (): void => void socket.destroy(),
    };
    const session = new UsbipSession({ devices: this.#devices, outlet, log, connection });
    over();
    let isAsking = true;
    socket.on('data', (piece) => {
      session.arrived(piece);
      if (!isAsking || !session.isAttached) return;
      isAsking = false;
      timer.stop();
      this.#connections.note(socket, true);
    });
    socket.on('drain', () => {
      if (session.drained()) socket.resume();
    });
    // A client that sends no more has unplugged its device; one that asked for a list still gets it.
    socket.on('end', () => {
      if (!socket.writableEnded) socket.destroy();
    });
    let fault: Error | undefined;
    socket.on('error', (error) => {
      fault = error;
    });
    socket.on('close', () => {
      timer.end();
      this.#open.delete(socket);
      this.#connections.leave(socket);
      session.closed();
      log.info('connection.closed', { connection, ...(fault === undefined ? {} : { why: networkWords(fault) }) });
    });
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort }: net.Socket): string {
  return `${remoteAddress} port ${remotePort}`;
}
