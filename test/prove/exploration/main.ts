import { hash } from 'node:crypto';
import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type CutShort, Interruption } from '../interruption.ts';
import { Mistake, orEnd, SIZES } from '../program-options.ts';
import { count, huntRow, missedRow, recorder, say } from '../report.ts';
import { Answers } from './answers.ts';
import type { Exploration } from './explorer.ts';
import { GUARD_REASONS, oneSidedGuards } from './guards.ts';
import { readExploration } from './options.ts';
import { testFor } from './replay.ts';
import { SavedWorlds } from './saved-world.ts';
import { Table } from './table.ts';
import { REASONS, unseen } from './unseen.ts';
import type { WorldPlan } from './world.ts';
import { WorldRun } from './world-run.ts';
import { WORLDS } from './worlds/index.ts';

/** States between two looks at the clock: the slowest world takes a second for a thousand. */
const SLICE = 100;
/** States that a world may have where only time bounds it: what memory holds. */
const MOST = 50_000_000;

const LEGEND = `
healed: states of which it was tried; rounds: the most that any of them needed
no end: states from which nobody can bring what is in transit to an end`;

const values = await orEnd(() =>
  readExploration(
    process.argv.slice(2),
    WORLDS.map(({ name }) => name),
  ),
);
const { endsAt } = values;
const record = recorder(values.record, 'exploration');
const chosen = WORLDS.filter(
  ({ name, size }) => values.world?.includes(name) ?? SIZES.indexOf(size) <= SIZES.indexOf(values.size),
);
/** Whether time ended a world before its end and its bound. */
let isCutShort = false;
/** Where explorations are kept, so that another run goes on with them. */
const kept = await orEnd(() => (values.state === undefined ? null : keptIn(values.state)));
const rules = hash('sha256', fs.readFileSync(import.meta.filename));
const interruption = new Interruption();
process.exitCode = await (values.defect === undefined ? prove(chosen) : hunt(chosen, values.defect));

/**
 * Explores worlds and shows what that came to; after an interruption, as far as it got.
 *
 * @returns 1 when a rule was broken or an error is not explained, 130 after an interruption
 */
async function prove(plans: readonly WorldPlan[]): Promise<number> {
  const table = new Table([
    ['world', 26],
    ['states', -11],
    ['transitions', -12],
    ['depth', -5],
    ['healed', -10],
    ['rounds', -6],
    ['no end', -9],
    ['CPU s', -7],
    ['', 40],
  ]);
  say(table.head());
  const answers = new Answers();
  let states = 0;
  let transitions = 0;
  let all = 0;
  let isBroken = false;
  for (const [at, plan] of plans.entries()) {
    const share = Date.now() + (endsAt - Date.now()) / (plans.length - at);
    const { result, seconds, cutShort } = await explore(plan, answers, share);
    all += seconds;
    states += result.states;
    transitions += result.transitions;
    say(table.row(rowOf(plan, result, seconds)));
    record(plan.name, seconds, result, cutShort);
    if (result.violation !== null) {
      isBroken = true;
      say(`\n${result.violation.what}\n\n${testFor(plan.name, result.violation)}`);
    }
    if (interruption.happened) break;
  }
  say(table.row(['all', count(states), count(transitions), '', '', '', '', all.toFixed(1), '']));
  say(LEGEND);
  say('\nAnswers that were worked out:\n');
  for (const [answer, times] of answers.entries()) say(`  ${answer.padEnd(34)} ${count(times).padStart(11)}`);
  if (interruption.happened) return 130;
  if (isCutShort) say('\nOut of time: some worlds ended early, so that not every error and guard can have been seen.');
  const isUnexplained = values.world === undefined && [explain(answers), explainGuards()].includes(false);
  return isBroken || isUnexplained ? 1 : 0;
}

/** Whether every world went as far as it is known to show what it has to: a longer run may have less time for each. */
function isWhole(): boolean {
  return values.size === 'usual' && !isCutShort;
}

