import { describe, expect, it } from 'vitest';
import { GrowingBytes } from '../../../container/wire/growing-bytes.ts';

describe('bytes that arrive in pieces', () => {
  it('need twice as much memory each time that it is full, and none before', () => {
    const bytes = new GrowingBytes(100);
    expect(bytes.needs(20)).toBe(20);
    bytes.put(0, new Uint8Array(20));
    expect([bytes.needs(19), bytes.needs(20), bytes.needs(21), bytes.needs(50)]).toEqual([0, 0, 20, 30]);
    bytes.put(20, new Uint8Array(1));
    expect([bytes.needs(40), bytes.needs(41)]).toEqual([0, 40]);
    bytes.put(21, new Uint8Array(20));
    expect([bytes.needs(80), bytes.needs(81), bytes.needs(100)]).toEqual([0, 20, 20]);
  });

  it('are whole with the last of them, and the same that were put', () => {
    const bytes = new GrowingBytes(5);
    bytes.put(0, Uint8Array.of(1, 2, 3));
    bytes.put(1, Uint8Array.of(2, 3, 4));
    expect([bytes.filled, bytes.here, bytes.whole]).toEqual([4, Uint8Array.of(1, 2, 3, 4), undefined]);
    expect(new GrowingBytes(5).here).toEqual(new Uint8Array());
    bytes.put(4, Uint8Array.of(5));
    expect([bytes.filled, bytes.whole]).toEqual([5, Uint8Array.of(1, 2, 3, 4, 5)]);
  });

  it('are copied only when their memory is full', () => {
    const given = Uint8Array.of(1, 2, 3);
    const bytes = GrowingBytes.whole(given);
    bytes.put(1, Uint8Array.of(2, 3));
    expect(bytes.whole).toBe(given);
  });
});
