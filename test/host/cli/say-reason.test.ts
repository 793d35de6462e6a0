import { describe, expect, it } from 'vitest';
import { CATALOGUE, type ErrorCode } from '../../../container/errors.ts';
import { words } from '../../../host/cli/say-reason.ts';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

describe('a reason that travels in a file as a number', () => {
  it.each(CODES)('is said in a whole sentence without details that nobody has here: %s', (code) => {
    expect(words(CATALOGUE[code].number)).toMatch(new RegExp(`^[A-Z][^{}]+\\. \\[${code}\\]$`));
  });

  it('is shown as a number when this program does not know it', () => {
    expect(words(399)).toBe('reason 399, unknown to this program');
  });
});
