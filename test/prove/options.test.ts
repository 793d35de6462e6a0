import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTACK_GROUPS } from '../vectors/attacks/make-attacks.ts';
import { OPTIONS as CRASH_POINTS, readCrashPoints } from './crash-points/options.ts';
import { allProofs } from './crash-points/proofs.ts';
import { OPTIONS as EXPLORATION, readExploration } from './exploration/options.ts';
import { WORLDS } from './exploration/worlds/index.ts';
import { fuzzTargets } from './hostile-bytes/fuzz/all-targets.ts';
import { OPTIONS as HOSTILE_BYTES, readHostileBytes } from './hostile-bytes/options.ts';
import { sweepTargets } from './hostile-bytes/sweep/all-targets.ts';
import { Mistake } from './program-options.ts';
import { readSeededWorlds, OPTIONS as SEEDED_WORLDS } from './seeded-worlds/options.ts';
import { historyOf, toText } from './seeded-worlds/steps.ts';

const PROVE = path.join(import.meta.dirname, 'prove.mjs');
/** Given by npm run prove itself, or by nobody but it. */
const ITS_OWN = ['defect'];

const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);
const prove = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROVE, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

type Reader = (...args: string[]) => unknown;
const TARGETS = { attacks: ['an attack'], others: ['a decoder'] };
const exploration: Reader = (...args) => readExploration(args, ['a world', 'another']);
const crashPoints: Reader = (...args) => readCrashPoints(args, ['a scenario']);
const hostileBytes: Reader = (...args) => readHostileBytes(args, TARGETS);
const seededWorlds: Reader = (...args) => readSeededWorlds(args);

describe('a layer of npm run prove', () => {
  it.each<[string, Reader, readonly string[], string]>([
    ['a world', exploration, ['--world', 'nothing'], 'there is no world "nothing"; there are: "a world", another'],
    ['a scenario', crashPoints, ['--scenario', 'x'], 'there is no scenario "x"'],
    ['a target', hostileBytes, ['--target', 'x'], 'there is no target "x"; there are: "an attack", "a decoder"'],
    ['a target of an input', hostileBytes, ['--target', 'an attack', '--input', '00'], 'there are: "a decoder"'],
    ['a cryptography', seededWorlds, ['--crypto', 'x'], 'there are: toy, real'],
    ['a size', exploration, ['--size', 'x'], 'there are: quick, usual, long'],
    ['a seed', seededWorlds, ['--seed', 'x'], '--seed takes a whole number, such as 7, not "x"'],
    ['a seed of a scenario', crashPoints, ['--seed', '1.5'], '--seed takes a whole number'],
    ['a first input', hostileBytes, ['--start', 'x'], '--start takes a whole number'],
    ['a history', seededWorlds, ['--replay', 'nonsense'], '--replay takes a history as a finding prints it'],
    ['one history of two', seededWorlds, ['--seed', '1', '--replay', 'toy:1'], 'give one of them'],
    ['bytes', hostileBytes, ['--target', 'a decoder', '--input', 'xy'], '--input takes bytes in hexadecimal'],
    ['whose bytes', hostileBytes, ['--input', '00'], '--input belongs to a --target'],
    ['a moment', crashPoints, ['--scenario', 'a scenario', '--cut', '1'], '--cut belongs to a --step'],
    ['whose step', crashPoints, ['--step', '1'], '--step belongs to one --scenario'],
    ['a time', exploration, ['--minutes', '0'], '--minutes takes a number above 0'],
    ['a time between savings', exploration, ['--checkpoint', 'x'], '--checkpoint takes a number above 0'],
    ['a file', exploration, ['--record', '/no/such/folder/f'], '--record /no/such/folder/f cannot be written'],
    [
      'an option',
      exploration,
      ['--nope'],
      "unknown option '--nope'; there are: --size, --minutes, --record, --put-in, --world",
    ],
    ['a value', seededWorlds, ['--replay'], "option '--replay <value>' argument missing"],
    ['anything else', seededWorlds, ['toy:1'], "unexpected argument 'toy:1'"],
  ])('does nothing before it knows %s, and says so in one line', (_, read, args, message) => {
    expect(() => read(...args)).toThrow(Mistake);
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).not.toThrow(/\n/);
  });

  it('takes what can be meant', () => {
    expect(exploration('--world', 'another', '--minutes', '0.5')).toMatchObject({ world: ['another'], size: 'usual' });
    expect(exploration('--checkpoint', '0.5')).toMatchObject({ checkpoint: 0.5 });
    expect(crashPoints('--scenario', 'a scenario', '--step', '3')).toMatchObject({ only: { step: 3 }, seed: 1 });
    expect(hostileBytes('--target', 'a decoder', '--input', '00ff')).toMatchObject({ input: '00ff' });
    const history = historyOf('real', 12, 5);
    expect(seededWorlds('--replay', toText(history))).toMatchObject({ replay: history, crypto: ['toy', 'real'] });
  });

  it('is aimed by the defects at what there is', async () => {
    const targets = {
      attacks: ATTACK_GROUPS,
      others: [...names(sweepTargets()), ...names(await fuzzTargets())],
    };
    const readers: Readonly<Record<string, (args: readonly string[]) => unknown>> = {
      exploration: (args) => readExploration(args, names(WORLDS)),
      'crash-points': (args) => readCrashPoints(args, names(allProofs().proofs)),
      'hostile-bytes': (args) => readHostileBytes(args, targets),
      'seeded-worlds': readSeededWorlds,
    };
    const defects: readonly { readonly noticedBy: Readonly<Record<string, readonly string[]>> }[] = JSON.parse(
      fs.readFileSync(path.join(import.meta.dirname, 'defects.json'), 'utf8'),
    );
    for (const [layer, args] of defects.flatMap(({ noticedBy }) => Object.entries(noticedBy)))
      expect(() => readers[layer]?.(args)).not.toThrow();
  });
});

