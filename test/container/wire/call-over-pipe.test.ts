import { describe, expect, it } from 'vitest';
import { encodeFailure } from '../../../container/commands/device/failure-message.ts';
import { answer, call, MESSAGE, more, welcome } from '../../../container/commands/device/messages.ts';
import { type Details, FerryError } from '../../../container/errors.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { type BytePipe, PipeCaller } from '../../../container/wire/call-over-pipe.ts';
import { encodeFrame, type Frame, FrameReader } from '../../../container/wire/frame.ts';
import { Transfer } from '../../../container/wire/transfer.ts';

const NONCE = new Uint8Array(8).fill(5);
const WELCOME = encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: NONCE }));
const STALE = encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: new Uint8Array(8) }));
/** Of every body, here. */
const HASH = '00'.repeat(32) as Hash;
const LONG = new Uint8Array(20_000);
const PATIENCE = 10;

type Part = Uint8Array | Error;

/** A pipe that brings what a script gives for each frame that is written, and then ends. */
class Pipe implements BytePipe {
  readonly sent: Frame[] = [];
  closed = 0;
  time = 0;
  readonly #script: (frame: Frame, at: number) => readonly Part[];
  /** Seconds between two bytes; at once when 0. */
  readonly #slow: number;
  readonly #reader = new FrameReader();
  readonly #waiting: Part[] = [];

  constructor(script: (frame: Frame, at: number) => readonly Part[], slow = 0) {
    this.#script = script;
    this.#slow = slow;
  }

  get arriving(): AsyncIterable<Uint8Array> {
    return this.#arrive();
  }

