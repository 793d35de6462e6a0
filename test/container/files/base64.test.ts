import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../../container/files/base64.ts';
import { utf8 } from '../../../container/model/bytes.ts';

/** @see RFC 4648 section 10 */
const RFC_4648 = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
] as const;

describe('base64', () => {
  it.each(RFC_4648)('writes "%s" as RFC 4648 does and reads it back', (plain, text) => {
    expect(encodeBase64(utf8(plain))).toBe(text);
    expect(decodeBase64(text)).toEqual(utf8(plain));
  });

  it('gives back whatever it wrote, as the platform writes it too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['three digits', 'Zg='],
    ['a digit too much', 'Zm9vZ'],
    ['a foreign digit', 'Zm9-'],
    ['a line end', 'Zm9\n'],
    ['a digit behind the padding', 'Zg=='.repeat(2)],
    ['padding alone', '===='],
    ['unused bits of two digits', 'Zh=='],
    ['unused bits of three digits', 'Zm9='],
    ['a digit beyond ASCII', 'Zm9ä'],
  ])('refuses %s: one byte string has one text', (_, text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