describe('npm run prove', () => {
  it('names every option of every layer when it is asked for help', () => {
    const { status, stdout } = prove('--help');
    expect(status).toBe(0);
    for (const options of [CRASH_POINTS, EXPLORATION, HOSTILE_BYTES, SEEDED_WORLDS])
      for (const name of Object.keys(options)) if (!ITS_OWN.includes(name)) expect(stdout).toContain(`--${name} `);
    expect(stdout).toContain('npm run prove -- --layer seeded-worlds --seed 7');
  });

  it.each<[readonly string[], string]>([
    [['--layer', 'nothing'], 'there is no layer "nothing"; there are: seeded-worlds, exploration'],
    [['--layer'], '--layer needs a value'],
    [['--layer=nothing'], 'there is no layer "nothing"'],
    [['--replay', 'nonsense'], '--replay is no option of all layers'],
    [['quick'], 'quick is no option of all layers'],
    [['--long', 'x'], '--long takes minutes, a number above 0, not "x"'],
    [['--long', '5', '--quick'], '--quick and --long exclude each other'],
    [['--only-defects', '--quick'], '--quick has no defects'],
    [['--only-defects', '--layer', 'exploration'], '--only-defects has no layers'],
    [['--put-in', 'forgets what it refused'], '--put-in needs --layer NAME'],
    [['--layer', 'exploration', '--put-in', 'x'], 'there is no defect "x"; there are: "settles without'],
    [['--record', '/no/such/folder/f'], '--record /no/such/folder/f cannot be written'],
  ])('ends with exit code 2 and one line over %j', (args, message) => {
    const { status, stdout, stderr } = prove(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^prove: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });

  it('ends with exit code 2 over what a layer cannot mean', () => {
    const { status, stdout, stderr } = prove('--layer', 'seeded-worlds', '--seed', 'x');
    expect([status, stderr]).toEqual([2, 'prove: --seed takes a whole number, such as 7, not "x"\n']);
    expect(stdout).not.toMatch(/well|ended/);
  }, 60_000);
});
