import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { fromHex } from '../../../container/model/bytes.ts';
import { carryOut } from '../../vectors/attacks/judge-attack.ts';
import { ATTACK_GROUPS, makeAttacks } from '../../vectors/attacks/make-attacks.ts';
import { Table } from '../exploration/table.ts';
import { type CutShort, Interruption, lettingSignalsIn } from '../interruption.ts';
import { orEnd } from '../program-options.ts';
import { count, huntRow, missedRow, recorder, say, secondsSince } from '../report.ts';
import { fuzzTargets } from './fuzz/all-targets.ts';
import { Fuzzer } from './fuzz/fuzzer.ts';
import { Rounds } from './fuzz/rounds.ts';
import { readHostileBytes, type TargetNames } from './options.ts';
import { sweepTargets } from './sweep/all-targets.ts';
import { numbersBelow, Sweep } from './sweep/sweep.ts';

const args = process.argv.slice(2);
// Making the targets takes seconds, and a program with a defect may fail at it: that is for the hunt to tell.
const isAimed = args.some((arg) => /^--target(=|$)/.test(arg)) && !args.includes('--defect');
const values = await orEnd(async () => readHostileBytes(args, isAimed ? await targetNames() : null));
const { seed, start, endsAt } = values;
const record = recorder(values.record, 'hostile-bytes');
const interruption = new Interruption();
const isOver = lettingSignalsIn(() => interruption.happened || Date.now() > endsAt);

/** Megabytes that the program may ever have in use: a length that lies must not reserve what it says. */
const MOST_MEMORY = 1024;

/** Of the mutations of a sweep, one in so many; and of the inputs of a fuzzed decoder, by size. */
const PARTS: Readonly<Record<typeof values.size, { readonly oneIn: number; readonly inputs: number }>> = {
  quick: { oneIn: 200, inputs: 0.005 },
  usual: { oneIn: 1, inputs: 1 },
  long: { oneIn: 1, inputs: Number.POSITIVE_INFINITY },
};
const { oneIn, inputs } = PARTS[values.size];

process.exitCode = await work();

/** @returns 1 when something is violated, or when a defect is not noticed; 130 after an interruption */
async function work(): Promise<number> {
  if (values.input !== undefined) return replay(values.input);
  if (values.defect !== undefined) return hunt(values.defect);
  const parts = [attack, sweep, fuzz];
  let isBroken = false;
  for (const part of parts) {
    if (!interruption.happened) isBroken = (await part()) || isBroken;
  }
  return interruption.happened ? 130 : isBroken ? 1 : 0;
}

async function targetNames(): Promise<TargetNames> {
  const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);
  return { attacks: ATTACK_GROUPS, others: [...names(sweepTargets()), ...names(await fuzzTargets())] };
}

/** A long run ends by its time alone. */
function cutShort(): CutShort {
  if (interruption.happened) return 'interrupted';
  return values.size !== 'long' && Date.now() > endsAt ? 'out of time' : undefined;
}

function isChosen(name: string): boolean {
  return values.target?.includes(name) ?? true;
}

/** Gives every attack file to a container. @returns whether one ended as it must not */
async function attack(): Promise<boolean> {
  const table = new Table([
    ['attack files', 40],
    ['attacks', -9],
    ['CPU s', -7],
    ['', 40],
  ]);
  say(table.head());
  let isBroken = false;
  const crypto = nativeCrypto();
  for (const group of await makeAttacks(crypto, ATTACK_GROUPS.filter(isChosen))) {
    if (await isOver()) break;
    const since = process.cpuUsage();
    const fault = await faultIn(crypto, group);
    const seconds = secondsSince(since);
    say(table.row([group.name, count(group.attacks.length), seconds.toFixed(1), fault ?? '']));
    record(`attacks: ${group.name}`, seconds, { attacks: group.attacks.length, fault });
    isBroken ||= fault !== null;
  }
  return isBroken;
}

