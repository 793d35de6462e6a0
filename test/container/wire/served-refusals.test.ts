import { describe, expect, it } from 'vitest';
import { call, fetch, hello, MESSAGE } from '../../../container/commands/device/messages.ts';
import { FerryError } from '../../../container/errors.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';
import { type Said, serve } from './served.ts';

/** What the server does not take, for whoever reads its word. */
const unheard = (why: string) => ({ where: 'there', why: `it does not understand this program: ${why}` });
const NONCE = new Uint8Array(8);
const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: NONCE }));
const FOREIGN = encodeFrame('hello', 0, hello.encode({ version: 2, nonce: NONCE }));
const LONG = new Uint8Array(50_000).fill(7);
const HASH = toHex(crypto.sha256(LONG)) as Hash;
const NAME = { hash: HASH, size: LONG.length };
const ask = (id: number) => encodeFrame('call', id, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
const announce = (id: number, size = LONG.length) =>
  encodeFrame('call', id, call.encode({ command: 1, size, hash: HASH, body: NO_BYTES }));
const data = (id: number, from: number, end: number) => encodeFrame('data', id, LONG.subarray(from, end));
const [WELCOMED, GONE] = [['welcome', 0] as const, { where: 'The other side' }];

describe('a served conversation says what it does not take', () => {
  it.each<[string, readonly Uint8Array[], Said]>([
    ['a call before a hello', [ask(1)], ['CARRIER_GARBLED', 0, unheard('it begins with "call"')]],
    ['another version', [FOREIGN], ['PROTOCOL_VERSION', 0, { where: 'there', version: 1, known: 2 }]],
    [
      'a hello with nothing in it',
      [encodeFrame('hello', 0)],
      ['CARRIER_GARBLED', 0, unheard('hello: the data ends early at byte 0')],
    ],
    ['no frame', [Uint8Array.of(1)], ['CARRIER_GARBLED', 0, unheard('it does not begin with a frame')]],
  ])('first: %s', async (_, pieces, said) => {
    const carried: number[] = [];
    const newSession = () => async (command: number) => {
      carried.push(command);
      return NO_BYTES;
    };
    expect([await serve([...pieces, HELLO, ask(1)], { newSession }), carried]).toEqual([[said], []]);
  });

  it.each<[string, readonly Uint8Array[], readonly Said[]]>([
    [
      'a frame that only servers send',
      [encodeFrame('answer', 1), ask(2)],
      [['CARRIER_GARBLED', 0, unheard('a client does not send "answer"')]],
    ],
    [
      'a body that is shorter than its call says',
      [encodeFrame('call', 1, call.encode({ command: 1, size: 4, hash: null, body: new Uint8Array(3) })), ask(2)],
      [['CARRIER_GARBLED', 0, unheard('a body has another size than it announces')]],
    ],
    [
      'a request that is too long, and goes on',
      [announce(1, MESSAGE.requestBytes + 1), ask(2)],
      [
        [
          'MESSAGE_TOO_LARGE',
          1,
          { size: MESSAGE.requestBytes + 1, limit: MESSAGE.requestBytes, where: 'the other side' },
        ],
        ['answer', 2],
      ],
    ],
    [
      'data that is longer than its request, and takes none of it any more',
      [announce(1), data(1, 0, 30_000), data(1, 0, 30_000), data(1, 30_000, LONG.length), ask(2)],
      [
        ['more', 1],
        ['BODY_GONE', 1, GONE],
        ['answer', 2],
      ],
    ],
    [
      'a body that is not what was announced, and goes on',
      [announce(1), encodeFrame('data', 1, new Uint8Array(30_000)), data(1, 30_000, LONG.length), ask(2)],
      [
        ['more', 1],
        ['BODY_GONE', 1, GONE],
        ['answer', 2],
      ],
    ],
    [
      'a fetch of what is not here, and goes on',
      [encodeFrame('fetch', 1, fetch.encode({ ...NAME, from: 0 })), ask(2)],
      [
        ['BODY_GONE', 1, GONE],
        ['answer', 2],
      ],
    ],
    ['nothing, where a call is cancelled that is not there', [encodeFrame('cancel', 1), ask(2)], [['answer', 2]]],
  ])('later: %s', async (_, pieces, said) => {
    expect(await serve([HELLO, ...pieces])).toEqual([WELCOMED, ...said]);
  });

  it('as long as others bring as many requests as there may be', async () => {
    const bodies = bodyStoreOf(() => 0);
    for (let at = 0; at < 128; at++) {
      const other = { hash: HASH, size: 10 + at };
      bodies.begin(other, {});
      bodies.append(other, 0, new Uint8Array(1));
    }
    expect(await serve([HELLO, announce(1), data(1, 0, 10), ask(2)], { bodies })).toEqual([
      WELCOMED,
      ['CARRIER_BUSY', 1, { where: 'The other side' }],
      ['answer', 2],
    ]);
  });

  it('when what an earlier conversation brought is dropped just before it is used', async () => {
    const clock = { time: 0, step: 0 };
    const bodies = bodyStoreOf(() => {
      clock.time += clock.step;
      return clock.time;
    });
    bodies.begin(NAME, {});
    bodies.append(NAME, 0, LONG);
    // It is kept for ten minutes: all of them have passed when it is announced, and one second more when it is used.
    Object.assign(clock, { time: 599, step: 1 });
    expect(await serve([HELLO, announce(1)], { bodies })).toEqual([WELCOMED, ['BODY_GONE', 1, GONE]]);
  });
});

describe('what a command does not do', () => {
  it('is said for its call, and the conversation goes on', async () => {
    const newSession = () => async () => {
      throw new FerryError('NOT_HELD', { here: 'x', item: 'y' });
    };
    expect(await serve([HELLO, ask(1), ask(2)], { newSession })).toEqual([
      WELCOMED,
      ['NOT_HELD', 1, { here: 'x', item: 'y' }],
      ['NOT_HELD', 2, { here: 'x', item: 'y' }],
    ]);
  });

  it('because it is broken ends the conversation without a word, and is told to whoever serves', async () => {
    const newSession = () => async () => {
      throw new TypeError('broken');
    };
    const told: Said[] = [];
    await expect(serve([HELLO, ask(1)], { newSession }, told)).rejects.toThrow(new TypeError('broken'));
    expect(told).toEqual([WELCOMED]);
  });
});

describe('a way that breaks', () => {
  it.each([new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' }), new TypeError('broken')])(
    'ends the conversation without a word: %s',
    async (error) => {
      async function* breaking(): AsyncGenerator<Uint8Array, void> {
        yield HELLO;
        throw error;
      }
      for (const isLine of [true, false]) {
        const told: Said[] = [];
        await expect(serve(breaking(), { isLine }, told)).rejects.toBe(error);
        expect(told).toEqual([WELCOMED]);
      }
    },
  );
});
