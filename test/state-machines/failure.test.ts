import { expect, it } from 'vitest';
import { Defect, FerryError } from '../../container/errors.ts';
import { failureOf, isInterruption } from '../../state-machines/failure.ts';
import { known } from '../../state-machines/known.ts';

it('a failure is the code and the details of an explained error, and no other error is one', () => {
  const failure = failureOf(new FerryError('NO_CONTAINER', { where: 'sim:x' }));
  expect(failure).toEqual({ code: 'NO_CONTAINER', details: { where: 'sim:x' } });
  expect(isInterruption(failure)).toBe(true);
  expect(isInterruption({ code: 'NOT_HELD', details: {} })).toBe(false);
  expect(() => failureOf(new Defect('broken'))).toThrow(Defect);
});

it('a part of some work that should be known and is not is a defect', () => {
  expect(known(0)).toBe(0);
  expect(() => known(null)).toThrow(Defect);
  expect(() => known(undefined)).toThrow(Defect);
});
