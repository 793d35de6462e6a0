import { describe, expect, it } from 'vitest';
import { CATALOGUE, codeOfNumber, type ErrorCode, explain, FerryError } from '../../container/errors.ts';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

describe('the error catalogue', () => {
  it('gives every code a number of its own, and finds the code by it', () => {
    expect(new Set(CODES.map((code) => CATALOGUE[code].number)).size).toBe(CODES.length);
    for (const code of CODES) expect(codeOfNumber(CATALOGUE[code].number)).toBe(code);
    expect(codeOfNumber(399)).toBeUndefined();
  });

  it('fills details into its words and shows by name which one is missing', () => {
    const { happened } = explain('UPDATE_GAP', { first: 3, last: 4 });
    expect(happened).toBe('The update 3 to 4 comes too early: (missing) must be applied before it.');
    expect(new FerryError('CANCELLED').message).toBe(explain('CANCELLED').happened);
    expect('field' in explain('CANCELLED')).toBe(false);
    expect(explain('UPDATE_GAP').field).toBe(228);
  });
});
