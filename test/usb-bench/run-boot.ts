import fs from 'node:fs';
import path from 'node:path';
import type { BenchOptions } from './bench-options.ts';
import type { Check } from './checks.ts';
import { bootGuest } from './host/boot-guest.ts';
import { fillInput } from './host/guest-input.ts';
import { type ServedDongles, serveDongles } from './host/served-dongles.ts';
import { makeStick, missingOnStick } from './host/stick.ts';
import type { Image } from './image/cached-image.ts';
import { judge, type Verdict } from './verdict.ts';

/** Seconds for the start and the end of a guest on a slow computer that is busy with other things, too. */
const BOOT_LIMIT = 180;

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
  const needs = (what: Check['needs']) => checks.some((check) => check.needs === what);
  const stick = needs('stick') ? await makeStick(folder) : undefined;
  const failures: string[] = [];
  let dongles: ServedDongles | undefined;
  if (needs('dongles')) dongles = await serveDongles(path.join(repository, 'dist/ferry.js'), output);
  try {
    fillInput(repository, input, image, checks, { cycles, dongles: dongles?.reachable ?? [] });
    const limit = checks.reduce((sum, check) => sum + check.limit, BOOT_LIMIT);
    const run = await bootGuest(image, { input, output, stick }, limit, hear);
    const verdict = judge(checks, { ...run, read: (name) => readIfThere(path.join(output, name)) });
    if (stick !== undefined && verdict.broken.length === 0) {
      const missing = await missingOnStick(stick);
      if (missing !== undefined) failures.push(missing);
    }
    return { ...verdict, failures: [...verdict.failures, ...failures] };
  } finally {
    await dongles?.stop();
  }
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}
