import { describe, expect, it } from 'vitest';
import { encodeFailure } from '../../../container/commands/device/failure-message.ts';
import { answer, call, failure, hello, MESSAGE, more, welcome } from '../../../container/commands/device/messages.ts';
import { codeOfNumber, FerryError } from '../../../container/errors.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { BytePipe } from '../../../container/wire/call-over-pipe.ts';
import { encodeFrame, FrameReader } from '../../../container/wire/frame.ts';
import { isLate } from '../../../container/wire/pace.ts';
import { serveConversation } from '../../../container/wire/serve-conversation.ts';
import { WireClient } from '../../../container/wire/wire-client.ts';
import { crypto } from '../../world/parties.ts';
import { bodyStoreOf } from './body-store-of.ts';

const NONCE = new Uint8Array(8);
const HASH = '11'.repeat(32) as Hash;
const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: NONCE }));
const WELCOME = encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: NONCE }));
const UPLOAD = { hash: HASH, size: 50_000 };
/** Answers no call that was made. */
const WRONG = encodeFrame('data', 0, NO_BYTES);
const PATIENCE = 10;
const RATE = 1000;

/** A clock that goes on when told to. */
class Clock {
  time = 0;
  readonly pace = { now: () => this.time, patience: PATIENCE, rate: RATE };
}

/** Brings bytes one by one, some seconds after each other. */
async function* trickle(clock: Clock, bytes: Iterable<number>, seconds: number): AsyncGenerator<Uint8Array, void> {
  for (const byte of bytes) {
    yield Uint8Array.of(byte);
    clock.time += seconds;
  }
}

describe('how long the other side may take', () => {
  it('is the patience and what its bytes take at the slowest rate, and no more', () => {
    const at = (now: number) => isLate({ now: () => now, patience: PATIENCE, rate: RATE }, 5, 3000);
    expect([at(18), at(18.001)]).toEqual([false, true]);
  });
});

