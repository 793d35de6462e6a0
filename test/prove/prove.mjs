/**
 * Shows that licenses are neither lost nor doubled: `npm run prove`. First the layers, each a program of its own, then the
 * same with one defect after the other put into a copy of the rules: what does not notice them proves nothing.
 *
 * `--layer NAME`: only that one, without the defects; further options go on to it, such as `--world NAME` or `--seed N`.
 * `--long MINUTES`: no bound but the time, which is shared between the layers. `--quick`: no more than the test suite does.
 * `--record FILE`: a line with the date for every row of the tables. `--only-defects`: not the layers.
 * Control-C ends what is under way, shows and records how far it got, and stops.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundle, layers } from './bundle.mjs';
import { runInTurn } from './in-turn.mjs';

const DEFECTS = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'defects.json'), 'utf8'));

const { values, rest } = optionsIn(process.argv.slice(2), {
  flags: ['quick', 'only-defects'],
  texts: ['layer', 'long', 'record'],
});
const all = layers();
if (values.layer !== undefined && !all.includes(values.layer))
  fail(`there is no layer ${values.layer}; there are ${all.join(', ')}`);
if (values.layer === undefined && rest.length > 0)
  fail(`${rest[0]} belongs to a layer: say --layer NAME, too, one of ${all.join(', ')}`);

// The programs answer Control-C; this one waits for what they say.
process.on('SIGINT', () => undefined);
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 0 : 1));

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-prove-'));
try {
  process.exitCode = await prove();
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

/** @returns 1 when something is wrong, 130 after an interruption */
async function prove() {
  const jobs = [];
  if (!values['only-defects']) jobs.push(...(values.layer === undefined ? all : [values.layer]).map(layerJob));
  if (values.layer === undefined) jobs.push(...DEFECTS.flatMap(defectJobs));
  const results = await runInTurn(jobs);
  if (results.some(({ status }) => status === 130)) return 130;
  const failed = jobs.filter((_, at) => results[at].status !== 0).map(({ name }) => name);
  for (const name of failed) process.stdout.write(`\nFAILED: ${name}`);
  process.stdout.write(`\n${jobs.length - failed.length} of ${jobs.length} programs ended as they have to.\n`);
  return failed.length === 0 ? 0 : 1;
}

function layerJob(layer, _, { length }) {
  const size = values.quick ? 'quick' : values.long === undefined ? 'usual' : 'long';
  const time =
    values.long === undefined
      ? []
      : ['--minutes', String(Number(values.long) / Math.ceil(length / os.availableParallelism()))];
  const record = values.record === undefined ? [] : ['--record', path.resolve(values.record)];
  return {
    name: layer,
    title: `\n== ${layer}\n\n`,
    make: async () => [await bundle(folder, layer), '--size', size, ...time, ...record, ...rest],
  };
}

/** A defect is hunted in every layer that is said to notice it. */
function defectJobs(defect, at) {
  return Object.entries(defect.noticedBy).map(([layer, options], which) => ({
    name: `a program that ${defect.name}, in ${layer}`,
    title: at + which === 0 ? '\n== Defects put into the rules, and where they were noticed\n\n' : '',
    make: async () => [await bundle(folder, layer, defect), '--defect', defect.name, ...options],
  }));
}

/** Takes this program's own options out of the arguments, and leaves the others. */
function optionsIn(args, { flags, texts }) {
  const values = {};
  const rest = [];
  for (let at = 0; at < args.length; at++) {
    const name = args[at].replace(/^--/, '');
    if (flags.includes(name)) values[name] = true;
    else if (texts.includes(name)) values[name] = args[++at] ?? fail(`--${name} needs a value`);
    else rest.push(args[at]);
  }
  return { values, rest };
}

function fail(why) {
  process.stderr.write(`prove: ${why}\n`);
  process.exit(2);
}
