import { FerryError } from '../../container/errors.ts';
import { ConnectionLost } from './asked-container.ts';
import { CaseFailure, CaseSkipped } from './check.ts';
import type { CaseFamily, ConformanceCase } from './conformance-case.ts';

export type CaseOutcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly what: string; readonly expected: string; readonly actual: string }
  | { readonly outcome: 'skipped'; readonly reason: string };

/** How one case ended. */
export type CaseResult = CaseOutcome & {
  readonly id: string;
  readonly family: string;
  readonly title: string;
  readonly section: string;
};

export interface CaseRun<B> {
  readonly families: readonly CaseFamily<B>[];
  readonly bench: B;
  /** After a case that failed: what it shared with others is not to be trusted. */
  readonly retire: () => void;
  /** Before each case. */
  readonly onCase: (done: number, one: ConformanceCase<B>) => void;
}

/** Tries the cases one after the other. @throws the carrier's `FerryError` when the container cannot be reached any more */
export async function runCases<B>({ families, bench, retire, onCase }: CaseRun<B>): Promise<CaseResult[]> {
  const all = families.flatMap(({ name, cases }) => cases.map((one) => ({ family: name, one })));
  const results: CaseResult[] = [];
  for (const { family, one } of all) {
    onCase(results.length, one);
    const outcome = await outcomeOf(one, bench);
    if (outcome.outcome === 'failed') retire();
    const { id, title, section } = one;
    results.push({ id, family, title, section, ...outcome });
  }
  return results;
}

async function outcomeOf<B>(one: ConformanceCase<B>, bench: B): Promise<CaseOutcome> {
  try {
    await one.run(bench);
    return { outcome: 'passed' };
  } catch (error) {
    if (error instanceof ConnectionLost) throw error.cause;
    if (error instanceof CaseSkipped) return { outcome: 'skipped', reason: error.message };
    if (error instanceof FerryError)
      return {
        outcome: 'failed',
        what: 'a genuine request',
        expected: 'an answer',
        actual: `refused with ${error.code}`,
      };
    if (!(error instanceof CaseFailure)) throw error;
    const { what, expected, actual } = error;
    return { outcome: 'failed', what, expected, actual };
  }
}
