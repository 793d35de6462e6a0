import { MESSAGE } from '../commands/device/messages.ts';
import { encodeFrame, FRAME_PAYLOAD } from './frame.ts';

/** One window of a body, in frames. */
export function* dataFrames(id: number, body: Uint8Array, from: number): Generator<Uint8Array, void> {
  const end = windowEnd(from, body.length);
  for (let at = from; at < end; at += FRAME_PAYLOAD)
    yield encodeFrame('data', id, body.subarray(at, Math.min(end, at + FRAME_PAYLOAD)));
}

/** Where the window that begins at `from` ends. */
export function windowEnd(from: number, size: number): number {
  return Math.min(size, from + MESSAGE.windowBytes);
}
