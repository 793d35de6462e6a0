import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { StreamPipe } from '../../carriers/stream/pipe-over-stream.ts';
import { serveStream } from '../../carriers/stream/serve-stream.ts';
import { call, hello } from '../../container/commands/device/messages.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { encodeFrame, FrameReader } from '../../container/wire/frame.ts';
import { SLOWEST_RATE } from '../../container/wire/pace.ts';
import { bodyStoreOf } from '../container/wire/body-store-of.ts';
import { crypto } from '../world/parties.ts';

const OWED = 0.2;
/** Bytes per second: faster than a client has to be, but an answer takes longer than the patience. */
const RATE = 20_000;
const EVERY = 0.02;

/** Takes what is written slowly, and closes when it has the answer. */
class SlowReader extends Duplex {
  readonly #frames = new FrameReader();
  readonly kinds: string[] = [];

  constructor() {
    super({ writableHighWaterMark: 1 });
  }

  override _read(): void {
    // What the client says is pushed.
  }

  override _write(bytes: Uint8Array, encoding: BufferEncoding, done: () => void): void {
    this.#take(bytes.subarray(0, RATE * EVERY));
    const rest = bytes.subarray(RATE * EVERY);
    setTimeout(() => {
      if (rest.length > 0 && !this.destroyed) return this._write(rest, encoding, done);
      done();
      if (this.kinds.includes('answer')) this.push(null);
    }, EVERY * 1000);
  }

  #take(bytes: Uint8Array): void {
    this.#frames.push(bytes);
    const read = this.#frames.next();
    if (read.state === 'frame') this.kinds.push(read.frame.kind);
  }
}

it('a client that takes its answer slowly, but not slower than it may, has all of it', async () => {
  const stream = new SlowReader();
  const body = NO_BYTES;
  stream.push(encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) })));
  stream.push(encodeFrame('call', 1, call.encode({ command: 1, size: 0, hash: null, body })));
  const side = {
    newSession: () => async () => new Uint8Array(16_000),
    bodies: bodyStoreOf(steadyClock),
    crypto,
    isLine: false,
    pace: { now: steadyClock, patience: OWED, rate: SLOWEST_RATE },
  };
  await serveStream(stream, side, { owed: OWED, idle: 60 });
  expect(stream.kinds).toEqual(['welcome', 'answer']);
});

it('a server, or a line, that takes what is sent slowly, but not slower than it may, is not left', async () => {
  const stream = new SlowReader();
  const pipe = new StreamPipe(stream, 'The line', OWED, SLOWEST_RATE);
  await pipe.write(encodeFrame('data', 1, new Uint8Array(16_000)));
  expect(stream.kinds).toEqual(['data']);
  await pipe.close();
});
