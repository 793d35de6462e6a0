import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { fingerprintOf, fingerprintOfTest } from './fingerprint.ts';
import { judgeFile, type Verdict } from './judge-file.ts';
import { instrument } from './mutants.ts';
import { fromRanges } from './ranges.ts';
import { reachOf } from './reach.ts';
import { type FileResult, keepResult, readResults, summarize } from './results.ts';
import { mutatedFiles, noticingTests } from './scope.ts';
import { compare, readSurvivors } from './survivors.ts';
import { endRuns } from './test-server.ts';

const HELP = `npm run mutate [-- FILE ...] [-- --changed] [-- --minutes N] [-- --jobs N] [-- --tests NAME ...]

FILE        a source file, or the beginning of the names of several; without one: all
--changed   of the files that have a result, only those that changed since then, and the mutants that
            test files noticed which changed since then
--pending   only the files that have no result for their present text: continues a run that was stopped
--minutes N begins no further file when that much time is over
--tests NAME only the test files whose names begin so, for a quick look: nothing is kept
--jobs N    files at a time; as many as there are cores unless said otherwise

Results are kept file by file in test/mutations/results.json; it can be stopped at any time.
Ends with 1 when a mutant survives for which test/mutations/survivors.json gives no reason, or does not that it lists.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    changed: { type: 'boolean' },
    pending: { type: 'boolean' },
    minutes: { type: 'string' },
    jobs: { type: 'string' },
    tests: { type: 'string', multiple: true },
  },
});

if (values.help) process.stdout.write(HELP);
else await run();

async function run(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      endRuns();
      process.stdout.write('\nStopped; `npm run mutate -- --pending` goes on.\n');
      process.exit(130);
    });
  const files = chosen();
  const { tests: wanted } = values;
  const tests = noticingTests().filter((test) => wanted === undefined || wanted.some((name) => test.startsWith(name)));
  const until = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + 60_000 * Number(values.minutes);
  const reach = files.length === 0 ? new Map() : await reachOf(files, tests);
  const waiting = [...files];
  let isRight = true;
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (Date.now() > until) {
        waiting.unshift(file);
        return;
      }
      if (!(await measure(file, reach.get(file)))) isRight = false;
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs ?? os.availableParallelism()) }, worker));
  const results = readResults();
  const never = mutatedFiles().filter((file) => results[file] === undefined);
  if (waiting.length > 0) process.stdout.write(`Time is over; left: ${waiting.join(', ')}\n`);
  if (never.length > 0) process.stdout.write(`Without any result yet: ${never.length} files.\n`);
  process.exitCode = isRight ? 0 : 1;
}

function chosen(): string[] {
  const results = readResults();
  const all = mutatedFiles().filter(
    (file) => positionals.length === 0 || positionals.some((name) => file.startsWith(name)),
  );
  if (all.length === 0)
    throw new TypeError(`no file of which mutants are made begins with ${positionals.join(' or ')}`);
  if (values.pending) return all.filter((file) => results[file]?.source !== fingerprintOf(file));
  if (values.changed)
    return all.filter((file) => {
      const result = results[file];
      return result !== undefined && (result.source !== fingerprintOf(file) || changedTests(result).length > 0);
    });
  return all;
}

/** The test files that noticed mutants and say something else today. */
function changedTests(result: FileResult): string[] {
  return Object.entries(result.noticedBy)
    .filter(([file, { test }]) => !fs.existsSync(file) || fingerprintOfTest(file) !== test)
    .map(([file]) => file);
}

/** @returns whether all that survived is explained, and nothing else is */
async function measure(file: string, reach: Parameters<typeof judgeFile>[2]): Promise<boolean> {
  const started = Date.now();
  const { mutants } = await instrument(file, fs.readFileSync(file, 'utf8'));
  const source = fingerprintOf(file);
  const before = values.changed ? readResults()[file] : undefined;
  const verdicts = new Map<number, Verdict>(before?.source === source ? stillValid(before) : []);
  const open = mutants.filter(({ id }) => !verdicts.has(id));
  for (const [id, verdict] of await judgeFile(file, open, reach)) verdicts.set(id, verdict);
  const result = summarize(verdicts, source, new Date().toISOString().slice(0, 10), fingerprintOfTest);
  if (values.tests === undefined) keepResult(file, result);

  const notNoticed = new Set(fromRanges(result.notNoticed));
  const { unexplained, outdated } = compare(
    mutants.filter(({ id }) => notNoticed.has(id)),
    readSurvivors()[file] ?? [],
  );
  const { killed, timedOut, survived, notReached, score } = result;
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(
    `${file}: ${score} % (${killed} killed, ${timedOut} timed out, ${survived} survived, ${notReached} not reached), ` +
      `${unexplained.length} without a reason, ${seconds} s\n`,
  );
  for (const { id: _, ...mutant } of unexplained) process.stdout.write(`  no reason: ${JSON.stringify(mutant)}\n`);
  for (const survivor of outdated) process.stdout.write(`  does not survive: ${JSON.stringify(survivor)}\n`);
  return unexplained.length === 0 && outdated.length === 0;
}

/** What was noticed by tests that have not changed is not measured again. */
function stillValid(before: FileResult): [number, Verdict][] {
  const changed = changedTests(before);
  const endless = new Set(fromRanges(before.endless));
  return Object.entries(before.noticedBy)
    .filter(([by]) => !changed.includes(by))
    .flatMap(([by, { mutants }]) =>
      fromRanges(mutants).map((id): [number, Verdict] => [id, { ended: endless.has(id) ? 'timedOut' : 'killed', by }]),
    );
}
