import type { Socket } from 'node:net';

/**
 * Writes to a socket so that headers and data are sent as they are, without a copy that joins them: all that is written before
 * the event loop goes on leaves in one call of the system. Nothing waits for more to come.
 */
export class WrittenTogether {
  readonly #socket: Socket;
  #isCorked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the system has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** The bytes must stay as they are until they are sent. */
  write(header: Uint8Array, data: Uint8Array): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(header);
    if (data.length > 0) this.#socket.write(data);
  }
}
