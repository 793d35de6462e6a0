import { encodeFailure } from '../commands/device/failure-message.ts';
import { answer, call, DEVICE_PROTOCOL, fetch, hello, MESSAGE, more, welcome } from '../commands/device/messages.ts';
import type { Crypto } from '../crypto/port.ts';
import { FerryError } from '../errors.ts';
import type { Codec } from '../files/codec.ts';
import { NO_BYTES, toHex } from '../model/bytes.ts';
import type { Hash } from '../model/ids.ts';
import type { BodyName, BodyStore } from './body-store.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { FrameSource } from './frame-source.ts';
import { isLate, type Pace } from './pace.ts';
import { dataFrames, windowEnd } from './window.ts';

/** Carries out one command by its code. Rejects with a `FerryError`. */
export type CommandPort = (command: number, request: Uint8Array) => Promise<Uint8Array>;

export interface ServedSide {
  /** Begins a session anew: what an earlier one was allowed, it is not. */
  readonly newSession: () => CommandPort;
  /** Shared by all conversations of one server. */
  readonly bodies: BodyStore;
  readonly crypto: Pick<Crypto, 'sha256'>;
  /**
   * Whether the line has no connections, as a serial one: then a silence ends the conversation, and so does what cannot be
   * understood; what comes after is skipped up to the next `hello`. Otherwise what cannot be understood ends the stream.
   */
  readonly isLine: boolean;
  /** How slow the client may be. */
  readonly pace: Pace;
  /** Told each time that the client's bytes are waited for, and whether it owes them: it has begun to send something. */
  readonly waiting?: (isOwed: boolean) => void;
}

/** A request on its way in. */
interface Upload extends BodyName {
  readonly call: number;
  readonly command: number;
  /** When the window was asked for that is arriving, in seconds. */
  since: number;
  /** Where that one begins. */
  from: number;
  /** How much of it this conversation knows to be here. */
  filled: number;
  /** How much is here when the window that was asked for is full. */
  windowEnd: number;
}

/**
 * One client's conversation, from its bytes to the bytes that answer them: one command at a time, nothing done by halves,
 * at most one window of data unasked. Ends with the client's bytes, or after telling what it could not understand. Each `hello`
 * begins a session of its own, which ends with the conversation.
 *
 * @throws what bringing the bytes throws
 */
export async function* serveConversation(
  pieces: AsyncIterable<Uint8Array>,
  side: ServedSide,
): AsyncGenerator<Uint8Array, void> {
  const conversation = new Conversation(side);
  let isOpen = false;
  const frames = new FrameSource(pieces, 'the client', (begun) => {
    // Whoever is at the other end of a line keeps nobody else out, and begins with a hello when he likes.
    if ((isOpen || !side.isLine) && conversation.isSlow(begun))
      throw new FerryError('CARRIER_SLOW', { where: 'the client' });
    side.waiting?.(begun > 0 || conversation.isReceiving);
  });
  try {
    for (;;) {
      try {
        const frame = isOpen || !side.isLine ? await frames.next() : await frames.nextOf('hello');
        if (frame === undefined) return;
        if (!isOpen && frame.kind !== 'hello') throw garbled(`it begins with "${frame.kind}"`);
        isOpen = true;
        for (const bytes of await conversation.take(frame)) yield bytes;
      } catch (error) {
        if (!(error instanceof FerryError) || !ENDING.has(error.code)) throw error;
        yield encodeFrame('failure', 0, encodeFailure(error));
        if (!side.isLine) return;
        isOpen = false;
        conversation.end();
        if (error.code === 'CARRIER_SLOW') frames.abandon();
      }
    }
  } finally {
    conversation.end();
  }
}

/** What a conversation cannot go on after. */
const ENDING: ReadonlySet<string> = new Set(['CARRIER_GARBLED', 'CARRIER_SLOW', 'PROTOCOL_VERSION']);

class Conversation {
  readonly #side: ServedSide;
  #upload: Upload | undefined;
  #answered: BodyName | undefined;
  #commands: CommandPort;
  /** When the frame that is arriving began, in seconds. */
  #frameSince: number | undefined;

  constructor(side: ServedSide) {
    this.#side = side;
    this.#commands = side.newSession();
  }

  /** Whether data of a request is still to come. */
  get isReceiving(): boolean {
    return this.#upload !== undefined;
  }

