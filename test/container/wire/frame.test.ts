import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../container/wire/crc32.ts';
import {
  encodeFrame,
  FRAME_KINDS,
  FRAME_PAYLOAD,
  type Frame,
  type FrameKind,
  FrameReader,
} from '../../../container/wire/frame.ts';
import { FrameSource } from '../../../container/wire/frame-source.ts';

const KINDS = Object.keys(FRAME_KINDS) as FrameKind[];
const frames = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), call: fc.nat(0xffffffff), payload: fc.uint8Array({ maxLength: 9000 }) }),
  { maxLength: 6 },
);

function bytesOf(list: readonly Frame[]): Uint8Array {
  return Buffer.concat(list.map(({ kind, call, payload }) => encodeFrame(kind, call, payload)));
}

function takeAll(reader: FrameReader): Frame[] {
  const taken: Frame[] = [];
  for (let reading = reader.next(); reading.state === 'frame'; reading = reader.next()) taken.push(reading.frame);
  return taken;
}

async function* inPieces(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* pieces;
}

describe('frames', () => {
  it('are the same in whatever pieces their bytes arrive', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(40_000), { maxLength: 20 }), (list, cuts) => {
        const bytes = bytesOf(list);
        const reader = new FrameReader();
        const taken: Frame[] = [];
        const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
          (one, other) => one - other,
        );
        let start = 0;
        for (const end of ends) {
          reader.push(bytes.subarray(start, end));
          taken.push(...takeAll(reader));
          start = end;
        }
        expect(taken).toEqual(list);
        expect(reader.length).toBe(0);
      }),
    );
  });

  it('do not come out of random bytes, and nothing breaks', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), fc.boolean(), (pieces, isPrefixed) => {
        const reader = new FrameReader();
        if (isPrefixed) reader.push(Uint8Array.of(0x4c, 0x46, 1));
        for (const piece of pieces) {
          reader.push(piece);
          takeAll(reader);
          reader.skipTo('hello');
        }
      }),
    );
  });

  it.each([
    ['another magic', (bytes: Uint8Array) => bytes.fill(0x4d, 1, 2), 'it does not begin with a frame'],
    ['another version', (bytes: Uint8Array) => bytes.fill(2, 2, 3), 'it does not begin with a frame'],
    ['an unknown kind', (bytes: Uint8Array) => bytes.fill(77, 3, 4), 'unknown kind 77'],
    ['4 GiB to come', (bytes: Uint8Array) => bytes.fill(0xff, 8, 12), '4294967295 bytes'],
    ['another checksum', (bytes: Uint8Array) => bytes.fill(1, 16, 17), 'checksum'],
  ])('with %s are refused', (_, spoil, why) => {
    const reader = new FrameReader();
    reader.push(spoil(encodeFrame('data', 1, Uint8Array.of(9, 9))));
    expect(reader.next()).toEqual({ state: 'garbled', why: expect.stringContaining(why) });
  });

  it('have as many bytes of payload as they may have, and not one more', () => {
    const reader = new FrameReader();
    reader.push(encodeFrame('data', 1, new Uint8Array(FRAME_PAYLOAD)));
    expect(reader.next()).toMatchObject({ state: 'frame' });
    reader.push(encodeFrame('data', 1, new Uint8Array(FRAME_PAYLOAD + 1)));
    expect(reader.next()).toMatchObject({ state: 'garbled' });
  });

  it('that are too long are refused as soon as their length is there, and not before', () => {
    const long = encodeFrame('data', 1, new Uint8Array(FRAME_PAYLOAD + 1));
    const reader = new FrameReader();
    reader.push(long.subarray(0, 11));
    expect(reader.next()).toEqual({ state: 'incomplete' });
    reader.push(long.subarray(11, 12));
    expect(reader.next()).toEqual({ state: 'garbled', why: `it announces a frame of ${FRAME_PAYLOAD + 1} bytes` });
  });

  it('are incomplete up to their last byte', () => {
    const whole = encodeFrame('data', 1, Uint8Array.of(8, 9));
    const reader = new FrameReader();
    for (const byte of whole.subarray(0, -1)) {
      reader.push(Uint8Array.of(byte));
      expect(reader.next()).toEqual({ state: 'incomplete' });
    }
    reader.push(whole.subarray(-1));
    expect(reader.next()).toEqual({
      state: 'frame',
      frame: { kind: 'data', call: 1, payload: Uint8Array.of(8, 9) },
    });
  });

  it('are not given up where none has begun', () => {
    const reader = new FrameReader();
    reader.abandon();
    reader.push(encodeFrame('cancel', 3));
    expect(reader.next()).toMatchObject({ state: 'frame', frame: { kind: 'cancel', call: 3 } });
  });

  it('carry the CRC-32 that everybody knows', () => {
    expect(crc32(Buffer.from('1234'), Buffer.from('56789'))).toBe(0xcbf43926);
    expect(crc32()).toBe(0);
  });
});

