import { errorOf } from '../commands/device/failure-message.ts';
import {
  answer,
  type Body,
  call,
  DEVICE_PROTOCOL,
  failure,
  fetch,
  hello,
  MESSAGE,
  more,
  welcome,
} from '../commands/device/messages.ts';
import type { Crypto } from '../crypto/port.ts';
import { FerryError } from '../errors.ts';
import type { Codec } from '../files/codec.ts';
import { equalBytes, NO_BYTES, toHex } from '../model/bytes.ts';
import type { Hash } from '../model/ids.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { FrameSource } from './frame-source.ts';
import { isLate, type Pace } from './pace.ts';
import type { PartOfAnswer, Transfer } from './transfer.ts';
import { dataFrames, windowEnd } from './window.ts';

/** A way to the other side that is open: bytes there and back, in order. */
export interface BytePipe {
  /** What arrives. Its iterator rejects with a `FerryError` when the way breaks or nothing comes in time. */
  readonly arriving: AsyncIterable<Uint8Array>;
  /** Resolves when more may be written. @throws CARRIER_LOST */
  write(bytes: Uint8Array): Promise<void>;
  /** @param because why it is not gone on with, where that is not its user's wish */
  close(because?: FerryError): Promise<void>;
}

export interface PipeOptions {
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly random: (length: number) => Uint8Array;
  /** The other side, as errors name it. */
  readonly where: string;
  readonly isLine: boolean;
  /** How slow the other side may be. */
  readonly pace: Pace;
}

/** Frames of an earlier call that may still arrive: one window of data, and its answer. */
const LEFT_OVER = 16;

/** The client's end of a conversation: one call at a time. */
export class PipeCaller {
  readonly #pipe: BytePipe;
  readonly #frames: FrameSource;
  readonly #options: PipeOptions;
  #lastCall = 0;
  #isAsking = false;
  /** Whether the other side takes too long, when so many bytes of its next frame are there. */
  #isLate: (begun: number) => boolean = () => false;

