import { describe, expect, it } from 'vitest';
import { call, fetch, hello } from '../../../container/commands/device/messages.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { BodyRoom } from '../../../container/wire/body-room.ts';
import { BodyStore } from '../../../container/wire/body-store.ts';
import { encodeFrame, FrameReader } from '../../../container/wire/frame.ts';
import { type ServedSide, serveConversation } from '../../../container/wire/serve-conversation.ts';
import { crypto } from '../../world/parties.ts';

const [FIRST, SECOND] = [new Uint8Array(50_000).fill(1), new Uint8Array(50_000).fill(2)];
/** Room for one of them. */
const CAPACITY = 60_000;
const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));
const hashOf = (body: Uint8Array): Hash => toHex(crypto.sha256(body)) as Hash;
const bring = (id: number, body: Uint8Array, end = body.length) => [
  encodeFrame('call', id, call.encode({ command: 1, size: body.length, hash: hashOf(body), body: NO_BYTES })),
  encodeFrame('data', id, body.subarray(0, 30_000)),
  encodeFrame('data', id, body.subarray(30_000, end)),
];
/** A call that is answered with the first body, and one that is answered with nothing. */
const ASK = encodeFrame('call', 8, call.encode({ command: 2, size: 0, hash: null, body: NO_BYTES }));
const OTHER = encodeFrame('call', 9, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
const FETCH_NOTHING = encodeFrame('fetch', 9, fetch.encode({ size: 9, hash: hashOf(NO_BYTES), from: 0 }));

/** A server whose memory has room for one body, none of which is within its share. */
function oneBody(): Omit<ServedSide, 'waiting'> {
  const now = () => 0;
  const room = new BodyRoom({ capacity: CAPACITY, share: 1000, window: 1000, staleAfter: 10, now });
  return {
    newSession: () => async (command) => (command === 2 ? FIRST : NO_BYTES),
    bodies: new BodyStore({ room, keepFor: 600, now }),
    crypto,
    isLine: false,
    pace: { now, patience: 10, rate: 1024 },
  };
}

/** A conversation that goes on until it is ended. */
class Conversation {
  readonly #reader = new FrameReader();
  readonly #ended: Promise<void>;
  #deliver: (bytes: Uint8Array | undefined) => void = () => undefined;
  #idle: () => void = () => undefined;

  constructor(side: Omit<ServedSide, 'waiting'>) {
    this.#ended = this.#serve(side);
  }

  /** @returns the last frame that is said to it */
  async say(...frames: readonly Uint8Array[]): Promise<string | undefined> {
    for (const frame of frames) {
      const isTaken = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      this.#deliver(frame);
      await isTaken;
    }
    let last: string | undefined;
    for (let read = this.#reader.next(); read.state === 'frame'; read = this.#reader.next()) last = read.frame.kind;
    return last;
  }

  async end(): Promise<void> {
    this.#deliver(undefined);
    await this.#ended;
  }

  async #serve(side: Omit<ServedSide, 'waiting'>): Promise<void> {
    const served = { ...side, waiting: () => this.#idle() };
    for await (const bytes of serveConversation(this.#arriving(), served)) this.#reader.push(bytes);
  }

  async *#arriving(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const piece = await new Promise<Uint8Array | undefined>((resolve) => {
        this.#deliver = resolve;
      });
      if (piece === undefined) return;
      yield piece;
    }
  }
}

/** What becomes of the second body once the first conversation has said that. */
async function second(said: readonly Uint8Array[], ends = false): Promise<string | undefined> {
  const side = oneBody();
  const [one, other] = [new Conversation(side), new Conversation(side)];
  await one.say(HELLO, ...said);
  if (ends) await one.end();
  const answered = await other.say(HELLO, ...bring(1, SECOND));
  if (!ends) await one.end();
  await other.end();
  return answered;
}

describe('a body of a conversation', () => {
  it.each([
    ['brought', bring(1, FIRST, 40_000)],
    ['fetched', [ASK]],
  ])('keeps its room as long as it is %s', async (_, said) => {
    expect(await second(said)).toBe('failure');
  });

  it.each([
    ['is whole', bring(1, FIRST)],
    ['is called off', [...bring(1, FIRST, 40_000), encodeFrame('cancel', 1)]],
    ['is followed by another call', [...bring(1, FIRST, 40_000), OTHER]],
    ['is followed by a fetch of something else', [...bring(1, FIRST, 40_000), FETCH_NOTHING]],
    ['is followed by another hello', [...bring(1, FIRST, 40_000), HELLO]],
    ['was answered, and another call follows', [ASK, OTHER]],
    ['was answered, and another hello follows', [ASK, HELLO]],
  ])('makes room once it %s', async (_, said) => {
    expect(await second(said)).toBe('answer');
  });

  it.each([
    ['brought', bring(1, FIRST, 40_000)],
    ['fetched', [ASK]],
  ])('makes room once the conversation has ended in which it was %s', async (_, said) => {
    expect(await second(said, true)).toBe('answer');
  });

  it.each<[string, readonly Uint8Array[], string]>([
    ['keeps its room as long as it is fetched', [], 'failure'],
    ['makes room once something else is asked for', [OTHER], 'answer'],
  ])('that was answered on an earlier connection %s', async (_, then, becomes) => {
    const side = oneBody();
    const [one, again, other] = [new Conversation(side), new Conversation(side), new Conversation(side)];
    await one.say(HELLO, ASK);
    await one.end();
    const fetched = encodeFrame('fetch', 1, fetch.encode({ size: FIRST.length, hash: hashOf(FIRST), from: 0 }));
    expect(await again.say(HELLO, fetched)).toBe('data');
    await again.say(...then);
    expect(await other.say(HELLO, ...bring(1, SECOND))).toBe(becomes);
    await again.end();
    await other.end();
  });

  it('that was brought in part is there for another one to go on with, as long as there is room', async () => {
    const side = oneBody();
    const one = new Conversation(side);
    await one.say(HELLO, ...bring(1, FIRST, 40_000));
    await one.end();
    expect(side.bodies.begin({ hash: hashOf(FIRST), size: FIRST.length }, {})).toBe(40_000);
  });
});
