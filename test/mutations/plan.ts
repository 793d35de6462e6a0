import fs from 'node:fs';

/** What a run of the tests is for. It is handed to the runner in a file, whose name is in the environment. */
export type Plan =
  /** Note which mutants each test reaches; none is switched on. */
  | { readonly purpose: 'reach'; readonly files: readonly string[]; readonly out: string }
  /** Run each test once for each of its mutants. */
  | {
      readonly purpose: 'switch';
      readonly files: readonly string[];
      readonly out: string;
      readonly tests: readonly PlannedFile[];
    }
  /** One mutant, switched on before anything is loaded. */
  | {
      readonly purpose: 'alone';
      readonly files: readonly string[];
      readonly out: string;
      readonly mutant: number;
      /** With the names of those in them that are not run. */
      readonly tests: readonly { readonly file: string; readonly slow: readonly string[] }[];
    };

export interface PlannedFile {
  readonly file: string;
  readonly tests: Readonly<Record<string, PlannedTest>>;
}

export interface PlannedTest {
  readonly mutants: readonly number[];
  /** How often a mutant may be passed before it counts as endless. */
  readonly limit: number;
}

/** What the runner notes, one line each. */
export type Note =
  | {
      readonly reached: string;
      readonly by: ReachedBy;
      readonly ms: number;
      readonly hits: Readonly<Record<string, Hits>>;
    }
  | { readonly began: number; readonly file: string; readonly test: string }
  | { readonly killed: number; readonly file: string; readonly endless: boolean }
  | { readonly spoilt: string; readonly test: string };

/**
 * A test; or what its file does outside of tests, while it is loaded or for several of them; or, with no test file, the
 * loading of the source files themselves.
 */
export type ReachedBy = 'loading' | 'outside' | { readonly test: string };

/** The mutants of one source file that were passed, as ranges, and how often the busiest of them was. */
export interface Hits {
  readonly mutants: string;
  readonly most: number;
}

const PLAN = 'FERRY_MUTATION_PLAN';

export function readPlan(): Plan {
  const file = process.env[PLAN];
  if (file === undefined) throw new TypeError('this configuration is for `npm run mutate`');
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Plan;
}

/** The environment of a process that runs tests by that plan. */
export function environmentOf(planFile: string): NodeJS.ProcessEnv {
  // Each run leaves a listener on one signal of Vitest, of which Node warns after ten.
  return { ...process.env, [PLAN]: planFile, NODE_NO_WARNINGS: '1' };
}
