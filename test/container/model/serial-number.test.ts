import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { parseSerialNumber, serialFromParts, serialParts } from '../../../container/model/serial-number.ts';

describe('a serial number', () => {
  it.each([
    ['3-1234567', 3, 1234567],
    [' 130-2459324738\n', 130, 2459324738],
    ['65535-4294967295', 0xffff, 0xffffffff],
    ['0-0', 0, 0],
  ])('is read from "%s" as a person types it', (typed, mask, number) => {
    expect(parseSerialNumber(typed)).toBe(serialFromParts(mask, number));
    expect(serialParts(parseSerialNumber(typed))).toEqual([mask, number]);
  });

  it.each(['', '3', '3-', '-3', '65536-1', '3-4294967296', '3-1-1', '3 1', 'x-1', '3-1234567890123', '3--1', '１-1'])(
    'is not "%s"',
    (typed) => {
      expect(() => parseSerialNumber(typed)).toThrow(FerryError);
      const details = { what: `"${typed}" is not a serial number like 3-1234567` };
      expect(() => parseSerialNumber(typed)).toThrow(expect.objectContaining({ code: 'USAGE_WRONG', details }));
    },
  );
});