/** Says why declared errors were no answer. @returns false when that is not known of one in a whole run */
function explain(answers: Answers): boolean {
  say('\nDeclared errors that were never the answer, and why:\n');
  const missing = unseen(answers);
  for (const code of new Set(missing.map((it) => it.code))) {
    const commands = missing.filter((it) => it.code === code).map(({ command }) => command);
    say(
      `  ${code} (${commands.join(', ')}): ${REASONS[code] ?? (isWhole() ? 'NOBODY KNOWS' : 'not in so short a run')}`,
    );
  }
  return !isWhole() || missing.every(({ code }) => code in REASONS);
}

/**
 * Says why guards of the rules only ever went one way, where they are watched.
 *
 * @returns false when that is not known of one in a whole run; a reason that is needed no more is named
 */
function explainGuards(): boolean {
  const guards = oneSidedGuards();
  if (guards === null || !isWhole()) return true;
  say('\nGuards of the rules that only ever went one way, and why:\n');
  for (const why of new Set(GUARD_REASONS.values())) {
    const those = guards.filter((guard) => GUARD_REASONS.get(guard) === why);
    if (those.length > 0) say(`  ${why}: ${those.length}`);
  }
  const unknown = guards.filter((guard) => !GUARD_REASONS.has(guard));
  for (const guard of unknown) say(`  NOBODY KNOWS: ${guard}`);
  const stale = [...GUARD_REASONS.keys()].filter((guard) => !guards.includes(guard));
  // What an earlier run has seen of them is not kept.
  if (values.state !== undefined) return true;
  for (const guard of stale) say(`  NOT SO: ${guard}`);
  return unknown.length === 0;
}

/** The explorations in a folder. @throws Mistake when it cannot be made */
function keptIn(folder: string): SavedWorlds {
  try {
    return new SavedWorlds(folder);
  } catch (error) {
    throw new Mistake(`--state ${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Explores worlds, one after the other, until one shows that a defect was put into the rules. @returns 1 when none does */
async function hunt(plans: readonly WorldPlan[], defect: string): Promise<number> {
  for (const plan of plans) {
    const { violation, states } = (await explore(plan, new Answers(), endsAt)).result;
    if (interruption.happened) return 130;
    if (violation === null) continue;
    const steps = `${violation.history.length} steps, ${count(states)} states`;
    say(huntRow(defect, plan.name, steps, violation.what));
    return 0;
  }
  say(missedRow(defect));
  return 1;
}

/**
 * Explores a world to its end, to its bound, to that time or to an interruption, whatever comes first; where explorations are
 * kept, from where the last one ended.
 */
async function explore(
  plan: WorldPlan,
  answers: Answers,
  until: number,
): Promise<{ readonly result: Exploration; readonly seconds: number; readonly cutShort: CutShort }> {
  const most = values.size === 'long' ? MOST : (plan.most ?? MOST);
  const run = new WorldRun(plan, kept, rules);
  let savedAt = Date.now();
  while (!run.isOver && run.result.states < most && Date.now() < until && !interruption.happened) {
    run.goOn(Math.min(most, run.result.states + SLICE));
    if (Date.now() - savedAt > values.checkpoint * 1000) {
      run.save();
      savedAt = Date.now();
    }
    await setImmediate();
  }
  const isWhole = run.isOver || run.result.states >= most;
  const cutShort = isWhole ? undefined : interruption.happened ? 'interrupted' : 'out of time';
  isCutShort ||= cutShort === 'out of time';
  run.save();
  answers.load(run.answers.save());
  return { result: run.result, seconds: run.seconds, cutShort };
}

function rowOf(plan: WorldPlan, result: Exploration, seconds: number): string[] {
  const { states, transitions, depth, healed, closed, ends, violation } = result;
  const end = violation !== null ? 'BROKEN' : closed ? 'explored to its end' : 'not explored to its end';
  return [
    plan.name,
    count(states),
    count(transitions),
    String(depth),
    count(healed.from),
    String(healed.rounds),
    ends === null ? '' : count(ends.without),
    seconds.toFixed(1),
    healed.calledBack === 0 ? end : `${end}; called back from ${count(healed.calledBack)}`,
  ];
}
