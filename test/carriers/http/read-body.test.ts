import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { collectBody } from '../../../carriers/http/collect-body.ts';
import { readBody } from '../../../carriers/http/read-body.adapter.ts';
import { BodyRoom } from '../../../container/wire/body-room.ts';

const SIZE = 3000;

function roomFor(capacity: number): BodyRoom {
  return new BodyRoom({ capacity, share: capacity, window: 1000, staleAfter: 10, now: () => 0 });
}

/** Whether so many bytes are free. */
function isFree(room: BodyRoom, bytes: number): boolean {
  const place = room.place(() => undefined);
  const isTaken = room.take(place, bytes);
  room.free(place);
  return isTaken;
}

/** A body on its way, piece by piece. */
function arriving(room = roomFor(1e6), size = SIZE) {
  const stream = new PassThrough();
  const body = readBody(stream, room, size);
  /** Brings a piece, and gives it back once it was taken. */
  const bring = async (piece: Uint8Array): Promise<Uint8Array> => {
    const taken = new Promise((resolve) => stream.once('data', resolve));
    stream.write(piece);
    await taken;
    return piece;
  };
  return { stream, body, bring };
}

describe('a body that arrives in pieces', () => {
  it('is copied into one: of the pieces that it came in nothing is kept', async () => {
    const { stream, body, bring } = arriving();
    for (let at = 0; at < SIZE; at++) (await bring(Buffer.of(at % 251))).fill(255);
    stream.end();
    expect(await body).toEqual(Uint8Array.from({ length: SIZE }, (_, at) => at % 251));
  });

  it('takes no more memory than it has bytes, however many pieces bring it', async () => {
    const room = roomFor(SIZE);
    const { stream, body, bring } = arriving(room);
    for (let at = 0; at < SIZE; at++) await bring(Buffer.of(0));
    expect(isFree(room, 1)).toBe(false);
    stream.end();
    expect(await body).toHaveLength(SIZE);
    expect(isFree(room, SIZE)).toBe(true);
  });

  it('takes the memory that it is kept in, not only that of the bytes that are there', async () => {
    const room = roomFor(1000);
    const { body, bring } = arriving(room);
    await bring(new Uint8Array(600));
    await bring(new Uint8Array(1));
    expect(await body).toBe('full');
    expect(isFree(room, 1000)).toBe(true);
  });

  it('that does not come to its end is gone, and leaves no memory taken', async () => {
    const room = roomFor(SIZE);
    const { stream, body, bring } = arriving(room);
    await bring(new Uint8Array(2000));
    stream.destroy();
    expect(await body).toBe('gone');
    expect(isFree(room, SIZE)).toBe(true);
  });
});

describe('a body whose length nobody said', () => {
  /** Brings one byte after the other in the same piece of memory. */
  async function* byteByByte(size: number): AsyncGenerator<Uint8Array, void> {
    const piece = new Uint8Array(1);
    for (let at = 0; at < size; at++) {
      piece[0] = at % 251;
      yield piece;
    }
  }

  it('is copied, too, and told as it grows', async () => {
    const told: number[] = [];
    const body = await collectBody(byteByByte(SIZE), SIZE, (size) => told.push(size));
    expect(body).toEqual(Uint8Array.from({ length: SIZE }, (_, at) => at % 251));
    expect([told.length, told.at(-1)]).toEqual([SIZE, SIZE]);
  });

  it('is not read beyond what it may have', async () => {
    const told: number[] = [];
    expect(await collectBody(byteByByte(SIZE), SIZE - 1, (size) => told.push(size))).toBeUndefined();
    expect(told.at(-1)).toBe(SIZE - 1);
  });
});
