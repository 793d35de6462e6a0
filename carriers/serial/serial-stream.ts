import { Duplex } from 'node:stream';
import type { SerialPort } from 'serialport';

/** An open serial line as a stream that closes the line when it is destroyed, which the package's own does not. */
export class SerialStream extends Duplex {
  readonly #port: SerialPort;

  constructor(port: SerialPort) {
    super();
    this.#port = port;
    port.on('data', (piece: Uint8Array) => {
      if (!this.push(piece)) port.pause();
    });
    port.on('error', (error: Error) => this.destroy(error));
    // The line is gone, as when its plug was pulled.
    port.on('close', (error: Error | null) => this.destroy(error ?? undefined));
    port.pause();
  }

  override _read(): void {
    this.#port.resume();
  }

  override _write(bytes: Uint8Array, _: string, done: (error?: Error | null) => void): void {
    this.#port.write(bytes, undefined, (error) => done(error ?? null));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#port.isOpen) this.#port.close(() => done(error));
    else done(error);
  }
}
