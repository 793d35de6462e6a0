import { Table } from '../exploration/table.ts';
import { type CutShort, Interruption, lettingSignalsIn } from '../interruption.ts';
import { Mistake, orEnd, SIZES } from '../program-options.ts';
import { count, huntRow, missedRow, recorder, say, secondsSince } from '../report.ts';
import { readCrashPoints } from './options.ts';
import { newResult, type Proof, type Result, type Run, type Size, type Violation } from './proof.ts';
import { allProofs } from './proofs.ts';

const NUMBERS = ['operations', 'cuts', 'states', 'before', 'after', 'pairs'] as const;
const LEGEND = `
states: what a cut can leave, each opened; before, after: it held exactly what was so before or after the commit
pairs: a second cut, while what the first one left was opened and used`;

const { proofs, coverage } = allProofs();
const values = await orEnd(() =>
  readCrashPoints(
    process.argv.slice(2),
    proofs.map(({ name }) => name),
  ),
);
const { size, seed, only, endsAt } = values;
const record = recorder(values.record, 'crash-points');
const interruption = new Interruption();

const chosen = proofs.filter(
  (proof) => values.scenario?.includes(proof.name) ?? SIZES.indexOf(proof.size) <= SIZES.indexOf(size),
);
const { defect: wanted } = values;
process.exitCode = await orEnd(() => (wanted === undefined ? prove(chosen) : hunt(chosen, wanted)));

/**
 * Cuts everything everywhere and shows what that came to; after an interruption, as far as it got.
 *
 * @returns 1 when something was violated or has no scenario, 130 after an interruption
 */
async function prove(plans: readonly Proof[]): Promise<number> {
  const table = new Table([
    ['scenario', 36],
    ['operations', -10],
    ['cuts', -8],
    ['states', -10],
    ['before', -10],
    ['after', -10],
    ['pairs', -10],
    ['CPU s', -7],
    ['', 10],
  ]);
  say(`seed ${seed}\n\n${table.head()}`);
  const all = newResult();
  let total = 0;
  let isBroken = false;
  const unfinished: string[] = [];
  for (const [at, proof] of plans.entries()) {
    const share = Date.now() + (endsAt - Date.now()) / (plans.length - at);
    const begun = process.cpuUsage();
    const result = await proof.run(runOf(size, share));
    const seconds = secondsSince(begun);
    total += seconds;
    for (const name of NUMBERS) all[name] += result[name];
    say(table.row(rowOf(proof.name, result, seconds)));
    const short = cutShort(share);
    const { history, ...numbers } = result;
    record(proof.name, seconds, numbers, short);
    if (short === 'out of time') unfinished.push(proof.name);
    if (result.violation !== null) {
      isBroken = true;
      say(reportOf(proof, result.violation));
    } else if (history.length > 0)
      say(
        `\n${stepsOf(history)}\n\nPower was cut at ${only?.cut === undefined ? 'every moment' : `moment ${only.cut}`} of the last of these. All is well.\n`,
      );
    if (interruption.happened) break;
  }
  say(table.row(rowOf('all', all, total)));
  say(LEGEND);
  if (interruption.happened) return 130;
  if (unfinished.length > 0) say(`\nOut of time: not cut everywhere: ${unfinished.join(', ')}.`);
  if (only !== undefined && all.cuts === 0) throw new Mistake('the scenario has no such step, or the step no such cut');
  const missing = size === 'quick' || values.scenario !== undefined ? [] : coverage.missing();
  if (missing.length > 0) say(`\nWithout a scenario: ${missing.join(', ')}`);
  return isBroken || missing.length > 0 ? 1 : 0;
}

/** Cuts one scenario after the other until one shows that a defect was put in. @returns 1 when none does */
async function hunt(plans: readonly Proof[], defect: string): Promise<number> {
  let states = 0;
  for (const proof of plans) {
    const result = await proof.run(runOf('usual', endsAt));
    states += result.states;
    if (interruption.happened) return 130;
    if (result.violation === null) continue;
    const { what, step, cut: moment } = result.violation;
    const place = `step ${step}, cut ${moment}, ${count(states)} states`;
    say(huntRow(defect, proof.name, place, what));
    return 0;
  }
  say(missedRow(defect));
  return 1;
}

function runOf(wanted: Size, until: number): Run {
  const isOver = lettingSignalsIn(() => interruption.happened || Date.now() >= until);
  const run = { size: wanted, seed, isOver };
  return only === undefined ? run : { ...run, only };
}

/** A long run ends by its time alone. */
function cutShort(until: number): CutShort {
  if (interruption.happened) return 'interrupted';
  return size !== 'long' && Date.now() >= until ? 'out of time' : undefined;
}

function rowOf(name: string, result: Result, seconds: number): string[] {
  return [
    name,
    ...NUMBERS.map((number) => count(result[number])),
    seconds.toFixed(1),
    result.violation === null ? '' : 'BROKEN',
  ];
}

function stepsOf(history: readonly string[]): string {
  return ['Steps:', ...history.map((line, at) => `  ${at}. ${line}`)].join('\n');
}

function reportOf({ name }: Proof, { what, history, step, cut: moment, seed: chance }: Violation): string {
  const options = `--size ${size} --seed ${chance} --scenario "${name}" --step ${step} --cut ${moment}`;
  const again = `${values.command} ${options}`;
  return `\n${stepsOf(history)}\n\nPower was cut at moment ${moment} of the last of these.\n\nVIOLATED: ${what}\n\nAgain: ${again}\n`;
}
