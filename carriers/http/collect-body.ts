import { GrowingBytes } from '../../container/wire/growing-bytes.ts';

/**
 * Reads a body whose length nobody said to its end, copied into one piece however many bring it.
 *
 * @param most bytes that it may have
 * @param arrived is told after each piece how many bytes are there; what it throws ends the reading
 * @returns undefined for one that has more
 */
export async function collectBody(
  pieces: AsyncIterable<Uint8Array>,
  most: number,
  arrived: (size: number) => void,
): Promise<Uint8Array | undefined> {
  const body = new GrowingBytes(most);
  for await (const piece of pieces) {
    if (body.filled + piece.length > most) return undefined;
    body.put(body.filled, piece);
    arrived(body.filled);
  }
  return body.here;
}