  private constructor(pipe: BytePipe, options: PipeOptions) {
    this.#pipe = pipe;
    this.#options = options;
    this.#frames = new FrameSource(pipe.arriving, options.where, (begun) => {
      if (this.#isLate(begun)) throw new FerryError('CARRIER_SLOW', { where: options.where });
    });
  }

  /** Says hello. @throws CARRIER_GARBLED, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_SLOW, CARRIER_BUSY, PROTOCOL_VERSION */
  static async open(pipe: BytePipe, options: PipeOptions): Promise<PipeCaller> {
    const caller = new PipeCaller(pipe, options);
    await caller.#greet();
    return caller;
  }

  /**
   * Has one command carried out. The request may be sent again after any failure of the carrier.
   *
   * @param transfer what earlier pipes carried of it
   * @throws what the other side answered; CARRIER_GARBLED, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_SLOW, BODY_GONE, MESSAGE_TOO_LARGE
   */
  async call(command: number, request: Uint8Array, transfer: Transfer): Promise<Uint8Array> {
    this.#isAsking = true;
    try {
      return await this.#carry(command, request, transfer);
    } finally {
      this.#isAsking = false;
    }
  }

  /**
   * Leaves. The other end of a line cannot see that: there another hello ends the session, so that nobody who comes after is taken
   * for whoever was here. In the middle of a call it would have to wait for all that is being sent; then the silence ends it.
   */
  async close(): Promise<void> {
    try {
      // Only its answer shows that it was heard: a line that is closed may lose what was sent last.
      if (this.#options.isLine && !this.#isAsking) await this.#greet();
    } catch (error) {
      // Where nobody answers, the silence ends it, too.
      if (!(error instanceof FerryError)) throw error;
    } finally {
      await this.#pipe.close();
    }
  }

  /** Says hello, and hears its welcome. */
  async #greet(): Promise<void> {
    const { isLine, pace, random } = this.#options;
    const nonce = random(8);
    const since = pace.now();
    // On a line, what an earlier call asked for may come first.
    const before = isLine ? 2 * MESSAGE.windowBytes : 0;
    this.#isLate = (begun) => isLate(pace, since, before + begun);
    await this.#pipe.write(encodeFrame('hello', 0, hello.encode({ version: DEVICE_PROTOCOL, nonce })));
    for (;;) {
      const frame = await this.#arrived(isLine ? 'welcome' : undefined, 'the other side closed it without a word');
      if (frame.kind === 'failure') throw this.#failure(frame);
      if (frame.kind !== 'welcome') throw this.#garbled(`"${frame.kind}" where a welcome was due`);
      if (equalBytes(this.#understood(welcome, frame.payload).nonce, nonce)) return;
      // On a line, the answer to somebody's earlier hello.
      if (!isLine) throw this.#garbled('its welcome answers another hello');
    }
  }

  async #carry(command: number, request: Uint8Array, transfer: Transfer): Promise<Uint8Array> {
    const id = ++this.#lastCall;
    const { pace } = this.#options;
    const since = transfer.began(pace.now());
    const unseen = Math.min(request.length, MESSAGE.windowBytes);
    // One pause for the way, one for the command.
    this.#isLate = (begun) => isLate(pace, since, transfer.progress + unseen + begun, 2);
    if (transfer.part !== undefined) return this.#fetch(id, transfer, transfer.part);
    if (request.length > MESSAGE.requestBytes)
      throw new FerryError('MESSAGE_TOO_LARGE', {
        size: request.length,
        limit: MESSAGE.requestBytes,
        where: this.#options.where,
      });
    const announced = await this.#ask(id, command, request, transfer);
    if (announced.hash === null) return announced.body;
    if (announced.size > MESSAGE.answerBytes) throw this.#garbled(`it announces an answer of ${announced.size} bytes`);
    transfer.part = { hash: announced.hash, bytes: new Uint8Array(announced.size), filled: 0 };
    return this.#fetch(id, transfer, transfer.part);
  }

  async #ask(id: number, command: number, request: Uint8Array, transfer: Transfer): Promise<Body> {
    const size = request.length;
    const isInline = size <= MESSAGE.inlineBytes;
    const hash = isInline ? null : (toHex(this.#options.crypto.sha256(request)) as Hash);
    const body = isInline ? request : NO_BYTES;
    await this.#pipe.write(encodeFrame('call', id, call.encode({ command, size, hash, body })));
    for (;;) {
      const frame = await this.#answered(id);
      if (frame.kind === 'answer') return this.#inline(this.#understood(answer, frame.payload));
      if (frame.kind !== 'more' || isInline) throw this.#garbled(`"${frame.kind}" where an answer was due`);
      const { from } = this.#understood(more, frame.payload);
      if (from >= size) throw this.#garbled('it asks for more than there is');
      for (const data of dataFrames(id, request, from)) await this.#pipe.write(data);
      transfer.sentThrough(windowEnd(from, size));
    }
  }

  #inline(body: Body): Body {
    if (body.hash === null && body.size !== body.body.length)
      throw this.#garbled('an answer has another size than it says');
    return body;
  }

  async #fetch(id: number, transfer: Transfer, part: PartOfAnswer): Promise<Uint8Array> {
    const { hash, bytes } = part;
    const size = bytes.length;
    while (part.filled < size) {
      const end = windowEnd(part.filled, size);
      await this.#pipe.write(encodeFrame('fetch', id, fetch.encode({ size, hash, from: part.filled })));
      while (part.filled < end) {
        const frame = await this.#answered(id);
        if (frame.kind !== 'data' || frame.payload.length === 0 || part.filled + frame.payload.length > end)
          throw this.#garbled('an answer is longer than announced');
        bytes.set(frame.payload, part.filled);
        part.filled += frame.payload.length;
        transfer.receivedThrough(part.filled);
      }
    }
    transfer.part = undefined;
    if (toHex(this.#options.crypto.sha256(bytes)) !== hash) throw this.#garbled('an answer is not what was announced');
    return bytes;
  }

  /** The next frame about this call; a failure is thrown. What is left of an earlier call is passed over. */
  async #answered(id: number): Promise<Frame> {
    for (let passed = 0; passed <= LEFT_OVER; passed++) {
      const frame = await this.#arrived();
      if (frame.kind === 'failure' && (frame.call === id || frame.call === 0)) throw this.#failure(frame);
      if (frame.call === id) return frame;
      if (frame.call > id || frame.call === 0)
        throw this.#garbled(`it answers the call ${frame.call}, which was not made`);
    }
    throw this.#garbled('it goes on with a call that is over');
  }

  async #arrived(kind?: 'welcome', atEnd = 'the other side closed it'): Promise<Frame> {
    const frame = await (kind === undefined ? this.#frames.next() : this.#frames.nextOf(kind));
    if (frame === undefined) throw new FerryError('CARRIER_LOST', { where: this.#options.where, why: atEnd });
    return frame;
  }

  #failure({ payload }: Frame): FerryError {
    return errorOf(this.#understood(failure, payload), this.#options.where);
  }

  #understood<T>(codec: Codec<T>, payload: Uint8Array): T {
    const read = codec.decode(payload);
    if (!read.ok) throw this.#garbled(String(read.details.what));
    return read.value;
  }

  #garbled(why: string): FerryError {
    return new FerryError('CARRIER_GARBLED', { where: this.#options.where, why });
  }
}
