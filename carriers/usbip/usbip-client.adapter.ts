import net from 'node:net';
import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import {
  devidOf,
  encodeDevlistRequest,
  encodeImportRequest,
  type ListedDevice,
  type UsbipDevice,
} from './device-messages.ts';
import { ReplyReader, type UsbipReply } from './reply-reader.ts';
import { type SubmittedTransfer, Transfers } from './transfers.ts';
import { type Garbled, IMPORT_STATUS, type SetupPacket } from './usbip-codec.ts';
import { WrittenTogether } from './written-together.adapter.ts';

/** Where a USB/IP server is, and how long it may take. */
export interface UsbipServer {
  readonly host: string;
  readonly port: number;
  /** Seconds until it is connected, and until a list or an import is answered. */
  readonly patience: number;
}

/** A device that is imported: nobody else has it until it is closed. */
export interface ImportedDevice {
  readonly device: UsbipDevice;
  /** Asks for a control transfer. @param data what goes to the device, wLength bytes; nothing when data comes from it */
  control(setup: SetupPacket, data?: Uint8Array): SubmittedTransfer;
  /** Asks for at most so many bytes of a bulk or interrupt endpoint, named without its direction. */
  in(endpoint: number, length: number): SubmittedTransfer;
  /** Sends bytes to a bulk or interrupt endpoint. They must stay as they are until it completes. */
  out(endpoint: number, data: Uint8Array): SubmittedTransfer;
  /** Unplugs it: what is under way fails with CARRIER_LOST. Once it returns, the connection is closed on this side. Repeatable. */
  close(): Promise<void>;
}

/**
 * The devices that a server has.
 *
 * @throws CARRIER_UNREACHABLE, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function listUsbip(server: UsbipServer): Promise<readonly ListedDevice[]> {
  const where = textOf(server);
  const connection = new Connection(await connected(server, where), where, new ReplyReader('devlist'));
  try {
    const reply = await connection.ask(encodeDevlistRequest(), server.patience);
    if (reply.kind === 'devlist') return reply.devices;
    throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'it does not tell which devices it has' });
  } finally {
    await connection.close();
  }
}

/**
 * Imports a device, as plugging it into this computer would.
 *
 * @throws CARRIER_UNREACHABLE (also when no device has that bus id), CARRIER_BUSY when another one has it, CARRIER_LOST,
 *   CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function connectUsbip(server: UsbipServer & { readonly busid: string }): Promise<ImportedDevice> {
  const { busid, patience } = server;
  const where = `${textOf(server)}/${busid}`;
  if (!BUSID.test(busid)) throw new FerryError('CARRIER_UNREACHABLE', { where, why: `"${busid}" is not a bus id` });
  let transfers: Transfers | undefined;
  const reader = new ReplyReader('import', (seqnum) => transfers?.asked(seqnum));
  const connection = new Connection(await connected(server, where), where, reader);
  try {
    const reply = await connection.ask(encodeImportRequest(busid), patience);
    if (reply.kind !== 'imported') throw refused(where, reply);
    const { device } = reply;
    if (device.busid !== busid) throw connection.garbled(`it gives the device ${device.busid}`);
    const under = new Transfers(devidOf(device), (header, data) => connection.send(header, data));
    transfers = under;
    connection.serve(under);
    return {
      device,
      control: (setup, data) => under.control(setup, data),
      in: (endpoint, length) => under.in(endpoint, length),
      out: (endpoint, data) => under.out(endpoint, data),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Printable ASCII, with room for the zero byte that ends it. */
const BUSID = /^[!-~]{1,31}$/;

function refused(where: string, reply: UsbipReply): FerryError {
  const status = reply.kind === 'refused' ? reply.status : 0;
  if (status === IMPORT_STATUS.notAvailable || status === IMPORT_STATUS.busy)
    return new FerryError('CARRIER_BUSY', { where });
  const why = status === IMPORT_STATUS.noDevice ? 'no device has that bus id' : `it refuses with status ${status}`;
  return new FerryError('CARRIER_UNREACHABLE', { where, why });
}

