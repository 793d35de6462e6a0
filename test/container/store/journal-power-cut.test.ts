import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutEverywhere, type Step } from './power-cut-driver.ts';

const SCRIPT: readonly Step[] = [
  { append: 4 },
  { append: 150 },
  'reopen',
  { append: 64 },
  'compact',
  { append: 300 },
  'compact',
  'compact',
  { append: 33 },
  { append: 400 },
  { append: 400 },
  { append: 7 },
  'reopen',
  { append: 90 },
];

describe('a journal whose power is cut', () => {
  it('holds the content before or after the interrupted step, at every operation and again in its recovery', () => {
    expect(cutEverywhere(SCRIPT, 1)).toBeGreaterThan(2000);
  });

  it('holds the content before or after, whatever the steps are', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ append: fc.integer({ min: 4, max: 420 }) }) },
      { weight: 1, arbitrary: fc.constant<Step>('compact') },
      { weight: 1, arbitrary: fc.constant<Step>('reopen') },
    );
    const property = fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(), (steps, seed) => {
      cutEverywhere(steps, seed, 1);
    });
    fc.assert(property, { numRuns: 8 });
  });
});