describe('what is dropped before a hello', () => {
  const hello = encodeFrame('hello', 0, Uint8Array.of(1, 2, 3));
  const wrong = encodeFrame('hello', 0, Uint8Array.of(1, 2, 3)).fill(9, 16, 17);
  const welcome = encodeFrame('welcome', 0);

  it.each<[string, readonly (readonly number[] | Uint8Array)[], number]>([
    ['noise', [[0, 1, 2], hello], hello.length],
    ['noise with a byte of its beginning', [[0, 0x4c, 0, 0, 0, 0x46, 1, 0], hello], hello.length],
    ['a frame of another kind', [[0], welcome, hello], hello.length],
    ['a hello that is none', [wrong, hello], hello.length],
    ['noise alone', [[0, 1, 2]], 0],
    ['noise before its first byte', [[0, 1, 0x4c]], 1],
    ['noise before its first three bytes', [[0, 0x4c, 0x46, 1]], 3],
    ['the beginning of another kind', [[0, 0x4c, 0x46, 1, FRAME_KINDS.welcome]], 0],
    ['nothing', [], 0],
  ])('is %s, and nothing else', (_, pieces, left) => {
    const reader = new FrameReader();
    for (const piece of pieces) reader.push(Uint8Array.from(piece));
    reader.skipTo('hello');
    expect(reader.length).toBe(left);
    reader.push(hello.subarray(left % hello.length));
    expect(reader.next()).toMatchObject({ state: 'frame', frame: { kind: 'hello' } });
  });
});

describe('a line without connections', () => {
  const hello = encodeFrame('hello', 0, Uint8Array.of(1, 2, 3));

  it('finds the next hello behind any noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (noise) => {
        const clean = noise.map((byte) => (byte === 0x4c ? 0 : byte));
        const source = new FrameSource(inPieces(clean, hello), 'the line');
        expect(await source.nextOf('hello')).toMatchObject({ kind: 'hello', payload: Uint8Array.of(1, 2, 3) });
      }),
    );
  });

  it('finds it within a frame that never became whole, once that is given up', async () => {
    const cut = encodeFrame('data', 4, new Uint8Array(1000)).subarray(0, 300);
    const source = new FrameSource(inPieces(cut, hello, new Uint8Array()), 'the line');
    await expect(source.next()).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
    expect(await source.nextOf('hello')).toMatchObject({ kind: 'hello' });
  });

  it('passes over frames of other kinds, and waits for one that is not whole', async () => {
    const source = new FrameSource(
      inPieces(encodeFrame('welcome', 0), encodeFrame('call', 1), hello.subarray(0, 5), hello.subarray(5)),
      'the line',
    );
    expect(await source.nextOf('hello')).toMatchObject({ kind: 'hello', payload: Uint8Array.of(1, 2, 3) });
    expect(await source.nextOf('hello')).toBeUndefined();
  });

  it('finds it behind a frame that was given up by whoever waited for it', async () => {
    const cut = encodeFrame('data', 4, new Uint8Array(1000)).subarray(0, 300);
    const begun: number[] = [];
    const source = new FrameSource(inPieces(cut, hello), 'the line', (bytes) => {
      begun.push(bytes);
      if (begun.length === 2) throw new Error('it takes too long');
    });
    await expect(source.next()).rejects.toThrow('it takes too long');
    source.abandon();
    expect(await source.nextOf('hello')).toMatchObject({ kind: 'hello' });
    expect(begun).toEqual([0, 300, 0]);
  });

  it('says who is not understood, and why', async () => {
    const told = (...pieces: readonly Uint8Array[]) => new FrameSource(inPieces(...pieces), 'the line').next();
    await expect(told(Uint8Array.of(0))).rejects.toMatchObject({
      code: 'CARRIER_GARBLED',
      details: { where: 'the line', why: 'it does not begin with a frame' },
    });
    await expect(told(hello.subarray(0, 4), new Uint8Array())).rejects.toMatchObject({
      code: 'CARRIER_GARBLED',
      details: { where: 'the line', why: 'nothing came for long' },
    });
  });
});
