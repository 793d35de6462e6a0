import net from 'node:net';
import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { QuietTimer } from '../stream/quiet-timer.adapter.ts';
import type { ReplyReader, UsbipReply } from './reply-reader.ts';
import type { Transfers } from './transfers.ts';
import type { Garbled } from './usbip-codec.ts';
import { WrittenTogether } from './written-together.adapter.ts';

/** Bytes that are read at once while it is not known whose they are; those of a transfer are read where they stay. */
const UNKNOWN_BYTES = 8 * 1024;

/** Milliseconds of silence after which the system looks whether the server's computer is still there. */
const ALIVE_AFTER = 10_000;

/** A connection to a USB/IP server: one question, then perhaps the transfers of a device. */
export class UsbipConnection {
  readonly #socket: net.Socket;
  readonly #where: string;
  readonly #reader: ReplyReader;
  readonly #out: WrittenTogether;
  readonly #closed: Promise<void>;
  readonly #timer = new QuietTimer();
  #answered: ((reply: UsbipReply) => void) | undefined;
  #failed: (error: FerryError) => void = () => undefined;
  #transfers: Transfers | undefined;
  #fault: unknown;

  /** @param where what errors call the other side */
  constructor(address: { readonly host: string; readonly port: number }, where: string, reader: ReplyReader) {
    this.#where = where;
    this.#reader = reader;
    const unknown = new Uint8Array(UNKNOWN_BYTES);
    const callback = (length: number, buffer: Uint8Array): boolean => {
      if (buffer === unknown) reader.push(unknown.slice(0, length));
      else reader.filled(length);
      this.#read();
      return true;
    };
    this.#socket = net.connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      // A device may say nothing for days; that its computer is gone is noticed all the same.
      keepAlive: true,
      keepAliveInitialDelay: ALIVE_AFTER,
      onread: { buffer: () => reader.room ?? unknown, callback },
    });
    this.#out = new WrittenTogether(this.#socket);
    this.#socket.on('error', (error) => {
      this.#fault ??= error;
    });
    this.#closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.#timer.end();
        this.#failed(this.#lost());
        this.#transfers?.end(this.#lost());
        resolve();
      });
    });
  }

  /** Waits until it is made. @param patience seconds @throws CARRIER_UNREACHABLE */
  async opened(patience: number): Promise<void> {
    const late = new Error(`it does not answer within ${patience} s`);
    this.#timer.start(patience, () => this.#socket.destroy(late));
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#failed = ({ cause }) => {
        const why = networkWords(cause);
        reject(new FerryError('CARRIER_UNREACHABLE', { where: this.#where, why }, { cause }));
      };
    });
    this.#timer.stop();
  }

  /** Asks what a connection begins with. @param patience seconds @throws CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED */
  async ask(request: Uint8Array, patience: number): Promise<UsbipReply> {
    const late = new FerryError('CARRIER_TIMEOUT', { where: this.#where, seconds: patience });
    this.#timer.start(patience, () => this.#socket.destroy(late));
    const reply = await new Promise<UsbipReply>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      if (this.#socket.destroyed) reject(this.#lost());
      else {
        this.#socket.write(request);
        // Who speaks something else may have begun before it was asked.
        this.#read();
      }
    });
    this.#timer.stop();
    return reply;
  }

  /** From now on replies are to transfers. */
  serve(transfers: Transfers): void {
    this.#transfers = transfers;
    if (this.#socket.destroyed) transfers.end(this.#lost());
    else this.#read();
  }

  /** Sends both, the header first; they must stay as they are until they are sent. */
  send(header: Uint8Array, data: Uint8Array): void {
    if (!this.#socket.destroyed) this.#out.write(header, data);
  }

  /** What the other side sent is none of this protocol. */
  garbled(why: string): FerryError {
    return new FerryError('CARRIER_GARBLED', { where: this.#where, why });
  }

  /** Closes it, if it is not closed. Repeatable. */
  async close(): Promise<void> {
    this.#fault ??= new Error('it was closed here');
    this.#socket.destroy();
    await this.#closed;
  }

  #read(): void {
    // What comes behind an answer is read once it is known what for.
    while (!this.#socket.destroyed && (this.#answered !== undefined || this.#transfers !== undefined)) {
      const reply = this.#reader.next();
      if (reply === undefined) return;
      const fault = reply.kind === 'garbled' ? reply : this.#take(reply);
      if (fault !== undefined) this.#socket.destroy(this.garbled(fault.why));
    }
  }

  #take(reply: UsbipReply): Garbled | undefined {
    if (this.#transfers !== undefined) return this.#transfers.answered(reply);
    this.#answered?.(reply);
    this.#answered = undefined;
    return undefined;
  }

  #lost(): FerryError {
    if (this.#fault instanceof FerryError) return this.#fault;
    const why = networkWords(this.#fault);
    return new FerryError('CARRIER_LOST', { where: this.#where, why }, { cause: this.#fault });
  }
}