function textOf({ host, port }: UsbipServer): string {
  return `usbip://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function connected({ host, port, patience }: UsbipServer, where: string): Promise<net.Socket> {
  const socket = net.connect({ host, port, noDelay: true });
  const timer = new QuietTimer();
  try {
    await new Promise<void>((resolve, reject) => {
      timer.start(patience, () => socket.destroy(new Error(`it does not answer within ${patience} s`)));
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  } catch (error) {
    throw new FerryError('CARRIER_UNREACHABLE', { where, why: networkWords(error) }, { cause: error });
  } finally {
    timer.end();
  }
}

/** A connection to a server: one question, then perhaps the transfers of a device. */
class Connection {
  readonly #socket: net.Socket;
  readonly #where: string;
  readonly #reader: ReplyReader;
  readonly #out: WrittenTogether;
  readonly #closed: Promise<void>;
  #answered: ((reply: UsbipReply) => void) | undefined;
  #failed: (error: FerryError) => void = () => undefined;
  #transfers: Transfers | undefined;
  #fault: unknown;

  constructor(socket: net.Socket, where: string, reader: ReplyReader) {
    this.#socket = socket;
    this.#where = where;
    this.#reader = reader;
    this.#out = new WrittenTogether(socket);
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#fail(this.#lost());
        resolve();
      });
    });
    socket.on('error', (error) => {
      this.#fault ??= error;
    });
    socket.on('data', (piece) => {
      reader.push(piece);
      this.#read();
    });
  }

  /** Asks what a connection begins with. @param patience seconds */
  async ask(request: Uint8Array, patience: number): Promise<UsbipReply> {
    const timer = new QuietTimer();
    try {
      return await new Promise<UsbipReply>((resolve, reject) => {
        timer.start(patience, () =>
          this.#socket.destroy(new FerryError('CARRIER_TIMEOUT', { where: this.#where, seconds: patience })),
        );
        this.#answered = resolve;
        this.#failed = reject;
        if (this.#socket.destroyed) reject(this.#lost());
        else this.#socket.write(request);
      });
    } finally {
      timer.end();
    }
  }

  /** From now on replies are to transfers. */
  serve(transfers: Transfers): void {
    this.#transfers = transfers;
    if (this.#socket.destroyed) transfers.end(this.#lost());
    else this.#read();
  }

  send(header: Uint8Array, data: Uint8Array): void {
    if (!this.#socket.destroyed) this.#out.write(header, data);
  }

  garbled(why: string): FerryError {
    return new FerryError('CARRIER_GARBLED', { where: this.#where, why });
  }

  async close(): Promise<void> {
    this.#fault ??= new Error('it was closed here');
    this.#socket.destroy();
    await this.#closed;
  }

  #read(): void {
    while (!this.#socket.destroyed && (this.#answered !== undefined || this.#transfers !== undefined)) {
      const reply = this.#reader.next();
      if (reply === undefined) return;
      const fault = reply.kind === 'garbled' ? reply : this.#take(reply);
      if (fault !== undefined) this.#socket.destroy(this.garbled(fault.why));
    }
  }

  #take(reply: UsbipReply): Garbled | undefined {
    if (this.#transfers !== undefined) return this.#transfers.answered(reply);
    // What came behind it is read once it is known what for.
    this.#answered?.(reply);
    this.#answered = undefined;
    return undefined;
  }

  #fail(error: FerryError): void {
    this.#failed(error);
    this.#transfers?.end(error);
  }

  #lost(): FerryError {
    if (this.#fault instanceof FerryError) return this.#fault;
    const why = networkWords(this.#fault);
    return new FerryError('CARRIER_LOST', { where: this.#where, why }, { cause: this.#fault });
  }
}
