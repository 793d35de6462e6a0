import { codecsOf, type RequestTo } from '../../../container/commands/codecs-of.ts';
import {
  answer,
  type Body,
  call,
  DEVICE_PROTOCOL,
  failure,
  hello,
  MESSAGE,
  more,
  welcome,
} from '../../../container/commands/device/messages.ts';
import type { CommandName } from '../../../container/commands/index.ts';
import { FerryError } from '../../../container/errors.ts';
import type { Codec } from '../../../container/files/codec.ts';
import { concatBytes, NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { BytePipe } from '../../../container/wire/call-over-pipe.ts';
import { encodeFrame, FRAME_PAYLOAD, type Frame, type FrameKind } from '../../../container/wire/frame.ts';
import { FrameSource } from '../../../container/wire/frame-source.ts';
import { CaseFailure, holds, same } from '../check.ts';

/** How a call ended. */
export type Ending =
  | { readonly kind: 'answer'; readonly body: Body }
  /** `number`: of the error. */
  | { readonly kind: 'failure'; readonly number: number };

export interface RawOptions {
  /** Seconds for which the other side may be silent; the pipe keeps to it. */
  readonly patience: number;
  readonly random: (length: number) => Uint8Array;
}

/** One connection to a served container, without any manners: what is sent is up to the case. */
export class RawConnection {
  readonly #pipe: BytePipe;
  readonly #frames: FrameSource;
  readonly #options: RawOptions;

  constructor(pipe: BytePipe, options: RawOptions) {
    this.#pipe = pipe;
    this.#options = options;
    this.#frames = new FrameSource(pipe.arriving, 'the container');
  }

  /** Writes all that in one piece. That the other side has ended shows when it is read. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    try {
      await this.#pipe.write(concatBytes(...parts));
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      if (error.code === 'CARRIER_TIMEOUT') throw this.#silent('bytes that are sent', 'read');
    }
  }

  async close(): Promise<void> {
    await this.#pipe.close();
  }

  /** A request that the container has nothing of yet is asked for from its beginning. @throws CaseFailure */
  async asked(id: number): Promise<void> {
    const { payload } = await this.expect('more', id);
    same('the record of a "more"', understood(more, payload, 'the record of a "more"'), { from: 0 });
  }

  /** Whatever comes next; undefined when the other side ended. @throws CaseFailure for silence, and for what is no frame */
  async next(expected: string): Promise<Frame | undefined> {
    try {
      return await this.#frames.next();
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      if (error.code === 'CARRIER_TIMEOUT') throw this.#silent('what comes next', expected);
      if (error.code === 'CARRIER_GARBLED')
        throw new CaseFailure('what comes next', 'a frame', String(error.details.why));
      return undefined;
    }
  }

  /** The next frame is of that kind, and about that call. @throws CaseFailure */
  async expect(kind: FrameKind, id: number): Promise<Frame> {
    const frame = await this.next(`"${kind}" of call ${id}`);
    same('the next frame', nameOf(frame), `"${kind}" of call ${id}`);
    return frame as Frame;
  }

  /** Says hello, and is welcome with the same nonce. @throws CaseFailure */
  async greet(): Promise<void> {
    const nonce = this.nonce();
    await this.send(helloFrame(nonce));
    this.welcomes(await this.expect('welcome', 0), nonce);
  }

  nonce(): Uint8Array {
    return this.#options.random(8);
  }

  /** A welcome answers the hello with that nonce. @throws CaseFailure */
  welcomes({ payload }: Frame, nonce: Uint8Array): void {
    same('the welcome', understood(welcome, payload, 'the welcome'), { version: DEVICE_PROTOCOL, nonce });
  }

  /** @returns the number of the error that a failure tells @throws CaseFailure when it is outside its schema */
  fails({ payload }: Frame): number {
    return understood(failure, payload, 'the failure').number;
  }

  /** How that call ends. @throws CaseFailure when something else comes */
  async ending(id: number): Promise<Ending> {
    const frame = await this.next(`an answer or a failure of call ${id}`);
    return endingOf(frame, id);
  }

  /** The call is refused, whatever the reason. @throws CaseFailure */
  async refused(id: number): Promise<number> {
    return this.fails(await this.expect('failure', id));
  }

  /** The call is answered. @throws CaseFailure */
  async answered(id: number): Promise<Body> {
    const ending = await this.ending(id);
    if (ending.kind === 'failure')
      throw new CaseFailure(`what is said to call ${id}`, 'an answer', `the failure ${ending.number}`);
    const { body } = ending;
    if (body.hash === null) same('the size of an answer', body.size, body.body.length);
    else holds(body.size > MESSAGE.inlineBytes, 'the size of an announced answer', 'more than 16384', body.size);
    return body;
  }

  /**
   * A call is refused: by its own failure, and the conversation goes on, or by one of call 0, and it is over.
   *
   * @returns whether it goes on
   * @throws CaseFailure when it is answered
   */
  async refusedOrOver(id: number): Promise<boolean> {
    const frame = await this.next(`a failure of call ${id} or 0`);
    if (frame?.kind === 'failure' && frame.call === 0) {
      this.fails(frame);
      return false;
    }
    same('the next frame', nameOf(frame), `"failure" of call ${id}`);
    this.fails(frame as Frame);
    return true;
  }

  /** The container's listing is asked for, and answered. @throws CaseFailure */
  async lists(id: number): Promise<Body> {
    await this.send(callFrame(id, 'list', {}));
    return this.answered(id);
  }

  /** Sends a request window by window, as it is asked for; `told` hears each place that was named. */
  async upload(id: number, body: Uint8Array, told: (from: number) => void = () => undefined): Promise<Ending> {
    for (;;) {
      const frame = await this.next(`"more", an answer or a failure of call ${id}`);
      if (frame?.kind !== 'more') return endingOf(frame, id);
      same('the call of a "more"', frame.call, id);
      const { from } = understood(more, frame.payload, 'the record of a "more"');
      holds(from < body.length, 'the place that "more" names', `below ${body.length}`, from);
      told(from);
      await this.send(...windowFrames(id, body, from));
    }
  }

  #silent(what: string, expected: string): CaseFailure {
    return new CaseFailure(what, expected, `nothing within ${this.#options.patience} s`);
  }
}