describe('a served conversation', () => {
  /** What a server says to that, and how many seconds it took. */
  async function served(
    arriving: (clock: Clock) => AsyncIterable<Uint8Array>,
    isLine = false,
    here = new Uint8Array(0),
  ) {
    const clock = new Clock();
    const bodies = bodyStoreOf(clock.pace.now);
    if (here.length > 0) {
      bodies.begin(UPLOAD, {});
      bodies.append(UPLOAD, 0, here);
    }
    const side = { newSession: () => async () => NO_BYTES, bodies, crypto, isLine, pace: clock.pace };
    const reader = new FrameReader();
    for await (const bytes of serveConversation(arriving(clock), side)) reader.push(bytes);
    const said: string[] = [];
    for (let read = reader.next(); read.state === 'frame'; read = reader.next()) {
      const { kind, payload } = read.frame;
      const failed = kind === 'failure' ? failure.decode(payload) : undefined;
      said.push((failed?.ok ? codeOfNumber(failed.value.number) : undefined) ?? kind);
    }
    return { said, seconds: clock.time };
  }

  async function* following(bytes: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    yield bytes;
    yield* rest;
  }

  it('ends with a client that sends a byte of a frame now and then', async () => {
    const { said, seconds } = await served((clock) => trickle(clock, HELLO, 1));
    expect(said).toEqual(['CARRIER_SLOW']);
    expect(seconds).toBeLessThanOrEqual(PATIENCE + 1);
  });

  const announced = encodeFrame('call', 1, call.encode({ command: 1, size: 50_000, hash: HASH, body: NO_BYTES }));
  const tiny = encodeFrame('data', 1, Uint8Array.of(0));
  async function* tinyFrames(clock: Clock): AsyncGenerator<Uint8Array, void> {
    for (let sent = 0; sent < 1000; sent++) {
      yield tiny;
      clock.time += 1;
    }
  }

  it('ends with a client that sends whole frames with next to nothing of its request', async () => {
    const { said, seconds } = await served((clock) => following(HELLO, following(announced, tinyFrames(clock))));
    expect(said).toEqual(['welcome', 'more', 'CARRIER_SLOW']);
    expect(seconds).toBeLessThanOrEqual(PATIENCE + 1);
  });

  it('gives no time for what an earlier conversation brought', async () => {
    const sent = (clock: Clock) => following(HELLO, following(announced, tinyFrames(clock)));
    const { said, seconds } = await served(sent, false, new Uint8Array(40_000));
    expect(said).toEqual(['welcome', 'more', 'CARRIER_SLOW']);
    expect(seconds).toBeLessThanOrEqual(PATIENCE + 1);
  });

  it('waits for one that is as slow as it may be', async () => {
    const each = 100;
    async function* slow(clock: Clock): AsyncGenerator<Uint8Array, void> {
      for (let sent = 0; sent < 50_000; sent += each) {
        clock.time += each / RATE;
        yield encodeFrame('data', 1, new Uint8Array(each));
      }
    }
    const { said } = await served((clock) => following(HELLO, following(announced, slow(clock))));
    expect(said).toEqual(['welcome', 'more', 'BODY_GONE']);
  });

  it('gives no time for windows that came fast', async () => {
    const size = 1_000_000;
    const whole = encodeFrame('call', 1, call.encode({ command: 1, size, hash: HASH, body: NO_BYTES }));
    async function* fastAtFirst(clock: Clock): AsyncGenerator<Uint8Array, void> {
      const frame = encodeFrame('data', 1, new Uint8Array(32 * 1024));
      for (let sent = 0; sent < 3 * MESSAGE.windowBytes; sent += 32 * 1024) yield frame;
      yield* tinyFrames(clock);
    }
    const { said, seconds } = await served((clock) => following(HELLO, following(whole, fastAtFirst(clock))));
    expect(said).toEqual(['welcome', 'more', 'more', 'more', 'more', 'CARRIER_SLOW']);
    expect(seconds).toBeLessThanOrEqual(PATIENCE + 1);
  });

  it('waits in every window for one that is as slow as it may be', async () => {
    const size = 2 * MESSAGE.windowBytes;
    const whole = encodeFrame('call', 1, call.encode({ command: 1, size, hash: HASH, body: NO_BYTES }));
    async function* slow(clock: Clock): AsyncGenerator<Uint8Array, void> {
      for (let sent = 0; sent < size; sent += 1024) {
        clock.time += 1024 / RATE;
        yield encodeFrame('data', 1, new Uint8Array(1024));
      }
    }
    const { said } = await served((clock) => following(HELLO, following(whole, slow(clock))));
    expect(said).toEqual(['welcome', 'more', 'more', 'BODY_GONE']);
  });

  it('counts no time in which nothing was begun', async () => {
    async function* seldom(clock: Clock): AsyncGenerator<Uint8Array, void> {
      yield HELLO;
      for (let asked = 1; asked <= 3; asked++) {
        clock.time += 100 * PATIENCE;
        yield encodeFrame('call', asked, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
      }
    }
    expect((await served(seldom)).said).toEqual(['welcome', 'answer', 'answer', 'answer']);
  });

  it('counts no time before a frame has begun, for one that comes in two pieces', async () => {
    async function* late(clock: Clock): AsyncGenerator<Uint8Array, void> {
      yield HELLO;
      clock.time += 100 * PATIENCE;
      const asked = encodeFrame('call', 1, call.encode({ command: 1, size: 0, hash: null, body: NO_BYTES }));
      yield asked.subarray(0, 3);
      clock.time += PATIENCE;
      yield asked.subarray(3);
    }
    expect((await served(late)).said).toEqual(['welcome', 'answer']);
  });

  it('counts what has come of a frame of data before it is whole', async () => {
    const size = 30_000;
    const whole = encodeFrame('call', 1, call.encode({ command: 1, size, hash: HASH, body: NO_BYTES }));
    async function* slow(clock: Clock): AsyncGenerator<Uint8Array, void> {
      const frame = encodeFrame('data', 1, new Uint8Array(size));
      for (let sent = 0; sent < frame.length; sent += 1000) {
        clock.time += 1000 / RATE;
        yield frame.subarray(sent, sent + 1000);
      }
    }
    const { said } = await served((clock) => following(HELLO, following(whole, slow(clock))));
    expect(said).toEqual(['welcome', 'more', 'BODY_GONE']);
  });

  it('on a line waits for a hello however slowly anything else comes', async () => {
    async function* line(clock: Clock): AsyncGenerator<Uint8Array, void> {
      yield* trickle(clock, [0x4c, 0x46, 1, 1], 100 * PATIENCE);
      yield Uint8Array.of(0xff);
      yield* [encodeFrame('cancel', 1, new Uint8Array(100)), HELLO];
    }
    expect((await served(line, true)).said.at(-1)).toBe('welcome');
    expect((await served(line, true)).said).not.toContain('CARRIER_SLOW');
  });

  it('on a line finds the hello within a frame that came too slowly and never became whole', async () => {
    async function* line(clock: Clock): AsyncGenerator<Uint8Array, void> {
      const cut = encodeFrame('data', 1, new Uint8Array(1000)).subarray(0, 100);
      yield* following(HELLO, trickle(clock, cut, 1));
      yield HELLO;
    }
    expect((await served(line, true)).said).toEqual(['welcome', 'CARRIER_SLOW', 'welcome']);
  });

  it('on a line gives up nothing of what follows a hello of another version', async () => {
    const foreign = encodeFrame('hello', 0, hello.encode({ version: 2, nonce: NONCE }));
    async function* line(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.concat([foreign, HELLO]);
    }
    expect((await served(line, true)).said).toEqual(['PROTOCOL_VERSION', 'welcome']);
  });

  it('on a line gives up what came too slowly, and greets the next client', async () => {
    async function* line(clock: Clock): AsyncGenerator<Uint8Array, void> {
      yield* following(HELLO, following(announced, trickle(clock, tiny, PATIENCE / 4)));
      yield HELLO;
    }
    expect((await served(line, true)).said).toEqual(['welcome', 'more', 'CARRIER_SLOW', 'welcome']);
  });
});

describe('a call', () => {
  /** A client of servers that greet at once, and answer a call as the script says. @returns what it is told, after how long */
  async function called(
    script: (clock: Clock, from: number) => AsyncIterable<Uint8Array>,
    name: 'list' | 'use' = 'list',
    greeting: (clock: Clock) => AsyncIterable<Uint8Array> = async function* () {
      yield WELCOME;
    },
  ) {
    const clock = new Clock();
    let opened = 0;
    const open = async (): Promise<BytePipe> => {
      opened += 1;
      const from = opened - 1;
      async function* arriving(): AsyncGenerator<Uint8Array, void> {
        yield* greeting(clock);
        yield* script(clock, from);
        throw new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' });
      }
      return { arriving: arriving(), write: async () => undefined, close: async () => undefined };
    };
    const random = () => NONCE;
    const client = new WireClient({ open, where: 'there', isLine: false, crypto, random, pace: clock.pace });
    const wanted = { firmCode: 6000010, productCode: 1001, releaseDate: null, units: 10 };
    const asked = name === 'list' ? client.call('list', {}) : client.call('use', wanted);
    const error = await asked.catch((fault: unknown) => fault);
    return { code: (error as FerryError).code, seconds: clock.time, opened };
  }
  const long = (size: number) => encodeFrame('answer', 1, answer.encode({ size, hash: HASH, body: NO_BYTES }));

  it('ends when a byte of the greeting comes now and then', async () => {
    const { code, seconds } = await called(
      async function* () {},
      'list',
      (clock) => trickle(clock, WELCOME, 1),
    );
    expect([code, seconds <= PATIENCE + 1]).toEqual(['CARRIER_SLOW', true]);
  });

  it('ends when a byte of the answer comes now and then, and says that its outcome is unknown where that counts', async () => {
    const trickled = (clock: Clock) => trickle(clock, long(100_000), 1);
    const { code, seconds, opened } = await called(trickled);
    expect([code, seconds <= 2 * PATIENCE + 1, opened]).toEqual(['CARRIER_SLOW', true, 1]);
    expect((await called(trickled, 'use')).code).toBe('OUTCOME_UNKNOWN');
  });

  it('ends when the answer is announced and hardly comes, over however many connections', async () => {
    async function* hardly(clock: Clock, from: number): AsyncGenerator<Uint8Array, void> {
      if (from > 1000) return;
      if (from === 0) yield long(60_000_000);
      clock.time += 1;
      yield encodeFrame('data', 1, Uint8Array.of(0));
    }
    const { code, seconds, opened } = await called(hardly);
    expect([code, seconds <= 2 * PATIENCE + 1]).toEqual(['CARRIER_SLOW', true]);
    expect(opened).toBeGreaterThan(2);
  });

  it('ends when the same window is asked for again and again', async () => {
    const clock = new Clock();
    async function* again(): AsyncGenerator<Uint8Array, void> {
      yield WELCOME;
      for (let asked = 0; asked < 1000; asked++) {
        clock.time += 1;
        yield encodeFrame('more', 1, more.encode({ from: 0 }));
      }
    }
    const open = async (): Promise<BytePipe> => ({
      arriving: again(),
      write: async () => undefined,
      close: async () => undefined,
    });
    const client = new WireClient({
      open,
      where: 'there',
      isLine: false,
      crypto,
      random: () => NONCE,
      pace: clock.pace,
    });
    const size = 20_000;
    await expect(client.call('apply', { update: new Uint8Array(size) })).rejects.toMatchObject({
      code: 'CARRIER_SLOW',
    });
    expect(clock.time).toBeLessThanOrEqual(2 * PATIENCE + (2 * size) / RATE + 2);
  });

  it('goes on with an answer that is as slow as it may be', async () => {
    async function* slow(clock: Clock): AsyncGenerator<Uint8Array, void> {
      yield long(20_000);
      for (let sent = 0; sent < 20_000; sent += 1000) {
        clock.time += 1;
        yield encodeFrame('data', 1, new Uint8Array(1000));
      }
    }
    // It came whole, and is not what was announced.
    expect((await called(slow)).code).toBe('CARRIER_GARBLED');
  });

  it('waits as long for a window that it has to send twice', async () => {
    const size = 20_000;
    const takes = size / RATE;
    const clock = new Clock();
    let opened = 0;
    const open = async (): Promise<BytePipe> => {
      const isFirst = opened++ === 0;
      async function* arriving(): AsyncGenerator<Uint8Array, void> {
        yield WELCOME;
        yield encodeFrame('more', 1, more.encode({ from: 0 }));
        clock.time += takes + (isFirst ? 0 : 2 * PATIENCE - 1);
        if (isFirst) throw new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' });
        // In two pieces: how late it is, is looked at while the second one is waited for.
        yield WRONG.subarray(0, 1);
        yield WRONG.subarray(1);
      }
      return { arriving: arriving(), write: async () => undefined, close: async () => undefined };
    };
    const random = () => NONCE;
    const client = new WireClient({ open, where: 'there', isLine: false, crypto, random, pace: clock.pace });
    // It came through to what is no answer.
    const update = new Uint8Array(size);
    await expect(client.call('apply', { update })).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
  });

  it('over a connection that had been idle costs the new one none of its time', async () => {
    const clock = new Clock();
    let opened = 0;
    const open = async (): Promise<BytePipe> => {
      const isFirst = opened++ === 0;
      async function* arriving(): AsyncGenerator<Uint8Array, void> {
        yield WELCOME;
        if (isFirst)
          yield encodeFrame('failure', 1, encodeFailure(new FerryError('NOT_HELD', { here: 'x', item: 'y' })));
        clock.time += 2 * PATIENCE - 1;
        if (isFirst) throw new FerryError('CARRIER_LOST', { where: 'there', why: 'it broke' });
        // In two pieces: how late it is, is looked at while the second one is waited for.
        yield WRONG.subarray(0, 1);
        yield WRONG.subarray(1);
      }
      return { arriving: arriving(), write: async () => undefined, close: async () => undefined };
    };
    const random = () => NONCE;
    const client = new WireClient({ open, where: 'there', isLine: false, crypto, random, pace: clock.pace });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'NOT_HELD' });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
  });

  it('on a line waits for the greeting until what an earlier call asked for has come', async () => {
    const clock = new Clock();
    async function* arriving(): AsyncGenerator<Uint8Array, void> {
      for (let passed = 0; passed < 300; passed++) {
        yield new Uint8Array(1000);
        clock.time += 1;
      }
      yield WELCOME;
      yield encodeFrame('failure', 1, encodeFailure(new FerryError('NOT_HELD', { here: 'x', item: 'y' })));
    }
    const open = async (): Promise<BytePipe> => ({
      arriving: arriving(),
      write: async () => undefined,
      close: async () => undefined,
    });
    const random = () => NONCE;
    const client = new WireClient({ open, where: 'there', isLine: true, crypto, random, pace: clock.pace });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'NOT_HELD' });
  });
});
