import { Table } from '../exploration/table.ts';
import { type CutShort, Interruption, lettingSignalsIn } from '../interruption.ts';
import { orEnd } from '../program-options.ts';
import { count, huntRow, missedRow, recorder, say, secondsSince } from '../report.ts';
import { minimised, type Players, play, told } from './hunt.ts';
import { readSeededWorlds } from './options.ts';
import { reasons } from './pairs.ts';
import { realPlayers } from './real.adapter.ts';
import { type History, historyOf } from './steps.ts';
import { Tally } from './tally.ts';
import { toyPlayers } from './toy.ts';

const STEPS = 200;
const SEEDS = {
  quick: { toy: 60, real: 3 },
  usual: { toy: 10000, real: 300 },
  long: { toy: Number.POSITIVE_INFINITY, real: Number.POSITIVE_INFINITY },
};
const NEVER = { short: 'These did not come about in so short a run', whole: 'These never were' };
const LEGEND = `
rounds: the most that any world needed until nothing was in transit; called back, room made: worlds that needed that, too
proven: worlds in which seats were wrong, as a memory was set back or copied, and somebody held evidence`;

/** Histories that are tried to shorten one that shows a defect. */
const HUNT_TRIES = 40;
/** Findings after which a run ends: whatever comes then is mostly the same. */
const MOST_FINDINGS = 3;

const values = await orEnd(() => readSeededWorlds(process.argv.slice(2)));
const { endsAt } = values;
const record = recorder(values.record, 'seeded-worlds');
const interruption = new Interruption();
const isOver = lettingSignalsIn(() => interruption.happened || Date.now() >= endsAt);
/** Whether time ended it before all seeds were played. */
let isCutShort = false;
process.exitCode = await run();

async function run(): Promise<number> {
  if (values.defect !== undefined) return hunt(values.defect);
  if (values.replay !== undefined) return replay(values.replay);
  if (values.seed !== undefined) return one(historyOf(values.crypto[0] ?? 'toy', values.seed, STEPS));
  return prove();
}

async function playersFor(crypto: History['crypto']): Promise<Players> {
  return crypto === 'toy' ? toyPlayers : realPlayers();
}

/** Plays a history as it is. @returns 1 when it leads where none may */
async function replay(history: History): Promise<number> {
  const players = await playersFor(history.crypto);
  const { violation } = await play(players, history);
  say(await told(players, history, values.command));
  await players.close();
  return violation === null ? 0 : 1;
}

/** Plays the history of one seed, and shortens it if it leads where none may. */
async function one(history: History): Promise<number> {
  const players = await playersFor(history.crypto);
  const { violation } = await play(players, history);
  const shortest = violation === null ? history : (await minimised(players, history, violation, isOver)).history;
  say(await told(players, shortest, values.command));
  await players.close();
  return violation === null ? 0 : 1;
}

/** Plays many histories with either cryptography, and shows what that came to; after an interruption, as far as it got. */
async function prove(): Promise<number> {
  const table = new Table([
    ['cryptography', 12],
    ['seeds', -8],
    ['steps', -10],
    ['rounds', -6],
    ['called back', -11],
    ['room made', -9],
    ['proven', -7],
    ['CPU s', -7],
    ['', 30],
  ]);
  say(table.head());
  const all = new Tally();
  let status = 0;
  for (const [at, crypto] of values.crypto.entries()) {
    const before = process.cpuUsage();
    const share = Date.now() + (endsAt - Date.now()) / (values.crypto.length - at);
    const { tally, findings, cutShort } = await playAll(crypto, all, share);
    const seconds = secondsSince(before);
    const { seeds, steps, rounds, calledBack, madeRoom, proven } = tally;
    const numbers = [seeds, steps, rounds, calledBack, madeRoom, proven].map(count);
    say(table.row([crypto, ...numbers, seconds.toFixed(1), findings === 0 ? 'all is well' : 'BROKEN']));
    if (findings > 0) status = 1;
    const unseen = tally.unseen().length;
    record(crypto, seconds, { seeds, steps, rounds, calledBack, madeRoom, proven, unseen }, cutShort);
    if (interruption.happened) break;
  }
  say(LEGEND);
  say('\nHow often each fault struck each transition:\n');
  for (const line of all.table()) say(line);
  say('\nPairs that cannot be, and why:\n');
  for (const { what, why } of reasons()) say(`  ${what}: ${why}`);
  if (all.impossible().length > 0) say(`\nThese cannot be, and were: ${all.impossible().join(', ')}`);
  const isShort = values.size === 'quick' || isCutShort;
  if (all.unseen().length > 0) say(`\n${NEVER[isShort ? 'short' : 'whole']}: ${all.unseen().join(', ')}`);
  if (interruption.happened) return 130;
  if (isCutShort) say('\nOut of time: not all seeds were played.');
  const isWhole = all.impossible().length === 0 && (isShort || all.unseen().length === 0);
  return isWhole || values.crypto.length < 2 ? status : 1;
}

async function playAll(crypto: History['crypto'], all: Tally, until: number) {
  const players = await playersFor(crypto);
  const tally = new Tally();
  let findings = 0;
  const seeds = SEEDS[values.size][crypto];
  let cutShort: CutShort;
  for (let seed = 0; seed < seeds && findings < MOST_FINDINGS; seed++) {
    if ((await isOver()) || Date.now() >= until) {
      cutShort = interruption.happened ? 'interrupted' : 'out of time';
      // A long run ends by its time alone.
      isCutShort ||= cutShort === 'out of time' && values.size !== 'long';
      break;
    }
    const history = historyOf(crypto, seed, STEPS);
    const ran = await play(players, history);
    for (const one of [tally, all]) one.add(ran, STEPS);
    if (ran.violation !== null) {
      const finding = await minimised(players, history, ran.violation, isOver);
      findings += 1;
      say(`\nSeed ${seed}, as short as could be found:\n\n${await told(players, finding.history, values.command)}\n`);
    }
  }
  await players.close();
  return { tally, findings, cutShort: values.size === 'long' && !interruption.happened ? undefined : cutShort };
}

/** Plays histories, from the seed on that is given, until one shows that a defect was put into the rules. @returns 1 when none does */
async function hunt(defect: string): Promise<number> {
  for (const crypto of values.crypto) {
    const players = await playersFor(crypto);
    for (let seed = values.seed ?? 0; seed < SEEDS.usual[crypto] && !(await isOver()); seed++) {
      const history = historyOf(crypto, seed, STEPS);
      const { violation } = await play(players, history);
      if (violation === null) continue;
      const { history: short, what } = await minimised(players, history, violation, isOver, HUNT_TRIES);
      await players.close();
      say(huntRow(defect, crypto, `${short.steps.length} steps, seed ${seed}`, what));
      return 0;
    }
    await players.close();
  }
  if (interruption.happened) return 130;
  say(missedRow(defect));
  return 1;
}
