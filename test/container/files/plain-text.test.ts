import { describe, expect, it } from 'vitest';
import { plain } from '../../../container/files/plain-text.ts';

describe('a plain line', () => {
  it('has letters, digits, punctuation and symbols of every script as they are, and the plain space', () => {
    expect(plain('Größe 4 µm, 字 + é: ok!')).toBe('Größe 4 µm, 字 + é: ok!');
  });

  it('has a question mark for what turns or breaks it', () => {
    expect(plain('a\r\nb\tc\u202ed\u00a0e\u0007')).toBe('a??b?c?d?e?');
  });

  it('of a thousand characters is whole, and a longer one is cut, and says so', () => {
    expect(plain('x'.repeat(1000))).toBe('x'.repeat(1000));
    expect(plain('x'.repeat(1001))).toBe(`${'x'.repeat(1000)}...`);
  });

  it('is cut before a character that is not whole, and only there', () => {
    expect(plain(`😀${'x'.repeat(997)}😀y`)).toBe(`😀${'x'.repeat(997)}...`);
    expect(plain(`😀${'x'.repeat(996)}😀y`)).toBe(`😀${'x'.repeat(996)}😀...`);
  });
});