  get kinds(): readonly string[] {
    return this.sent.map(({ kind }) => kind);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#reader.push(bytes);
    for (let read = this.#reader.next(); read.state === 'frame'; read = this.#reader.next()) {
      this.sent.push(read.frame);
      this.#waiting.push(...this.#script(read.frame, this.sent.length));
    }
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  open(isLine = false): Promise<PipeCaller> {
    return PipeCaller.open(this, {
      crypto: { sha256: () => new Uint8Array(32) },
      random: () => NONCE,
      where: 'there',
      isLine,
      pace: { now: () => this.time, patience: PATIENCE, rate: 1 },
    });
  }

  async *#arrive(): AsyncGenerator<Uint8Array, void> {
    for (let part = this.#waiting.shift(); part !== undefined; part = this.#waiting.shift()) {
      if (part instanceof Error) throw part;
      if (this.#slow === 0) yield part;
      else
        for (const byte of part) {
          yield Uint8Array.of(byte);
          this.time += this.#slow;
        }
    }
  }
}

const inline = (id: number, body: Uint8Array = NO_BYTES, size = body.length) =>
  encodeFrame('answer', id, answer.encode({ size, hash: null, body }));
const announced = (id: number, size: number) =>
  encodeFrame('answer', id, answer.encode({ size, hash: HASH, body: NO_BYTES }));
const data = (id: number, length: number) => encodeFrame('data', id, new Uint8Array(length));
const refused = (id: number) =>
  encodeFrame('failure', id, encodeFailure(new FerryError('NOT_HELD', { here: 'x', item: 'y' })));
const lost = (why: string) => ({ code: 'CARRIER_LOST', details: { where: 'there', why } });
const garbled = (why: string) => ({ code: 'CARRIER_GARBLED', details: { where: 'there', why } });

/** A pipe that greets, and says that to what follows. */
const greeting = (script: (frame: Frame, at: number) => readonly Part[], slow = 0) =>
  new Pipe((frame, at) => (frame.kind === 'hello' ? [WELCOME] : script(frame, at)), slow);

async function refusal(asked: Promise<unknown>): Promise<{ readonly code: string; readonly details: Details }> {
  const error = await asked.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (!(error instanceof FerryError)) throw error ?? new Error('it was not refused');
  return { code: error.code, details: error.details };
}

describe('a hello', () => {
  it.each<[string, readonly Part[], { code: string; details: Details }]>([
    ['silence', [], lost('the other side closed it without a word')],
    ['a refusal', [refused(0)], { code: 'NOT_HELD', details: { here: 'x', item: 'y' } }],
    ['something else', [encodeFrame('answer', 0), WELCOME], garbled('"answer" where a welcome was due')],
    ['the welcome of another one', [STALE, WELCOME], garbled('its welcome answers another hello')],
    ['an empty welcome', [encodeFrame('welcome', 0)], garbled('welcome: the data ends early at byte 0')],
    ['no frame', [Uint8Array.of(1)], garbled('it does not begin with a frame')],
  ])('that gets %s for a welcome opens nothing', async (_, parts, error) => {
    expect(await refusal(new Pipe(() => parts).open())).toEqual(error);
  });

  it('on a line is answered by its own welcome, whatever comes before it', async () => {
    const pipe = new Pipe(() => [Uint8Array.of(1, 2), inline(1), refused(0), STALE, WELCOME]);
    await pipe.open(true);
    expect(pipe.kinds).toEqual(['hello']);
    expect(await refusal(new Pipe(() => [STALE]).open(true))).toEqual(lost('the other side closed it without a word'));
  });

  it('waits for a welcome that comes as slowly as it may, and not for a slower one', async () => {
    await new Pipe(() => [WELCOME], 1).open();
    expect(await refusal(new Pipe(() => [WELCOME], 2).open())).toEqual({
      code: 'CARRIER_SLOW',
      details: { where: 'there' },
    });
  });
});

describe('a pipe that is left', () => {
  it('says hello again on a line, with or without a call before, and nothing where the other side sees it', async () => {
    for (const [isLine, calls, kinds] of [
      [true, 0, ['hello', 'hello']],
      [true, 1, ['hello', 'call', 'hello']],
      [false, 1, ['hello', 'call']],
    ] as const) {
      const pipe = greeting(({ call: id }) => [inline(id)]);
      const caller = await pipe.open(isLine);
      for (let called = 0; called < calls; called++) await caller.call(1, NO_BYTES, new Transfer());
      await caller.close();
      expect([pipe.kinds, pipe.closed]).toEqual([kinds, 1]);
    }
  });

  it('says hello again after a call that was refused', async () => {
    const pipe = greeting(({ call: id }) => [refused(id)]);
    const caller = await pipe.open(true);
    expect((await refusal(caller.call(1, NO_BYTES, new Transfer()))).code).toBe('NOT_HELD');
    await caller.close();
    expect(pipe.kinds).toEqual(['hello', 'call', 'hello']);
  });

  it('in the middle of a call says nothing more', async () => {
    const leave: { now: () => Promise<void> } = { now: async () => undefined };
    let left: Promise<void> | undefined;
    const pipe = greeting(() => {
      left = leave.now();
      return [];
    });
    const caller = await pipe.open(true);
    leave.now = () => caller.close();
    expect(await refusal(caller.call(1, NO_BYTES, new Transfer()))).toEqual(lost('the other side closed it'));
    await left;
    expect([pipe.kinds, pipe.closed]).toEqual([['hello', 'call'], 1]);
  });

  it('is closed where nobody answers, too, and tells only what is broken here', async () => {
    const silent = new Pipe((_, at) => (at === 1 ? [WELCOME] : []));
    await (await silent.open(true)).close();
    const broken = new Pipe((_, at) => [at === 1 ? WELCOME : new TypeError('broken')]);
    await expect((await broken.open(true)).close()).rejects.toThrow(new TypeError('broken'));
    expect([silent.closed, broken.closed]).toEqual([1, 1]);
  });
});

describe('a call', () => {
  /** What a call is told by a side that says that to it. */
  const told = async (request: Uint8Array, script: (frame: Frame, at: number) => readonly Part[]) =>
    refusal((await greeting(script).open()).call(1, request, new Transfer()));

  it('has its request in its frame when that is as long as such a one may be, and announces one that is a byte longer', async () => {
    for (const [length, hash, inside] of [
      [MESSAGE.inlineBytes, null, MESSAGE.inlineBytes],
      [MESSAGE.inlineBytes + 1, HASH, 0],
    ] as const) {
      const pipe = greeting(({ call: id }) => [inline(id)]);
      await (await pipe.open()).call(7, new Uint8Array(length), new Transfer());
      const read = call.decode(pipe.sent[1]?.payload ?? NO_BYTES);
      if (!read.ok) throw new Error('it is no call');
      const { body, ...rest } = read.value;
      expect([rest, body.length]).toEqual([{ command: 7, size: length, hash }, inside]);
    }
  });

  it('takes a request that is as long as it may be, and sends nothing of one that is a byte longer', async () => {
    const pipe = greeting(({ call: id }) => [inline(id)]);
    const caller = await pipe.open();
    await caller.call(1, new Uint8Array(MESSAGE.requestBytes), new Transfer());
    const size = MESSAGE.requestBytes + 1;
    expect(await refusal(caller.call(1, new Uint8Array(size), new Transfer()))).toEqual({
      code: 'MESSAGE_TOO_LARGE',
      details: { size, limit: MESSAGE.requestBytes, where: 'there' },
    });
    expect(pipe.kinds).toEqual(['hello', 'call']);
  });

  const asked = encodeFrame('more', 1, more.encode({ from: 0 }));
  it.each<[string, Uint8Array, readonly Part[], { code: string; details: Details }]>([
    ['more of what was all there', NO_BYTES, [asked], garbled('"more" where an answer was due')],
    ['data', NO_BYTES, [data(1, 1)], garbled('"data" where an answer was due')],
    [
      'data that might ask for more',
      LONG,
      [encodeFrame('data', 1, more.encode({ from: 0 }))],
      garbled('"data" where an answer was due'),
    ],
    [
      'more from behind its end',
      LONG,
      [encodeFrame('more', 1, more.encode({ from: LONG.length }))],
      garbled('it asks for more than there is'),
    ],
    [
      'an answer of another size than it says',
      NO_BYTES,
      [inline(1, new Uint8Array(3), 4)],
      garbled('an answer has another size than it says'),
    ],
    ['an empty answer', NO_BYTES, [encodeFrame('answer', 1)], garbled('answer: the data ends early at byte 0')],
    [
      'an answer that is too long',
      NO_BYTES,
      [announced(1, MESSAGE.answerBytes + 1)],
      garbled(`it announces an answer of ${MESSAGE.answerBytes + 1} bytes`),
    ],
    [
      'the answer to a later call',
      NO_BYTES,
      [inline(2), inline(1)],
      garbled('it answers the call 2, which was not made'),
    ],
    ['the answer to none', NO_BYTES, [inline(0), inline(1)], garbled('it answers the call 0, which was not made')],
    ['a refusal', NO_BYTES, [refused(1)], { code: 'NOT_HELD', details: { here: 'x', item: 'y' } }],
    ['the end of everything', NO_BYTES, [refused(0)], { code: 'NOT_HELD', details: { here: 'x', item: 'y' } }],
    ['nothing', NO_BYTES, [], lost('the other side closed it')],
  ])('that gets %s is refused', async (_, request, parts, error) => {
    expect(await told(request, ({ kind }) => (kind === 'call' ? parts : []))).toEqual(error);
  });

  const longer = garbled('an answer is longer than announced');
  it.each<[string, readonly Part[], { code: string; details: Details }]>([
    ['nothing in a frame', [data(1, 0), data(1, 10)], longer],
    ['something else', [encodeFrame('more', 1, new Uint8Array(5)), data(1, 5)], longer],
    ['a byte too many', [data(1, 11)], longer],
    ['a byte too many in the end', [data(1, 4), data(1, 7)], longer],
    ['a byte too few', [data(1, 9)], lost('the other side closed it')],
  ])('whose answer of ten bytes is brought by %s is refused', async (_, parts, error) => {
    expect(await told(NO_BYTES, ({ kind }) => (kind === 'call' ? [announced(1, 10)] : parts))).toEqual(error);
  });

  it('takes an answer to its last byte, and no more of a window than was asked for', async () => {
    const bring = (parts: readonly Part[]) =>
      greeting(({ kind }) => (kind === 'call' ? [announced(1, MESSAGE.windowBytes + 10)] : parts));
    const window = Array.from({ length: MESSAGE.windowBytes / 0x8000 }, () => data(1, 0x8000));
    const pipe = new Pipe((frame, at) => {
      if (frame.kind === 'hello') return [WELCOME];
      if (frame.kind === 'call') return [announced(1, MESSAGE.windowBytes + 10)];
      return at === 3 ? window : [data(1, 10)];
    });
    const taken = await (await pipe.open()).call(1, NO_BYTES, new Transfer());
    expect([taken.length, pipe.kinds]).toEqual([MESSAGE.windowBytes + 10, ['hello', 'call', 'fetch', 'fetch']]);
    const unasked = bring([...window.slice(1), data(1, 0x7fff), data(1, 2)]);
    expect(await refusal((await unasked.open()).call(1, NO_BYTES, new Transfer()))).toEqual(longer);
  });

  it('passes over a refusal of the call before it', async () => {
    const pipe = greeting(({ call: id }) => (id === 1 ? [inline(1)] : [refused(1), inline(2, Uint8Array.of(9))]));
    const caller = await pipe.open();
    await caller.call(1, NO_BYTES, new Transfer());
    expect(await caller.call(1, NO_BYTES, new Transfer())).toEqual(Uint8Array.of(9));
  });

  it('waits for an answer that comes as slowly as it may, and not for a slower one', async () => {
    const slowly = async (seconds: number) => {
      const pipe: Pipe = new Pipe(
        (frame) => (frame.kind === 'hello' ? [WELCOME] : [inline(1, new Uint8Array(100))]),
        seconds,
      );
      return (await pipe.open()).call(1, NO_BYTES, new Transfer());
    };
    expect(await slowly(1)).toHaveLength(100);
    expect(await refusal(slowly(1.3))).toEqual({ code: 'CARRIER_SLOW', details: { where: 'there' } });
  });
});
