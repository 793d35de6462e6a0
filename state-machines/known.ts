import { Defect } from '../container/errors.ts';

/** What an earlier state of a machine has filled in. */
export function known<T>(part: T | null | undefined): T {
  if (part === null || part === undefined)
    throw new Defect('a state of a machine was entered before what it needs was known');
  return part;
}
