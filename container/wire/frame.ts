import { NO_BYTES } from '../model/bytes.ts';
import { crc32 } from './crc32.ts';

/** Kinds of frame, by number; never reused. @see docs/protocol.md, "Frames" */
export const FRAME_KINDS = {
  hello: 1,
  welcome: 2,
  call: 3,
  more: 4,
  data: 5,
  answer: 6,
  failure: 7,
  cancel: 8,
  fetch: 9,
  proof: 10,
} as const;
export type FrameKind = keyof typeof FRAME_KINDS;

/** Bytes before the payload: magic "LF", version, kind, call u32, length u32, CRC-32 u32; big-endian. */
export const FRAME_HEADER = 16;

/** Bytes of payload at most, so that a hostile header reserves nothing worth mentioning. */
export const FRAME_PAYLOAD = 32 * 1024;

const MAGIC = [0x4c, 0x46] as const;
const VERSION = 1;
const KIND_OF = new Map(Object.entries(FRAME_KINDS).map(([name, number]) => [number as number, name as FrameKind]));

export interface Frame {
  readonly kind: FrameKind;
  /** The call that it belongs to, u32; 0 for `hello` and `welcome`. */
  readonly call: number;
  readonly payload: Uint8Array;
}

/** The bytes of a frame whose payload has at most FRAME_PAYLOAD bytes. */
export function encodeFrame(kind: FrameKind, call: number, payload: Uint8Array = NO_BYTES): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, VERSION, FRAME_KINDS[kind]]);
  view.setUint32(4, call);
  view.setUint32(8, payload.length);
  view.setUint32(12, crc32(bytes.subarray(0, 12), payload));
  bytes.set(payload, FRAME_HEADER);
  return bytes;
}

/** What a stream can give next: a frame, nothing yet, or why it is none of this protocol. */
export type Reading =
  | { readonly state: 'frame'; readonly frame: Frame }
  | { readonly state: 'incomplete' }
  | { readonly state: 'garbled'; readonly why: string };

/**
 * Takes frames out of a stream of bytes that arrives in whatever pieces. It holds the bytes of one frame and of one
 * arriving piece at most; a wrong header is seen as soon as it is there.
 */
export class FrameReader {
  #buffer = new Uint8Array(4096);
  #start = 0;
  #end = 0;
  #isAbandoned = false;

  /** Bytes that arrived and are not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  push(piece: Uint8Array): void {
    const needed = this.length + piece.length;
    if (this.#end + piece.length > this.#buffer.length) {
      const target =
        needed > this.#buffer.length ? new Uint8Array(Math.max(needed, 2 * this.#buffer.length)) : this.#buffer;
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#end = this.length;
      this.#start = 0;
      this.#buffer = target;
    }
    this.#buffer.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** Gives up the frame that has begun to arrive: it will never be whole. What came after it, perhaps within, is looked for. */
  abandon(): void {
    this.#isAbandoned = this.length > 0;
  }

  /** Takes the next frame; its payload is a copy. Once garbled, a stream stays so until `skipTo`. */
  next(): Reading {
    if (this.#isAbandoned) return { state: 'garbled', why: 'the rest of a frame did not come' };
    const bytes = this.#buffer.subarray(this.#start, this.#end);
    const fault = headerFault(bytes);
    if (fault !== undefined) return { state: 'garbled', why: fault };
    if (bytes.length < FRAME_HEADER) return { state: 'incomplete' };
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const length = view.getUint32(8);
    if (bytes.length < FRAME_HEADER + length) return { state: 'incomplete' };
    const payload = bytes.slice(FRAME_HEADER, FRAME_HEADER + length);
    if (view.getUint32(12) !== crc32(bytes.subarray(0, 12), payload))
      return { state: 'garbled', why: 'the checksum of a frame is wrong' };
    this.#start += FRAME_HEADER + length;
    return {
      state: 'frame',
      frame: { kind: KIND_OF.get(bytes[3] ?? 0) as FrameKind, call: view.getUint32(4), payload },
    };
  }

  /**
   * Drops everything before the next thing that looks like one of that kind: how both sides of a line without connections find
   * each other again. Keeps what may be the beginning of one.
   */
  skipTo(kind: 'hello' | 'welcome'): void {
    const wanted = [...MAGIC, VERSION, FRAME_KINDS[kind]];
    // What has not arrived yet may be anything, so that the end of what is there counts as a start.
    const isStart = (at: number): boolean =>
      wanted.every((byte, offset) => at + offset >= this.#end || this.#buffer[at + offset] === byte);
    this.#isAbandoned = false;
    if (this.length > 0) this.#start += 1;
    while (!isStart(this.#start)) this.#start += 1;
  }
}

/** What is wrong in as much of a header as has arrived. */
function headerFault(bytes: Uint8Array): string | undefined {
  const known = [...MAGIC, VERSION];
  if (known.slice(0, bytes.length).some((byte, at) => byte !== bytes[at])) return 'it does not begin with a frame';
  const kind = bytes[3];
  if (kind !== undefined && !KIND_OF.has(kind)) return `it has a frame of the unknown kind ${kind}`;
  if (bytes.length < 12) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8);
  return length > FRAME_PAYLOAD ? `it announces a frame of ${length} bytes` : undefined;
}
