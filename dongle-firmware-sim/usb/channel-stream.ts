import { Duplex } from 'node:stream';
import { MESSAGE } from '../../container/commands/device/messages.ts';

/** Bytes that a client may send before any is worked on: one window of data, and something to say. */
const MOST_UNREAD = 2 * MESSAGE.windowBytes;

export interface ChannelPort {
  /** @param sent is called when the host has taken it */
  readonly write: (bytes: Uint8Array, sent: () => void) => void;
  /** Whoever served it is done. */
  readonly closed: () => void;
}

/** One client's channel, towards whoever serves it. */
export class ChannelStream extends Duplex {
  readonly #port: ChannelPort;

  constructor(port: ChannelPort) {
    super({ allowHalfOpen: true });
    this.#port = port;
  }

  /** Something came from the client; false when there is too much of it. */
  arrived(message: Uint8Array): boolean {
    if (this.readableLength + message.length > MOST_UNREAD) return false;
    this.push(message);
    return true;
  }

  /** The client is gone, or was sent away. */
  hostClosed(): void {
    this.push(null);
    this.destroy();
  }

  override _read(): void {
    // What comes is pushed as it comes; how much, is bounded.
  }

  override _write(bytes: Uint8Array, _: string, done: () => void): void {
    this.#port.write(bytes, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.closed();
    done(error);
  }
}
