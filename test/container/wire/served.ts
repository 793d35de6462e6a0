import { errorOf } from '../../../container/commands/device/failure-message.ts';
import { failure } from '../../../container/commands/device/messages.ts';
import type { Details } from '../../../container/errors.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { type Frame, FrameReader } from '../../../container/wire/frame.ts';
import { type ServedSide, serveConversation } from '../../../container/wire/serve-conversation.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';

/** What was said to a client: the kind of a frame and its call, and for a failure its code and details. */
export type Said = readonly [kind: Frame['kind'], call: number] | readonly [code: string, call: number, Details];

const now = () => 0;

/** A side that answers every command with nothing, on a way with connections. */
export function sideOf(parts: Partial<ServedSide> = {}): ServedSide {
  return {
    newSession: () => async () => NO_BYTES,
    bodies: bodyStoreOf(now),
    crypto,
    isLine: false,
    pace: { now, patience: 10, rate: 1000 },
    ...parts,
  };
}

/** Serves these pieces. @param told takes what is said, so that it is there even when the serving ends with an error */
export async function serve(
  pieces: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  parts: Partial<ServedSide> = {},
  told: Said[] = [],
): Promise<Said[]> {
  async function* arriving(): AsyncGenerator<Uint8Array, void> {
    yield* pieces;
  }
  const reader = new FrameReader();
  for await (const bytes of serveConversation(arriving(), sideOf(parts))) {
    reader.push(bytes);
    for (let read = reader.next(); read.state === 'frame'; read = reader.next()) told.push(saidIn(read.frame));
  }
  return told;
}

function saidIn({ kind, call, payload }: Frame): Said {
  const read = kind === 'failure' ? failure.decode(payload) : undefined;
  if (read?.ok !== true) return [kind, call];
  const { code, details } = errorOf(read.value, 'there');
  return [code, call, details];
}
