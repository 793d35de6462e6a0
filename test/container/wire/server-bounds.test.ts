import { describe, expect, it } from 'vitest';
import { call, failure, fetch, hello, MESSAGE } from '../../../container/commands/device/messages.ts';
import { codeOfNumber } from '../../../container/errors.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { encodeFrame, FrameReader } from '../../../container/wire/frame.ts';
import { serveConversation } from '../../../container/wire/serve-conversation.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));
const LONG = new Uint8Array(50_000).fill(7);
const HASH = toHex(crypto.sha256(LONG)) as Hash;
const now = () => 0;

/** What a server says to these frames, and what it carried out. */
async function served(...frames: readonly Uint8Array[]) {
  const carried: number[] = [];
  const side = {
    newSession: () => async (command: number, request: Uint8Array) => {
      carried.push(request.length);
      return command === 1 ? LONG : NO_BYTES;
    },
    bodies: bodyStoreOf(now),
    crypto,
    isLine: false,
    pace: { now, patience: 10, rate: 1024 },
  };
  async function* arriving(): AsyncGenerator<Uint8Array, void> {
    yield* [HELLO, ...frames];
  }
  const reader = new FrameReader();
  for await (const bytes of serveConversation(arriving(), side)) reader.push(bytes);
  const said: string[] = [];
  for (let read = reader.next(); read.state === 'frame'; read = reader.next()) {
    const { kind, payload } = read.frame;
    const failed = kind === 'failure' ? failure.decode(payload) : undefined;
    said.push((failed?.ok ? codeOfNumber(failed.value.number) : undefined) ?? kind);
  }
  return { said: said.slice(1), carried };
}

const ask = encodeFrame('call', 1, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
const fetchFrom = (from: number) => encodeFrame('fetch', 1, fetch.encode({ size: LONG.length, hash: HASH, from }));
const announce = (id: number) =>
  encodeFrame('call', id, call.encode({ command: 2, size: LONG.length, hash: HASH, body: NO_BYTES }));
const data = (id: number, from: number, end: number) => encodeFrame('data', id, LONG.subarray(from, end));

describe('a served conversation', () => {
  it('takes an announcement of as many bytes as a request may have, and not of one more', async () => {
    const announced = (size: number) =>
      encodeFrame('call', 1, call.encode({ command: 2, size, hash: HASH, body: NO_BYTES }));
    expect((await served(announced(MESSAGE.requestBytes))).said).toEqual(['more']);
    expect((await served(announced(MESSAGE.requestBytes + 1))).said).toEqual(['MESSAGE_TOO_LARGE']);
  });

  it('has nothing behind the end of an answer', async () => {
    expect((await served(ask, fetchFrom(LONG.length + 1))).said).toEqual(['answer', 'BODY_GONE']);
    expect((await served(ask, fetchFrom(LONG.length))).said).toEqual(['answer']);
    expect((await served(ask, fetchFrom(40_000))).said).toEqual(['answer', 'data']);
  });

  it('carries out nothing that was cancelled while it was sent, and passes over what was on its way', async () => {
    const { said, carried } = await served(
      announce(1),
      data(1, 0, 30_000),
      encodeFrame('cancel', 1),
      data(1, 30_000, LONG.length),
    );
    expect([said, carried]).toEqual([['more'], []]);
  });

  it('goes on with a request although another call is cancelled', async () => {
    const { said, carried } = await served(
      announce(2),
      data(2, 0, 30_000),
      encodeFrame('cancel', 1),
      data(1, 0, 10),
      data(2, 30_000, LONG.length),
    );
    expect([said, carried]).toEqual([['more', 'answer'], [LONG.length]]);
  });

  it('ends at a body that is longer or shorter than its call says', async () => {
    for (const size of [2, 4]) {
      const wrong = encodeFrame('call', 1, call.encode({ command: 2, size, hash: null, body: new Uint8Array(3) }));
      expect(await served(wrong)).toEqual({ said: ['CARRIER_GARBLED'], carried: [] });
    }
  });
});
