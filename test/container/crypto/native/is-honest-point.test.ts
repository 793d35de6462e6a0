import { describe, expect, it } from 'vitest';
import { isHonestPoint } from '../../../../container/crypto/native/is-honest-point.ts';
import { fromHex } from '../../../../container/model/bytes.ts';
import { SMALL_ORDER_ENCODINGS, UNREDUCED_ENCODINGS } from '../wicked-signatures.ts';

const encoded = (first: string, middle: string, last: string): Uint8Array =>
  fromHex(`${first}${middle.repeat(30)}${last}`);

describe('what an honest signer can show', () => {
  it('is below the prime of the field, whatever the sign', () => {
    expect(UNREDUCED_ENCODINGS.map(isHonestPoint)).not.toContain(true);
    for (const last of ['7f', 'ff']) expect(isHonestPoint(encoded('eb', 'ff', last))).toBe(true);
  });

  it('is below the prime as soon as one byte is lower', () => {
    const highest = encoded('ff', 'ff', '7f');
    expect(isHonestPoint(highest)).toBe(false);
    for (let at = 1; at < 32; at++) expect(isHonestPoint(highest.with(at, at === 31 ? 0x7e : 0xfe))).toBe(true);
  });

  it('is no point of small order', () => {
    expect(SMALL_ORDER_ENCODINGS.map(isHonestPoint)).not.toContain(true);
  });

  it('may differ from a point of small order in any one byte', () => {
    const zero = encoded('00', '00', '00');
    expect(isHonestPoint(zero)).toBe(false);
    for (let at = 0; at < 32; at++) expect(isHonestPoint(zero.with(at, 2))).toBe(true);
  });
});
