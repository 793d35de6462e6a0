import type { Duplex } from 'node:stream';
import { FerryError } from '../../container/errors.ts';
import type { BytePipe } from '../../container/wire/call-over-pipe.ts';
import { networkWords } from '../network-words.ts';
import { QuietTimer } from './quiet-timer.adapter.ts';

/** A pipe over a stream of Node's, open already: a socket, a serial line, the standard streams of a program. */
export class StreamPipe implements BytePipe {
  readonly #stream: Duplex;
  readonly #where: string;
  readonly #patience: number;
  readonly #rate: number;
  readonly #timer = new QuietTimer();
  /** Bytes that were written since something came: they may be on their way still. */
  #unheard = 0;
  #fault: unknown;
  #goOn: () => void = () => undefined;

  /**
   * @param patience seconds for which nothing may come from the other side while it owes something
   * @param rate bytes per second that the way carries at least: what was written takes so much longer; unless given, no time
   */
  constructor(stream: Duplex, where: string, patience: number, rate = Number.POSITIVE_INFINITY) {
    this.#stream = stream;
    this.#where = where;
    this.#patience = patience;
    this.#rate = rate;
    stream.on('error', (error) => {
      this.#fault ??= error;
    });
    stream.on('drain', () => this.#goOn());
    stream.on('close', () => this.#goOn());
    // Of a stream whose other side can say that it is at work.
    stream.on('alive', () => this.#timer.goOn());
  }

  get arriving(): AsyncIterable<Uint8Array> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<Uint8Array, void> {
    const pieces: AsyncIterator<Uint8Array> = this.#stream[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#inTime(pieces.next());
      if (done === true) return;
      this.#unheard = 0;
      yield value;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#stream.destroyed || this.#stream.writableEnded) throw this.#lost(this.#fault);
    this.#unheard += bytes.length;
    if (this.#stream.write(bytes)) return;
    await this.#inTime(
      new Promise<void>((resolve) => {
        this.#goOn = resolve;
      }),
    );
    if (this.#stream.destroyed) throw this.#lost(this.#fault);
  }

  async close(because?: FerryError): Promise<void> {
    this.#timer.end();
    if (this.#stream.closed) return;
    const closed = new Promise<void>((resolve) => this.#stream.once('close', resolve));
    this.#stream.destroy(because);
    await closed;
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const seconds = this.#patience + Math.ceil(this.#unheard / this.#rate);
    this.#timer.start(seconds, () =>
      this.#stream.destroy(new FerryError('CARRIER_TIMEOUT', { where: this.#where, seconds })),
    );
    try {
      return await work;
    } catch (error) {
      throw this.#lost(this.#fault ?? error);
    } finally {
      this.#timer.stop();
    }
  }

  #lost(cause: unknown): FerryError {
    if (cause instanceof FerryError) return cause;
    return new FerryError('CARRIER_LOST', { where: this.#where, why: networkWords(cause) }, { cause });
  }
}
