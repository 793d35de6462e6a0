import fs from 'node:fs';
import type { Mutant } from './mutants.ts';

/** A mutant that no test notices, and why that is right. It is found by what the source says, not by a line number. */
export interface Survivor extends Omit<Mutant, 'id'> {
  readonly reason: string;
}

export type Survivors = Readonly<Record<string, readonly Survivor[]>>;

const SURVIVORS = 'test/mutations/survivors.json';

export function readSurvivors(): Survivors {
  return JSON.parse(fs.readFileSync(SURVIVORS, 'utf8'));
}

export interface Comparison {
  /** Not noticed, and nothing says why. */
  readonly unexplained: readonly Mutant[];
  /** Explained, but noticed, or no longer there. */
  readonly outdated: readonly Survivor[];
}

/** Holds the mutants of one file that were not noticed against those that are listed for it. */
export function compare(notNoticed: readonly Mutant[], listed: readonly Survivor[]): Comparison {
  return {
    unexplained: notNoticed.filter((mutant) => !listed.some((it) => isSame(it, mutant) && it.reason !== '')),
    outdated: listed.filter((it) => !notNoticed.some((mutant) => isSame(it, mutant))),
  };
}

function isSame(a: Omit<Mutant, 'id'>, b: Omit<Mutant, 'id'>): boolean {
  return a.line === b.line && a.original === b.original && a.replacement === b.replacement;
}