  /** Whether what the client has begun takes too long. @param begun bytes of the next frame that are here */
  isSlow(begun: number): boolean {
    const { pace } = this.#side;
    this.#frameSince = begun === 0 ? undefined : (this.#frameSince ?? pace.now());
    if (this.#frameSince !== undefined && isLate(pace, this.#frameSince, begun)) return true;
    const upload = this.#upload;
    return upload !== undefined && isLate(pace, upload.since, upload.filled - upload.from + begun);
  }

  /**
   * Nothing more is expected of what was begun, and nothing that was allowed is so any more. What is here of bodies stays for
   * another conversation to go on with.
   */
  end(): void {
    this.#leaveUpload();
    if (this.#answered !== undefined) this.#side.bodies.leave(this.#answered, this);
    this.#answered = undefined;
    this.#frameSince = undefined;
    this.#commands = this.#side.newSession();
  }

  /** What is said to a frame. */
  async take(frame: Frame): Promise<Iterable<Uint8Array>> {
    this.#frameSince = undefined;
    switch (frame.kind) {
      case 'hello':
        return [this.#greet(frame)];
      case 'call':
        return this.#call(frame);
      case 'data':
        return this.#data(frame);
      case 'fetch':
        return this.#fetch(frame);
      case 'cancel':
        if (this.#upload?.call === frame.call) this.#leaveUpload();
        return [];
      default:
        throw garbled(`a client does not send "${frame.kind}"`);
    }
  }

  #greet({ payload }: Frame): Uint8Array {
    const { version, nonce } = understood(hello, payload);
    if (version !== DEVICE_PROTOCOL)
      throw new FerryError('PROTOCOL_VERSION', { where: 'The client', version, known: DEVICE_PROTOCOL });
    this.end();
    return encodeFrame('welcome', 0, welcome.encode({ version: DEVICE_PROTOCOL, nonce }));
  }

  async #call({ call: id, payload }: Frame): Promise<readonly Uint8Array[]> {
    const { command, size, hash, body } = understood(call, payload);
    // Whoever asks for something else has what was answered before.
    this.#leaveAnswer();
    this.#leaveUpload();
    if (hash === null) {
      if (size !== body.length) throw garbled('a body has another size than it announces');
      return [await this.#carryOut(id, command, body)];
    }
    if (size > MESSAGE.requestBytes) return [failed(id, tooLarge(size, MESSAGE.requestBytes))];
    const from = this.#side.bodies.begin({ hash, size }, this);
    if (from === undefined) return [failed(id, new FerryError('CARRIER_BUSY', { where: 'The other side' }))];
    const since = this.#side.pace.now();
    this.#upload = { call: id, command, since, from, hash, size, filled: from, windowEnd: windowEnd(from, size) };
    return [from < size ? askMore(id, from) : await this.#carryOutUpload(this.#upload)];
  }

  async #data({ call: id, payload }: Frame): Promise<readonly Uint8Array[]> {
    const upload = this.#upload;
    // What was on its way when the call was cancelled.
    if (upload === undefined || upload.call !== id) return [];
    if (!this.#side.bodies.append(upload, upload.filled, payload)) {
      this.#leaveUpload();
      return [failed(id, bodyGone())];
    }
    upload.filled += payload.length;
    if (upload.filled === upload.size) return [await this.#carryOutUpload(upload)];
    if (upload.filled < upload.windowEnd) return [];
    // Each window counts for itself: who was fast at first has no time to be slow afterwards.
    upload.since = this.#side.pace.now();
    upload.from = upload.filled;
    upload.windowEnd = windowEnd(upload.filled, upload.size);
    return [askMore(id, upload.filled)];
  }

  async #carryOutUpload(upload: Upload): Promise<Uint8Array> {
    const { call: id, command, hash } = upload;
    this.#upload = undefined;
    const body = this.#side.bodies.get(upload);
    this.#side.bodies.drop(upload, this);
    if (body === undefined || this.#hashOf(body) !== hash) return failed(id, bodyGone());
    return this.#carryOut(id, command, body);
  }

  async #carryOut(id: number, command: number, request: Uint8Array): Promise<Uint8Array> {
    try {
      return this.#answer(id, await this.#commands(command, request));
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      return failed(id, error);
    }
  }

  #answer(id: number, body: Uint8Array): Uint8Array {
    const size = body.length;
    if (size <= MESSAGE.inlineBytes) return encodeFrame('answer', id, answer.encode({ size, hash: null, body }));
    if (size > MESSAGE.answerBytes) throw tooLarge(size, MESSAGE.answerBytes);
    const hash = this.#hashOf(body);
    if (!this.#side.bodies.keep(hash, body, this)) throw new FerryError('CARRIER_BUSY', { where: 'The other side' });
    this.#answered = { hash, size };
    return encodeFrame('answer', id, answer.encode({ size, hash, body: NO_BYTES }));
  }

  #fetch({ call: id, payload }: Frame): Iterable<Uint8Array> {
    const { size, hash, from } = understood(fetch, payload);
    this.#leaveUpload();
    const body = this.#side.bodies.get({ hash, size }, from);
    if (body === undefined || from > size) return [failed(id, bodyGone())];
    if (this.#answered?.hash !== hash || this.#answered.size !== size) {
      // It was answered on an earlier connection.
      this.#leaveAnswer();
      if (this.#side.bodies.share({ hash, size }, this)) this.#answered = { hash, size };
    }
    return dataFrames(id, body, from);
  }

  #leaveUpload(): void {
    if (this.#upload !== undefined) this.#side.bodies.leave(this.#upload, this);
    this.#upload = undefined;
  }

  #leaveAnswer(): void {
    if (this.#answered !== undefined) this.#side.bodies.drop(this.#answered, this);
    this.#answered = undefined;
  }

  #hashOf(body: Uint8Array): Hash {
    return toHex(this.#side.crypto.sha256(body)) as Hash;
  }
}

function askMore(id: number, from: number): Uint8Array {
  return encodeFrame('more', id, more.encode({ from }));
}

function failed(id: number, error: FerryError): Uint8Array {
  return encodeFrame('failure', id, encodeFailure(error));
}

function bodyGone(): FerryError {
  return new FerryError('BODY_GONE', { where: 'The other side' });
}

function tooLarge(size: number, limit: number): FerryError {
  return new FerryError('MESSAGE_TOO_LARGE', { size, limit, where: 'the other side' });
}

function understood<T>(codec: Codec<T>, payload: Uint8Array): T {
  const read = codec.decode(payload);
  if (!read.ok) throw garbled(String(read.details.what));
  return read.value;
}

function garbled(why: string): FerryError {
  return new FerryError('CARRIER_GARBLED', { where: 'the client', why });
}
