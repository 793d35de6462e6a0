import type { Readable } from 'node:stream';
import type { BodyRoom } from '../../container/wire/body-room.ts';
import { GrowingBytes } from '../../container/wire/growing-bytes.ts';

/**
 * Reads the body of a request. However small the pieces are in which it comes, it takes no more memory than it has bytes.
 *
 * @param size bytes of it, as the request said; more of them never come
 * @returns `gone` when the client broke it off, `full` when there was no room for it, or others had to have it
 */
export function readBody(request: Readable, room: BodyRoom, size: number): Promise<Uint8Array | 'gone' | 'full'> {
  return new Promise((resolve) => {
    let body = new GrowingBytes(size);
    let isOver = false;
    const over = (result: Uint8Array | 'gone' | 'full'): void => {
      if (isOver) return;
      isOver = true;
      room.free(place);
      // The rest of a request that was refused is still heard.
      body = new GrowingBytes(0);
      resolve(result);
    };
    const place = room.place(() => over('full'));
    place.holders.add(request);
    request.on('data', (piece: Uint8Array) => {
      if (isOver) return;
      const end = body.filled + piece.length;
      if (!room.take(place, body.needs(end))) return over('full');
      body.put(body.filled, piece);
      room.use(place, end);
    });
    request.on('end', () => over(body.whole ?? 'gone'));
    request.on('error', () => over('gone'));
    request.on('close', () => over('gone'));
  });
}
