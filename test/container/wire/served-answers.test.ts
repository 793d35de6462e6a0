import { describe, expect, it } from 'vitest';
import { call, fetch, hello, MESSAGE } from '../../../container/commands/device/messages.ts';
import { equalBytes, NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { encodeFrame, FrameReader } from '../../../container/wire/frame.ts';
import { serveConversation } from '../../../container/wire/serve-conversation.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';
import { serve, sideOf } from './served.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));
const WELCOMED = ['welcome', 0] as const;
const [LONG, OTHER] = [new Uint8Array(50_000).fill(7), new Uint8Array(50_000).fill(8)];
const nameOf = (body: Uint8Array) => ({ hash: toHex(crypto.sha256(body)) as Hash, size: body.length });
const ask = encodeFrame('call', 1, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
const fetchOf = (name: { readonly hash: Hash; readonly size: number }, from = 0) =>
  encodeFrame('fetch', 1, fetch.encode({ ...name, from }));
const answering = (body: Uint8Array) => () => async () => body;

describe('an answer of a served conversation', () => {
  it('is in its frame when it is as long as such a one may be, and announced when it is one byte longer', async () => {
    for (const [length, pieces] of [
      [MESSAGE.inlineBytes, 1],
      [MESSAGE.inlineBytes + 1, 0],
    ] as const) {
      const reader = new FrameReader();
      async function* arriving(): AsyncGenerator<Uint8Array, void> {
        yield* [HELLO, ask];
      }
      const side = sideOf({ newSession: answering(new Uint8Array(length)) });
      for await (const bytes of serveConversation(arriving(), side)) reader.push(bytes);
      reader.next();
      const read = reader.next();
      if (read.state !== 'frame') throw new Error('nothing was answered');
      expect([read.frame.kind, read.frame.payload.length > length]).toEqual(['answer', pieces === 1]);
    }
  });

  it('is refused when it is one byte longer than an answer may be, or has no room', async () => {
    // No such answer is hashed, let alone kept.
    const parts = (length: number) => ({
      newSession: answering(new Uint8Array(length)),
      crypto: { sha256: () => new Uint8Array(32) },
    });
    expect(await serve([HELLO, ask], parts(MESSAGE.answerBytes))).toEqual([
      WELCOMED,
      ['CARRIER_BUSY', 1, { where: 'The other side' }],
    ]);
    expect(await serve([HELLO, ask], parts(MESSAGE.answerBytes + 1))).toEqual([
      WELCOMED,
      ['MESSAGE_TOO_LARGE', 1, { size: MESSAGE.answerBytes + 1, limit: MESSAGE.answerBytes, where: 'the other side' }],
    ]);
  });

  it('can be fetched as often as its client likes until it asks for something else', async () => {
    const fetches = [fetchOf(nameOf(LONG)), fetchOf(nameOf(LONG), 40_000), fetchOf(nameOf(LONG), 49_999)];
    const said = await serve([HELLO, ask, ...fetches], { newSession: answering(LONG) });
    expect(said.map(([kind]) => kind)).toEqual(['welcome', 'answer', 'data', 'data', 'data', 'data']);
  });

  it('is let go when its client fetches what was answered on another connection, and that one is not', async () => {
    const bodies = bodyStoreOf(() => 0);
    bodies.keep(nameOf(OTHER).hash, OTHER, {});
    const pieces = [HELLO, ask, fetchOf(nameOf(OTHER)), fetchOf(nameOf(LONG))];
    const said = await serve(pieces, { bodies, newSession: answering(LONG) });
    expect(said.map(([kind]) => kind)).toEqual(['welcome', 'answer', 'data', 'data', 'BODY_GONE']);
    expect([bodies.size, bodies.get(nameOf(OTHER))?.length]).toEqual([OTHER.length, OTHER.length]);
  });

  it('is not taken for one of another size with the same hash', async () => {
    const bodies = bodyStoreOf(() => 0);
    const hash = '00'.repeat(32) as Hash;
    bodies.keep(hash, new Uint8Array(30_000), {});
    const said = await serve([HELLO, ask, fetchOf({ hash, size: 30_000 })], {
      bodies,
      newSession: answering(LONG),
      crypto: { sha256: () => new Uint8Array(32) },
    });
    expect(said.map(([kind]) => kind)).toEqual(['welcome', 'answer', 'data']);
    expect(bodies.size).toBe(30_000);
  });
});

describe('a request of a served conversation', () => {
  it('that another one has brought whole is carried out without asking for more', async () => {
    const bodies = bodyStoreOf(() => 0);
    bodies.begin(nameOf(LONG), {});
    bodies.append(nameOf(LONG), 0, LONG);
    const carried: boolean[] = [];
    const newSession = () => async (_: number, request: Uint8Array) => {
      carried.push(equalBytes(request, LONG));
      return NO_BYTES;
    };
    const announced = encodeFrame('call', 1, call.encode({ command: 1, ...nameOf(LONG), body: NO_BYTES }));
    expect(await serve([HELLO, announced], { bodies, newSession })).toEqual([WELCOMED, ['answer', 1]]);
    expect([carried, bodies.size]).toEqual([[true], 0]);
  });

  it('is owed from its announcement on, and a frame from its first byte', async () => {
    const owed: boolean[] = [];
    const announced = encodeFrame('call', 1, call.encode({ command: 1, ...nameOf(LONG), body: NO_BYTES }));
    const pieces = [HELLO, ask.subarray(0, 1), ask.subarray(1), announced, encodeFrame('cancel', 1)];
    await serve(pieces, { waiting: (isOwed) => owed.push(isOwed) });
    expect(owed).toEqual([false, false, true, false, true, false]);
  });
});
