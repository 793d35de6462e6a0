import { loadedBy } from './fingerprint.ts';
import type { Mutant } from './mutants.ts';
import type { Plan, PlannedFile, PlannedTest } from './plan.ts';
import { fromRanges } from './ranges.ts';
import { LONGEST_MS, type Reach } from './reach.ts';
import { OF_FORMATS } from './scope.ts';
import { TestServer } from './test-server.ts';

/** How a mutant ended: by which test file it was noticed, or not. */
export type Verdict =
  | { readonly ended: 'killed' | 'timedOut'; readonly by: string }
  | { readonly ended: 'survived' }
  | { readonly ended: 'notReached' };

/** Tests are tried in this order of their length, since most mutants die of the short ones. Milliseconds, with counters in the file. */
const ROUNDS = [30, 300, LONGEST_MS];
/** Longer than any test may take, and all that is loaded before. Milliseconds. */
const PATIENCE_MS = 45_000;

/**
 * Runs the tests that reach the given mutants of a file until each has been noticed or all have passed.
 *
 * First all mutants in one process, switched from test to test; then, each in a process of its own, those that have their
 * effect outside of tests, or left something behind that tests share.
 */
export async function judgeFile(
  file: string,
  mutants: readonly Mutant[],
  reach: ReadonlyMap<string, Reach>,
): Promise<ReadonlyMap<number, Verdict>> {
  const server = new TestServer(PATIENCE_MS);
  try {
    return await judged(server, file, mutants, reach);
  } finally {
    server.close();
  }
}

async function judged(
  server: TestServer,
  file: string,
  mutants: readonly Mutant[],
  reach: ReadonlyMap<string, Reach>,
): Promise<ReadonlyMap<number, Verdict>> {
  const verdicts = new Map<number, Verdict>();
  const spoilt = new Set<string>();
  const wanted = new Set(mutants.map(({ id }) => id));
  const alive = () => [...wanted].filter((id) => !verdicts.has(id));
  const reachedBy = reachedIn(reach);

  for (const [at, most] of ROUNDS.entries()) {
    const least = ROUNDS[at - 1] ?? -1;
    for (;;) {
      const tests = planned(reach, new Set(alive()), (ms) => ms > least && ms <= most);
      if (tests.length === 0) break;
      const names = tests.map((it) => it.file);
      const run = await server.run({ purpose: 'switch', files: [file], tests }, names);
      let began: { readonly began: number; readonly file: string } | undefined;
      for (const note of run.notes) {
        if ('began' in note) began = note;
        if ('killed' in note) verdicts.set(note.killed, { ended: note.endless ? 'timedOut' : 'killed', by: note.file });
        if ('spoilt' in note) spoilt.add(note.spoilt);
      }
      if (!run.hung || began === undefined) break;
      verdicts.set(began.began, { ended: 'timedOut', by: began.file });
    }
  }
  for (const id of alive()) {
    const where = reachedBy.get(id);
    if (where === undefined) verdicts.set(id, { ended: 'notReached' });
    else {
      const again = where.loading
        ? filesThatLoad(file, reach)
        : [...new Set([...where.outside, ...where.files.filter((test) => spoilt.has(test))])];
      const tests = again.map((test) => ({ file: test, slow: reach.get(test)?.slow ?? [] }));
      verdicts.set(id, again.length === 0 ? { ended: 'survived' } : await judgeAlone(server, file, id, tests));
    }
  }
  return verdicts;
}

async function judgeAlone(
  server: TestServer,
  file: string,
  mutant: number,
  tests: Extract<Plan, { readonly purpose: 'alone' }>['tests'],
): Promise<Verdict> {
  const plan = { purpose: 'alone', files: [file], mutant, tests } as const;
  const names = tests.map((it) => it.file);
  const { failedIn, hung } = await server.run(plan, names);
  if (hung) return { ended: 'timedOut', by: names[0] ?? '' };
  return failedIn === null ? { ended: 'survived' } : { ended: 'killed', by: failedIn };
}

function planned(
  reach: ReadonlyMap<string, Reach>,
  alive: ReadonlySet<number>,
  isItsTurn: (ms: number) => boolean,
): PlannedFile[] {
  const files: { readonly file: string; readonly tests: Record<string, PlannedTest>; readonly gain: number }[] = [];
  for (const [file, { tests }] of reach) {
    const chosen: Record<string, PlannedTest> = {};
    let work = 1;
    for (const [name, { mutants, most, ms }] of Object.entries(tests)) {
      if (!isItsTurn(ms)) continue;
      const its = fromRanges(mutants).filter((id) => alive.has(id));
      if (its.length === 0) continue;
      chosen[name] = { mutants: its, limit: 10 * most + 10_000 };
      work += ms;
    }
    const reached = new Set(Object.values(chosen).flatMap((test) => test.mutants)).size;
    if (reached > 0) files.push({ file, tests: chosen, gain: reached / work });
  }
  return files.sort((a, b) => b.gain - a.gain);
}

interface Reached {
  readonly files: string[];
  readonly outside: string[];
  loading: boolean;
}

function reachedIn(reach: ReadonlyMap<string, Reach>): ReadonlyMap<number, Reached> {
  const found = new Map<number, Reached>();
  for (const [file, { tests, loading, outside }] of reach) {
    const inTests = new Set(Object.values(tests).flatMap(({ mutants }) => fromRanges(mutants)));
    for (const id of inTests) at(id).files.push(file);
    for (const id of fromRanges(outside)) at(id).outside.push(file);
    for (const id of fromRanges(loading)) at(id).loading = true;
  }
  return found;

  function at(id: number): Reached {
    const known = found.get(id) ?? { files: [], outside: [], loading: false };
    found.set(id, known);
    return known;
  }
}

/** Those that are likely to notice first: what holds formats fast, then the quick ones. */
function filesThatLoad(file: string, reach: ReadonlyMap<string, Reach>): string[] {
  const time = ({ tests }: Reach) => Object.values(tests).reduce((sum, { ms }) => sum + ms, 0);
  return [...reach]
    .filter(([test]) => loadedBy(test).has(file))
    .map(([test, its]) => ({ test, cost: OF_FORMATS.test(test) ? 0 : 1 + time(its) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ test }) => test);
}
