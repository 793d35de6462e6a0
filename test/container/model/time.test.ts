import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { U32_MAX } from '../../../container/files/fields.ts';
import { FIELD_EPOCH, isoDate, isoTime } from '../../../container/model/time.ts';

const DAY = 86400;

describe('the day of a time of the field', () => {
  it('is counted from 2000-01-01, and known for the longest period behind the last time', () => {
    expect(isoDate(0)).toBe('2000-01-01');
    expect(isoDate(U32_MAX)).toBe('2136-02-07');
    expect(isoDate(2 * U32_MAX)).toBe('2272-03-15');
  });

  it('is that of the calendar from its first second to its last', () => {
    const wrong: number[] = [];
    for (let first = 0; first <= U32_MAX; first += DAY) {
      const day = new Date((first + FIELD_EPOCH) * 1000).toISOString().slice(0, 10);
      if (isoDate(first) !== day || isoDate(first + DAY - 1) !== day) wrong.push(first);
    }
    expect(wrong).toEqual([]);
  });
});

describe('the time of a day', () => {
  it('is that of the system calendar for every time of the field', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: U32_MAX }), (seconds) => {
        const expected = new Date((seconds + FIELD_EPOCH) * 1000).toISOString().replace('.000Z', 'Z');
        expect(isoTime(seconds)).toBe(expected);
      }),
    );
  });
});
