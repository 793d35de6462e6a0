import fs from 'node:fs';
import path from 'node:path';
import { BenchError, EXIT } from './bench-error.ts';
import { type BenchOptions, HELP, readOptions } from './bench-options.ts';
import { eachAtATime, guestsWithRoom, spread } from './guests.ts';
import { needHostTools } from './host/host-tools.ts';
import { cachedImage, cacheFolder } from './image/cached-image.ts';
import { endPrograms } from './programs.ts';
import { runBoot } from './run-boot.ts';
import type { Verdict } from './verdict.ts';

/**
 * The bench, from its arguments to its exit code.
 *
 * @param folder an empty one, which the caller removes when the process ends
 */
export async function main(args: readonly string[], folder: string): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(EXIT.interrupted));
  process.on('exit', endPrograms);
  try {
    const options = readOptions(args);
    if (options !== undefined) return await bench(options, folder);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exit;
  }
}

async function bench(options: BenchOptions, folder: string): Promise<number> {
  const say = timed();
  const repository = process.cwd();
  const cache = cacheFolder();
  const installed = await needHostTools();
  if (installed.length > 0) say(`installed: ${installed.join(', ')}`);
  const image = await cachedImage(repository, cache, { update: options.update, say });
  const guests = options.guests ?? guestsWithRoom();
  const boots = options.separate ? options.checks.map((check) => [check]) : spread(options.checks, guests);
  const verdicts = await eachAtATime(boots, guests, async (checks, at) => {
    const place = path.join(folder, `boot-${at + 1}`);
    fs.mkdirSync(place);
    say(`boot ${at + 1} of ${boots.length}: ${checks.map(({ name }) => name).join(', ')}`);
    const hear = (line: string) => process.stdout.write(`  ${boots.length > 1 ? `${at + 1} ` : ''}${line}\n`);
    try {
      const verdict = await runBoot(repository, image, checks, place, { cycles: options.cycles, hear });
      if (options.out !== undefined || !isRight(verdict)) keepResults(place, options.out, cache, say);
      return verdict;
    } catch (error) {
      keepResults(place, options.out, cache, say);
      throw error;
    }
  });
  return conclude(verdicts, say);
}

/** Leaves what came out where a person finds it: the folder that was named, or the one for the last failure. */
function keepResults(place: string, out: string | undefined, cache: string, say: (text: string) => void): void {
  const to = path.resolve(out ?? path.join(cache, 'last-failure'), path.basename(place));
  fs.rmSync(to, { recursive: true, force: true });
  fs.cpSync(path.join(place, 'out'), to, { recursive: true });
  say(`results are in ${to}`);
}

function conclude(verdicts: readonly Verdict[], say: (text: string) => void): number {
  const failures = verdicts.flatMap((verdict) => verdict.failures);
  const broken = verdicts.flatMap((verdict) => verdict.broken);
  for (const failure of failures) say(`FAILED: ${failure}`);
  for (const reason of broken) say(`NO ANSWER: ${reason}`);
  const claims = verdicts.reduce((sum, verdict) => sum + verdict.claims, 0);
  if (broken.length > 0) return EXIT.benchBroken;
  say(failures.length === 0 ? `all ${claims} claims hold` : `${failures.length} failures, ${claims} claims made`);
  return failures.length === 0 ? 0 : EXIT.checkFailed;
}

function isRight({ failures, broken }: Verdict): boolean {
  return failures.length === 0 && broken.length === 0;
}

/** Says a text with the seconds since the beginning. */
function timed(): (text: string) => void {
  const started = Date.now();
  return (text) => process.stdout.write(`[usb-bench ${((Date.now() - started) / 1000).toFixed(1)} s] ${text}\n`);
}
