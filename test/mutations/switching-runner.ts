import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { type RunnerTask, type RunnerTestCase, TestRunner } from 'vitest';
import { namespaceOf } from './mutants.ts';
import { type Note, type Plan, type PlannedTest, readPlan } from './plan.ts';
import { toRanges } from './ranges.ts';

/** The switches of one file, as the instrumented code looks at them. */
interface Switches {
  activeMutant?: string | null;
  currentTestId?: string;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

// A property that fails has done its work: looking for the smallest example would take a hundred further runs.
fc.configureGlobal({ endOnFailure: true, seed: 1 });

const plan: Plan = readPlan();
// Before anything is loaded that looks at it.
if (plan.purpose === 'alone') for (const file of plan.files) switchesOf(file).activeMutant = `${plan.mutant}`;

/**
 * Runs each test once for every mutant that it reaches, with that one switched on, in a process that has loaded everything
 * once. A mutant counts as killed only when the same test passes again without it, and then fails once more with it: a test
 * that fails by chance, or because it was late, is no proof. What a mutant has spoilt for good, such as state that tests
 * share, is noted and left to a run of its own.
 */
export default class SwitchingRunner extends TestRunner {
  #isPrepared = false;

  override async importFile(...args: Parameters<TestRunner['importFile']>): Promise<unknown> {
    if (plan.purpose !== 'reach') return super.importFile(...args);
    if (!this.#isPrepared) {
      this.#isPrepared = true;
      for (const file of plan.files) await import(path.resolve(file));
      noteOutside('', 'loading');
    }
    const loaded = await super.importFile(...args);
    noteOutside(path.relative(process.cwd(), args[0]), 'outside');
    return loaded;
  }

  override async onAfterRunSuite(suite: Parameters<TestRunner['onAfterRunSuite']>[0]): Promise<void> {
    if (plan.purpose === 'reach' && 'filepath' in suite) noteOutside(nameOfFile(suite.file), 'outside');
    await super.onAfterRunSuite(suite);
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const work = TestRunner.getTestFn(test);
    const file = nameOfFile(test.file);
    if (plan.purpose === 'alone') {
      note({ began: plan.mutant, file, test: nameOfTest(test) });
      const isSlow = plan.tests.some((it) => it.file === file && it.slow.includes(nameOfTest(test)));
      if (!isSlow) await work();
      return;
    }
    if (plan.purpose === 'reach') return reach(test, work);
    const planned = plan.tests.find((it) => it.file === file)?.tests[nameOfTest(test)];
    if (planned !== undefined) await switchThrough(file, nameOfTest(test), planned, work);
  }
}

const dead = new Set<number>();

async function switchThrough(file: string, test: string, planned: PlannedTest, work: () => unknown): Promise<void> {
  const switches = switchesOf(plan.files[0] ?? '');
  for (const mutant of planned.mutants) {
    if (dead.has(mutant)) continue;
    note({ began: mutant, file, test });
    const noticed = await noticing(switches, mutant, planned.limit, work);
    if (noticed === 'no') continue;
    if (await failing(work)) {
      note({ spoilt: file, test });
      return;
    }
    if ((await noticing(switches, mutant, planned.limit, work)) === 'no') continue;
    dead.add(mutant);
    note({ killed: mutant, file, endless: noticed === 'endless' });
  }
}

async function noticing(
  switches: Switches,
  mutant: number,
  limit: number,
  work: () => unknown,
): Promise<'no' | 'fails' | 'endless'> {
  Object.assign(switches, { activeMutant: `${mutant}`, hitCount: 0, hitLimit: limit });
  const fails = await failing(work);
  switches.activeMutant = null;
  if ((switches.hitCount ?? 0) > limit) return 'endless';
  return fails ? 'fails' : 'no';
}

async function failing(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return false;
  } catch {
    return true;
  }
}

async function reach(test: RunnerTestCase, work: () => unknown): Promise<void> {
  for (const file of plan.files) switchesOf(file).currentTestId = 'this';
  const started = performance.now();
  try {
    await work();
  } finally {
    const ms = Math.round(performance.now() - started);
    const hits = hitsOf(({ perTest }) => perTest.this ?? {});
    note({ reached: nameOfFile(test.file), by: { test: nameOfTest(test) }, ms, hits });
    for (const file of plan.files) {
      const switches = switchesOf(file);
      delete switches.currentTestId;
      if (switches.mutantCoverage !== undefined) switches.mutantCoverage.perTest = {};
    }
  }
}

/** Notes what was reached outside of tests since the last time. */
function noteOutside(reached: string, by: 'loading' | 'outside'): void {
  note({ reached, by, ms: 0, hits: hitsOf(({ static: outside }) => outside) });
  for (const file of plan.files) {
    const { mutantCoverage } = switchesOf(file);
    if (mutantCoverage !== undefined) mutantCoverage.static = {};
  }
}

function hitsOf(part: (all: NonNullable<Switches['mutantCoverage']>) => Record<string, number>) {
  return Object.fromEntries(
    plan.files.flatMap((file) => {
      const { mutantCoverage } = switchesOf(file);
      const hits = mutantCoverage === undefined ? {} : part(mutantCoverage);
      const mutants = Object.keys(hits).map(Number);
      return mutants.length === 0
        ? []
        : [[file, { mutants: toRanges(mutants), most: Math.max(...Object.values(hits)) }]];
    }),
  );
}

function switchesOf(file: string): Switches {
  const name = namespaceOf(file);
  const all = globalThis as unknown as Record<string, Switches>;
  const switches = all[name] ?? {};
  all[name] = switches;
  return switches;
}

function note(what: Note): void {
  fs.appendFileSync(`${plan.out}.${process.pid}`, `${JSON.stringify(what)}\n`);
}

function nameOfFile(file: { readonly filepath: string }): string {
  return path.relative(process.cwd(), file.filepath);
}

function nameOfTest(test: RunnerTask): string {
  const outer = test.suite === undefined ? [] : [nameOfTest(test.suite)];
  return [...outer, test.name].join(' > ');
}
