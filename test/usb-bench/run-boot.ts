import fs from 'node:fs';
import path from 'node:path';
import type { BenchOptions } from './bench-options.ts';
import type { Check } from './checks.ts';
import { bootGuest } from './host/boot-guest.ts';
import { copyLoaded, fillInput } from './host/guest-input.ts';
import { makeLoadedDongles } from './host/loaded-dongle.ts';
import { type ServedDongles, serveDongles } from './host/served-dongles.ts';
import { makeStick, missingOnStick } from './host/stick.ts';
import type { Image } from './image/cached-image.ts';
import { judge, type Verdict } from './verdict.ts';

/** Seconds for the start and the end of a guest on a slow computer that is busy with other things, too. */
const BOOT_LIMIT = 180;
const SERVED = ['first', 'second'];
const NOT_SERVED = 'dongle';

/**
 * Runs checks in one guest, with what they need around it, and judges what came out.
 *
 * @param folder an empty one; afterwards everything that came out is in its folder `out`
 */
export async function runBoot(
  repository: string,
  image: Image,
  checks: readonly Check[],
  folder: string,
  { cycles, hear }: Pick<BenchOptions, 'cycles'> & { readonly hear: (line: string) => void },
): Promise<Verdict> {
  const [input, output] = [path.join(folder, 'in'), path.join(folder, 'out')];
  for (const place of [input, output]) fs.mkdirSync(place);
  const needs = (what: Check['needs'][number]) => checks.some((check) => check.needs.includes(what));
  const stick = needs('stick') ? await makeStick(folder) : undefined;
  const failures: string[] = [];
  let dongles: ServedDongles | undefined;
  const program = path.join(repository, 'dist/ferry.js');
  if (needs('dongles') || needs('folders')) {
    const place = path.join(output, 'dongles');
    fs.mkdirSync(place);
    await makeLoadedDongles(program, place, [...SERVED, NOT_SERVED]);
    copyLoaded(place, ['vendor', NOT_SERVED], input);
    const served = SERVED.map((name) => path.join(place, name));
    if (needs('dongles')) dongles = await serveDongles(program, served, output);
  }
  try {
    fillInput(repository, input, image, checks, { cycles, dongles: dongles?.reachable ?? [] });
    const limit = checks.reduce((sum, check) => sum + check.limit, BOOT_LIMIT);
    const run = await bootGuest(image, { input, output, stick }, limit, hear);
    const verdict = judge(checks, { ...run, read: (name) => readIfThere(path.join(output, name)) });
    if (stick !== undefined && verdict.broken.length === 0) {
      const names = checks.map(({ name }) => name);
      failures.push(...(await missingOnStick(stick, names)));
    }
    return { ...verdict, failures: [...verdict.failures, ...failures] };
  } finally {
    await dongles?.stop();
  }
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}