async function faultIn(
  crypto: ReturnType<typeof nativeCrypto>,
  { start: container, attacks }: Awaited<ReturnType<typeof makeAttacks>>[number],
): Promise<string | null> {
  for (const one of attacks) {
    const came = JSON.stringify(sorted(await carryOut(crypto, container, one)));
    const wanted = JSON.stringify(sorted(one.expect));
    if (came !== wanted) return `VIOLATED by "${one.name}": ${came} instead of ${wanted}`;
  }
  return null;
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Changes golden bytes in every small way. @returns whether a consumer let one pass */
async function sweep(): Promise<boolean> {
  const table = new Table([
    ['golden bytes', 46],
    ['bytes', -6],
    ['inputs', -9],
    ['CPU s', -7],
    ['', 60],
  ]);
  say(`\n${table.head()}`);
  let isBroken = false;
  let untried = 0;
  const targets = sweepTargets().filter(({ name }) => isChosen(name));
  for (const target of targets) {
    if (interruption.happened) break;
    if (await isOver()) {
      untried += 1;
      continue;
    }
    const since = process.cpuUsage();
    const { inputs: given, endings, violation } = await swept(target, oneIn);
    const seconds = secondsSince(since);
    const ended = [...endings].map(([ending, times]) => `${ending} ${count(times)}`).join(', ');
    say(table.row([target.name, String(target.golden.length), count(given), seconds.toFixed(1), ended]));
    record(`sweep: ${target.name}`, seconds, { bytes: target.golden.length, inputs: given, violation }, cutShort());
    if (violation !== null)
      sayViolation(violation.target, `mutation ${violation.number}: ${violation.what}`, violation.bytes);
    isBroken ||= violation !== null;
  }
  if (untried > 0) say(`\nOut of time: ${untried} of ${targets.length} golden bytes were not changed at all.`);
  return isBroken;
}

function swept(target: ReturnType<typeof sweepTargets>[number], step: number) {
  const one = new Sweep(target);
  return one.run(numbersBelow(one.count, step, seed), isOver);
}

/** Gives every decoder what a grammar and mutations make. @returns whether one broke a rule */
async function fuzz(): Promise<boolean> {
  const table = new Table([
    ['decoder', 46],
    ['inputs', -11],
    ['accepted', -11],
    ['refused', -11],
    ['slowest ms', -11],
    ['heap kB', -8],
    ['CPU s', -7],
    ['', 40],
  ]);
  const targets = (await fuzzTargets()).filter(({ name }) => isChosen(name));
  if (targets.length === 0) return false;
  say(`\n${table.head()}`);
  const rounds = new Rounds(targets, { seed, start, part: inputs });
  let isBroken = false;
  let untried = 0;
  await rounds.run(isOver, ({ target, result, heap, seconds }) => {
    const { inputs: given, accepted, refused, slowest, failure } = result;
    const numbers = [given, accepted, refused].map(count);
    say(table.row([target.name, ...numbers, slowest.toFixed(2), count(Math.round(heap / 1024)), seconds.toFixed(1)]));
    record(`fuzz: ${target.name}`, seconds, { seed, start, ...result, heap }, cutShort());
    if (failure !== null)
      sayViolation(failure.target, `seed ${seed}, input ${failure.number}: ${failure.what}`, failure.input);
    isBroken ||= failure !== null;
    if (given === 0) untried += 1;
  });
  if (untried > 0) say(`\nOut of time: ${untried} of ${targets.length} decoders were given nothing.`);
  const most = Math.round(process.resourceUsage().maxRSS / 1024);
  if (most > MOST_MEMORY) {
    say(`\nVIOLATED: ${count(most)} MB of memory were in use`);
    isBroken = true;
  }
  say(`\nAt most ${count(most)} MB of memory were in use, all parts of this program taken together.`);
  say(`Seed ${seed}, from input ${count(start)} on; every decoder was given those before ${count(rounds.next)}.`);
  say(`To go on: --seed ${seed} --start ${rounds.next}`);
  return isBroken;
}

/** Looks for a violation, first where little time shows most. @returns 1 when nothing is violated */
async function hunt(defect: string): Promise<number> {
  const found = await noticed();
  if (interruption.happened) return 130;
  if (found === null) {
    say(missedRow(defect));
    return 1;
  }
  say(huntRow(defect, ...found));
  return 0;
}

async function noticed(): Promise<readonly [where: string, how: string, what: string] | null> {
  try {
    const crypto = nativeCrypto();
    for (const group of await makeAttacks(crypto, ATTACK_GROUPS.filter(isChosen))) {
      const fault = await faultIn(crypto, group);
      if (fault !== null) return [group.name, 'attack files', fault];
    }
    for (const step of [200, 1]) {
      for (const target of sweepTargets().filter(({ name }) => isChosen(name))) {
        const { violation, inputs: given } = await swept(target, step);
        if (violation !== null) return [target.name, `sweep, ${count(given)} inputs`, violation.what];
      }
      for (const target of (await fuzzTargets()).filter(({ name }) => isChosen(name))) {
        const { failure, inputs: given } = await new Fuzzer(target, seed).run(
          start,
          (target.thousands * 1000) / step,
          isOver,
        );
        if (failure !== null) return [target.name, `fuzzing, ${count(given + 1)} inputs`, failure.what];
      }
    }
    return null;
  } catch (error) {
    return ['a crash', 'before any attack', error instanceof Error ? error.message : String(error)];
  }
}

/** Gives one input to the targets of a name, and tells what they do with it. @returns 1 when that breaks a rule */
async function replay(hex: string): Promise<number> {
  let isBroken = false;
  for (const target of sweepTargets().filter(({ name }) => values.target?.includes(name))) {
    const told = await new Sweep(target).told(fromHex(hex));
    say(told.text);
    isBroken ||= told.isBroken;
  }
  for (const target of (await fuzzTargets()).filter(({ name }) => values.target?.includes(name))) {
    const told = await new Fuzzer(target, seed).told(fromHex(hex));
    say(told.text);
    isBroken ||= told.isBroken;
  }
  return isBroken ? 1 : 0;
}

function sayViolation(target: string, what: string, hex: string): void {
  say(`\nVIOLATED: ${target}, ${what}\n`);
  say(`  ${values.command} --target ${JSON.stringify(target)} --input ${hex}\n`);
}
