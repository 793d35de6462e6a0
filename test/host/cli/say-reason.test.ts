import { describe, expect, it } from 'vitest';
import { CATALOGUE, type ErrorCode } from '../../../container/errors.ts';
import { words } from '../../../host/cli/say-reason.ts';

const REASONS = (Object.keys(CATALOGUE) as ErrorCode[]).filter(
  (code) => Math.floor(CATALOGUE[code].number / 100) === 3,
);

describe('a reason that travels in a file as a number', () => {
  it.each(REASONS)('is said in a whole sentence without details that nobody has here: %s', (code) => {
    expect(words(CATALOGUE[code].number)).toMatch(new RegExp(`^[A-Z][^{}()]+\\. \\[${code}\\]$`));
  });

  it('is shown as a number when this program does not know it', () => {
    expect(words(399)).toBe('reason 399, unknown to this program');
  });
});
