import { describe, expect, it } from 'vitest';
import { call, hello } from '../../../container/commands/device/messages.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { serveConversation } from '../../../container/wire/serve-conversation.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));
const FOREIGN = encodeFrame('hello', 0, hello.encode({ version: 2, nonce: new Uint8Array(8) }));
const CALL = encodeFrame('call', 1, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
const ANNOUNCED = encodeFrame(
  'call',
  1,
  call.encode({ command: 1, size: 50_000, hash: '11'.repeat(32) as Hash, body: NO_BYTES }),
);
/** What a line brings when nothing came for long. */
const SILENCE = NO_BYTES;

/** Serves these pieces. @returns for each command that was carried out, the number of its session */
async function sessions(isLine: boolean, ...pieces: readonly Uint8Array[]): Promise<readonly number[]> {
  const carried: number[] = [];
  let begun = 0;
  const now = () => 0;
  const side = {
    newSession: () => {
      const session = ++begun;
      return async () => {
        carried.push(session);
        return NO_BYTES;
      };
    },
    bodies: bodyStoreOf(now),
    crypto,
    isLine,
    pace: { now, patience: 10, rate: 1024 },
  };
  async function* arriving(): AsyncGenerator<Uint8Array, void> {
    yield* pieces;
  }
  for await (const _ of serveConversation(arriving(), side));
  return carried;
}

describe('the session of a conversation', () => {
  it.each([true, false])('is another one after each hello (on a line: %s)', async (isLine) => {
    const [first, again, second, third, ...more] = await sessions(
      isLine,
      HELLO,
      CALL,
      CALL,
      HELLO,
      CALL,
      HELLO,
      HELLO,
      CALL,
    );
    expect(again).toBe(first);
    expect([new Set([first, second, third]).size, more]).toEqual([3, []]);
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['bytes that are no frame', [Uint8Array.of(1, 2, 3)]],
    ['a frame out of turn', [encodeFrame('welcome', 0)]],
    ['a hello of another version', [FOREIGN]],
    ['a silence within a frame', [CALL.subarray(0, 10), SILENCE]],
    ['a silence within a request', [ANNOUNCED, SILENCE]],
    ['a silence between calls', [SILENCE]],
  ])(
    'on a line ends with %s: without a hello nothing more is carried out, and with one it is another',
    async (_, end) => {
      expect(await sessions(true, HELLO, CALL, ...end, CALL)).toHaveLength(1);
      const [before, after, ...more] = await sessions(true, HELLO, CALL, ...end, CALL, HELLO, CALL);
      expect([before === after, after === undefined, more]).toEqual([false, false, []]);
    },
  );
});
