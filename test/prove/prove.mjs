/**
 * Shows that licenses are neither lost nor doubled: `npm run prove`. First the layers, each a program of its own, then the
 * same with one defect after the other put into a copy of the rules: what does not notice them proves nothing.
 *
 * `--help` names the options. A command line that cannot be meant ends with exit code 2 and one line that says why.
 * Control-C and SIGTERM end what is under way, show and record how far it got, and leave nothing behind.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundle, layers } from './bundle.mjs';
import { endRuns, INTERRUPTED, killRuns, runInTurn } from './in-turn.mjs';
import { HELP, Mistake, optionsIn } from './prove-options.mjs';

const DEFECTS = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'defects.json'), 'utf8'));

/** Those that take longest come first, so that all cores have something to do until the end. */
const LONGEST_FIRST = ['seeded-worlds', 'exploration', 'crash-points', 'hostile-bytes'];

const all = layers().sort((one, other) => LONGEST_FIRST.indexOf(one) - LONGEST_FIRST.indexOf(other));
const { values, rest } = readArguments();
const putIn = DEFECTS.find(({ name }) => name === values['put-in']);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, endRuns);
// Nobody reads any more, as behind `| head`.
process.stdout.on('error', () => {
  killRuns();
  process.exit(1);
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-prove-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
process.exitCode = await prove();

/** @returns 1 when something is wrong, 2 when a layer was told what it cannot mean, 130 after an interruption */
async function prove() {
  const jobs = [];
  if (!values['only-defects']) jobs.push(...(values.layer === undefined ? all : [values.layer]).map(layerJob));
  if (values.layer === undefined && !values.quick) jobs.push(...DEFECTS.flatMap(defectJobs));
  const { results, isInterrupted } = await runInTurn(jobs);
  if (isInterrupted) {
    process.stdout.write('\nInterrupted: what is above shows as much as was run, and no more.\n');
    return INTERRUPTED;
  }
  if (values.layer !== undefined && results[0] === 2) return 2;
  const failed = jobs.filter((_, at) => results[at] !== 0).map(({ name }) => name);
  for (const name of failed) process.stdout.write(`\nFAILED: ${name}`);
  process.stdout.write(`\n${verdict(jobs, failed)}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** What the run shows, in words. */
function verdict(jobs, failed) {
  const hunts = jobs.filter(({ isHunt }) => isHunt);
  const missed = failed.filter((name) => hunts.some((hunt) => hunt.name === name)).length;
  const layers = jobs.length - hunts.length;
  const broken = failed.length - missed;
  const parts = [];
  if (layers > 0)
    parts.push(
      broken === 0
        ? `nothing lost and nothing doubled in ${layers} of ${layers} layers${rest.length > 0 ? ', as far as was asked' : ''}`
        : `${broken} of ${layers} layers FAILED`,
    );
  if (hunts.length > 0) parts.push(`${hunts.length - missed} of ${hunts.length} hunts for a defect noticed it`);
  const text = parts.join('; ');
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function layerJob(layer, _, { length }) {
  const size = values.quick ? 'quick' : values.long === undefined ? 'usual' : 'long';
  const time =
    values.long === undefined
      ? []
      : ['--minutes', String(Number(values.long) / Math.ceil(length / os.availableParallelism()))];
  const defect = putIn === undefined ? [] : ['--put-in', putIn.name];
  const record = values.record === undefined ? [] : ['--record', path.resolve(values.record)];
  return {
    isHunt: false,
    name: layer,
    title: `\n== ${layer}\n\n`,
    make: async () => [await bundle(folder, layer, putIn), '--size', size, ...time, ...record, ...defect, ...rest],
  };
}

/** A defect is hunted in every layer that is said to notice it. */
function defectJobs(defect, at) {
  return Object.entries(defect.noticedBy).map(([layer, options], which) => ({
    isHunt: true,
    name: `a program that ${defect.name}, in ${layer}`,
    title: at + which === 0 ? '\n== Defects put into the rules, and where they were noticed\n\n' : '',
    make: async () => [await bundle(folder, layer, defect), '--defect', defect.name, ...options],
  }));
}

/** Ends the program where there is nothing to be done. */
function readArguments() {
  try {
    const read = optionsIn(
      process.argv.slice(2),
      all,
      DEFECTS.map(({ name }) => name),
    );
    if (read.values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    if (read.values.record !== undefined) checkRecord(read.values.record);
    return read;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    process.stderr.write(`prove: ${error.message}\n`);
    process.exit(2);
  }
}

/** @throws Mistake when no line can be added to that file */
function checkRecord(file) {
  try {
    fs.appendFileSync(file, '');
  } catch (error) {
    throw new Mistake(`--record ${file} cannot be written: ${error.message}`);
  }
}
