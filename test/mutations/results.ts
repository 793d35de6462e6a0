import fs from 'node:fs';
import type { Verdict } from './judge-file.ts';
import { toRanges } from './ranges.ts';

/** What the last run said of one source file. */
export interface FileResult {
  /** The day, UTC. */
  readonly date: string;
  /** Fingerprint of the source file. */
  readonly source: string;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly notReached: number;
  /** Of a hundred mutants, those that were noticed. */
  readonly score: number;
  readonly notNoticed: string;
  /** Those of the noticed that made a test run without an end. */
  readonly endless: string;
  /** For each test file that noticed mutants: its fingerprint, and which. */
  readonly noticedBy: Readonly<Record<string, { readonly test: string; readonly mutants: string }>>;
}

export type Results = Readonly<Record<string, FileResult>>;

export const RESULTS = 'test/mutations/results.json';

export function readResults(): Results {
  return fs.existsSync(RESULTS) ? JSON.parse(fs.readFileSync(RESULTS, 'utf8')) : {};
}

/** Keeps the result of one file, so that a run can be stopped after any and continued. */
export function keepResult(file: string, result: FileResult): void {
  const all = { ...readResults(), [file]: result };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  fs.writeFileSync(`${RESULTS}.tmp`, `${JSON.stringify(sorted, null, 1)}\n`);
  fs.renameSync(`${RESULTS}.tmp`, RESULTS);
}

export function summarize(
  verdicts: ReadonlyMap<number, Verdict>,
  source: string,
  date: string,
  fingerprintOfTest: (file: string) => string,
): FileResult {
  const count = (ended: Verdict['ended']) => [...verdicts.values()].filter((it) => it.ended === ended).length;
  const noticed = new Map<string, number[]>();
  const notNoticed: number[] = [];
  for (const [id, verdict] of verdicts) {
    if ('by' in verdict) noticed.set(verdict.by, [...(noticed.get(verdict.by) ?? []), id]);
    else notNoticed.push(id);
  }
  const counts = {
    killed: count('killed'),
    timedOut: count('timedOut'),
    survived: count('survived'),
    notReached: count('notReached'),
  };
  return {
    date,
    source,
    ...counts,
    score: scoreOf(counts),
    notNoticed: toRanges(notNoticed),
    endless: toRanges([...verdicts].filter(([, it]) => it.ended === 'timedOut').map(([id]) => id)),
    noticedBy: Object.fromEntries(
      [...noticed]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([file, ids]) => [file, { test: fingerprintOfTest(file), mutants: toRanges(ids) }]),
    ),
  };
}

/** Noticed mutants of a hundred, cut to one decimal: 100 only when it is all. */
export function scoreOf(counts: Pick<FileResult, 'killed' | 'timedOut' | 'survived' | 'notReached'>): number {
  const { killed, timedOut, survived, notReached } = counts;
  const all = killed + timedOut + survived + notReached;
  return all === 0 ? 100 : Math.floor((1000 * (killed + timedOut)) / all) / 10;
}