/** A frame as failures name it. */
export function nameOf(frame: Frame | undefined): string {
  return frame === undefined ? 'the end of the connection' : `"${frame.kind}" of call ${frame.call}`;
}

export function helloFrame(nonce: Uint8Array, version: number = DEVICE_PROTOCOL): Uint8Array {
  return encodeFrame('hello', 0, hello.encode({ version, nonce }));
}

/** A call with its request inside. */
export function callFrame<N extends CommandName>(id: number, name: N, request: RequestTo<N>): Uint8Array {
  const { code, request: encoder } = codecsOf(name);
  return rawCall(id, code, encoder.encode(request));
}

/** The same for whatever command and body. */
export function rawCall(id: number, command: number, body: Uint8Array): Uint8Array {
  return encodeFrame('call', id, call.encode({ command, size: body.length, hash: null, body }));
}

/** A call whose request is only announced. */
export function announcedCall(id: number, command: number, size: number, hash: Hash): Uint8Array {
  return encodeFrame('call', id, call.encode({ command, size, hash, body: NO_BYTES }));
}

/** The frames of one window of a body, each as full as it may be. */
export function windowFrames(id: number, body: Uint8Array, from: number): Uint8Array[] {
  const end = Math.min(body.length, from + MESSAGE.windowBytes);
  const frames: Uint8Array[] = [];
  for (let at = from; at < end; at += FRAME_PAYLOAD)
    frames.push(encodeFrame('data', id, body.subarray(at, Math.min(end, at + FRAME_PAYLOAD))));
  return frames;
}

/** What a record holds. @throws CaseFailure when it is outside its schema */
export function understood<T>(codec: Codec<T>, payload: Uint8Array, what: string): T {
  const read = codec.decode(payload);
  if (!read.ok) throw new CaseFailure(what, 'one that fits its schema', String(read.details.what));
  return read.value;
}

function endingOf(frame: Frame | undefined, id: number): Ending {
  if (frame?.kind === 'failure' && frame.call === id)
    return { kind: 'failure', number: understood(failure, frame.payload, 'the failure').number };
  same('the next frame', nameOf(frame), `"answer" of call ${id}`);
  return { kind: 'answer', body: understood(answer, (frame as Frame).payload, 'the answer') };
}

/** The next frame that is not a failure of call 0; undefined when the conversation is over. @throws CaseFailure */
export async function endOf(connection: RawConnection, id: number): Promise<Frame | undefined> {
  const frame = await connection.next(`an answer of call ${id}, or the end of the connection`);
  return frame?.kind === 'failure' && frame.call === 0 ? undefined : frame;
}
