import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex, toHex } from '../../../container/model/bytes.ts';

describe('hexadecimal text', () => {
  it('is what Node makes of the same bytes, whatever their number, and comes back as those bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const text = toHex(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('hex'));
        expect(fromHex(text)).toEqual(bytes);
      }),
    );
  });

  it('is made of more bytes than a call takes arguments', () => {
    const bytes = new Uint8Array(200_000).fill(0xa5);
    expect(toHex(bytes) === 'a5'.repeat(bytes.length)).toBe(true);
  });
});

describe('two byte strings', () => {
  it('are equal when all their bytes are, and none has more', () => {
    const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
    expect(equalBytes(bytes(1, 2), bytes(1, 2))).toBe(true);
    expect(equalBytes(bytes(), bytes())).toBe(true);
    for (const other of [bytes(1), bytes(1, 2, 3), bytes(3, 2), bytes(1, 3), bytes()]) {
      expect(equalBytes(bytes(1, 2), other)).toBe(false);
      expect(equalBytes(other, bytes(1, 2))).toBe(false);
    }
  });
});
