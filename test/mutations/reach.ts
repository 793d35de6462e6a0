import fs from 'node:fs';
import { fingerprintOf, fingerprintOfTest } from './fingerprint.ts';
import type { Hits } from './plan.ts';
import { fromRanges, toRanges } from './ranges.ts';
import { TestServer } from './test-server.ts';

/** Which mutants of one source file the tests of one test file reach. */
export interface Reach {
  readonly tests: Readonly<Record<string, Hits & { readonly ms: number }>>;
  /** Reached by the file outside of tests: while it is loaded, or in what is done once for several of them. */
  readonly outside: string;
  /** Reached while the source file itself is loaded, whoever does that. */
  readonly loading: string;
  /** Names of the tests in that file that take longer than `LONGEST_MS`, whatever they reach. */
  readonly slow: readonly string[];
}

/** Longer tests are not asked: a mutant that survives makes every test run that reaches it. Milliseconds, with counters. */
export const LONGEST_MS = 2_000;

const CACHE = 'node_modules/.cache/license-ferry/reach.json';
/** The slowest test takes minutes while every file is full of counters. */
const PATIENCE_MS = 300_000;

/**
 * Runs the tests once and notes which mutants of the given files each of them reaches. What is known from an earlier run, of
 * the same source file and the same tests, is taken from there.
 *
 * @returns for each source file: its test files
 */
export async function reachOf(
  sources: readonly string[],
  tests: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Reach>>> {
  const known: Record<string, Reach> = fs.existsSync(CACHE) ? JSON.parse(fs.readFileSync(CACHE, 'utf8')) : {};
  const sourcePrints = new Map(sources.map((file) => [file, fingerprintOf(file)]));
  const testPrints = new Map(tests.map((file) => [file, fingerprintOfTest(file)]));
  const method = ['reach', 'switching-runner'].map((name) => fingerprintOf(`test/mutations/${name}.ts`)).join(' ');
  const key = (source: string, test: string) =>
    `${source} ${sourcePrints.get(source)} ${test} ${testPrints.get(test)} ${method}`;
  const missing = tests.filter((test) => sources.some((source) => known[key(source, test)] === undefined));
  if (missing.length > 0) {
    const unknown = sources.filter((source) => missing.some((test) => known[key(source, test)] === undefined));
    for (const [test, bySource] of await run(unknown, missing))
      for (const source of unknown) known[key(source, test)] = bySource.get(source) as Reach;
    fs.writeFileSync(CACHE, JSON.stringify(known));
  }
  return new Map(
    sources.map((source) => [source, new Map(tests.map((test) => [test, known[key(source, test)] as Reach]))]),
  );
}

async function run(
  sources: readonly string[],
  tests: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Reach>>> {
  process.stdout.write(`Which tests reach what: ${tests.length} test files, ${sources.length} source files ...\n`);
  const server = new TestServer(PATIENCE_MS);
  const { notes, failedIn, errors } = await server
    .run({ purpose: 'reach', files: sources }, tests)
    .finally(() => server.close());
  if (failedIn !== null) throw new Error(`the tests fail without any mutant, ${failedIn}:\n${errors.join('\n')}`);
  const found = new Map(tests.map((test) => [test, new Map(sources.map((source) => [source, nothing()]))]));
  const slow = new Map(tests.map((test): [string, string[]] => [test, []]));
  const loading = new Map<string, string>();
  for (const note of notes) {
    if (!('reached' in note)) continue;
    if (typeof note.by !== 'string' && note.ms > LONGEST_MS) slow.get(note.reached)?.push(note.by.test);
    for (const [source, hits] of Object.entries(note.hits)) {
      if (note.by === 'loading') loading.set(source, joined(loading.get(source) ?? '', hits.mutants));
      const reach = found.get(note.reached)?.get(source);
      if (reach === undefined) continue;
      if (typeof note.by !== 'string') reach.tests[note.by.test] = { ...hits, ms: note.ms };
      else reach.outside = joined(reach.outside, hits.mutants);
    }
  }
  return new Map(
    [...found].map(([test, bySource]) => [
      test,
      new Map(
        [...bySource].map(([source, reach]) => [
          source,
          { ...reach, slow: slow.get(test) ?? [], loading: loading.get(source) ?? '' },
        ]),
      ),
    ]),
  );
}

function joined(one: string, other: string): string {
  return toRanges([...new Set([...fromRanges(one), ...fromRanges(other)])]);
}

function nothing(): { readonly tests: Record<string, Hits & { readonly ms: number }>; outside: string } {
  return { tests: {}, outside: '' };
}
