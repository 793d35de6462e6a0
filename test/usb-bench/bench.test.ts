import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HELP, readOptions } from './bench-options.ts';
import { CHECKS } from './checks.ts';
import { eachAtATime, guestsWithRoom, spread } from './guests.ts';
import { addonsOf, copyAddons } from './image/addons.ts';
import { distributionOf } from './image/distribution.ts';
import { nameOfRecipe, readRecipe } from './image/recipe.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const DEBIAN = 'ID=debian\nVERSION_ID="12"\n';

describe('the checks', () => {
  it('are those in the folder of the guest, each once', () => {
    const files = fs.readdirSync(path.join(import.meta.dirname, 'guest/checks'));
    expect(CHECKS.map(({ name }) => `${name}.mjs`).sort()).toEqual(files.sort());
  });

  it('have names that a line of names and seconds can hold', () => {
    for (const { name } of CHECKS) expect(name).toMatch(/^[a-z-]+$/);
  });
});

describe('the command line', () => {
  it('means every check when it names none', () => {
    const of = (about: 'usb' | 'sticks') => CHECKS.filter((check) => check.about === about);
    expect(readOptions([])).toMatchObject({ checks: of('usb'), separate: false, update: false, cycles: 50 });
    expect(readOptions(['--sticks'])?.checks).toEqual(of('sticks'));
    expect(() => readOptions(['--sticks', 'move'])).toThrow('no names go with it');
  });

  it('runs the named checks in the order of the table', () => {
    expect(readOptions(['stick', 'start', '--separate'])).toMatchObject({
      checks: [{ name: 'start' }, { name: 'stick' }],
      separate: true,
    });
  });

  it.each([
    [['nothing'], 'there is no check nothing; there are: start'],
    [['--cycles', '0'], 'from 1 to 1000'],
    [['--cycles', 'x'], 'from 1 to 1000'],
    [['--guests', '0'], 'from 1 to 16'],
    [['--fast'], '--fast'],
  ])('that says %j cannot be meant', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  it('can ask for a help that names every check', () => {
    expect(readOptions(['--help'])).toBeUndefined();
    for (const { name } of CHECKS) expect(HELP).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });
});

describe('guests side by side', () => {
  it('are as many as there are cores and memory for, at most two and at least one', () => {
    const gibibyte = 2 ** 30;
    expect(guestsWithRoom(2, 4 * gibibyte)).toBe(2);
    expect(guestsWithRoom(64, 64 * gibibyte)).toBe(2);
    expect(guestsWithRoom(2, 3 * gibibyte)).toBe(1);
    expect(guestsWithRoom(1, 64 * gibibyte)).toBe(1);
    expect(guestsWithRoom(1, 0)).toBe(1);
  });

  it('share the checks: each is in one, in its order, and none has much more to do', () => {
    const parts = spread(CHECKS, 2);
    expect(
      parts
        .flat()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(CHECKS.map(({ name }) => name).toSorted());
    for (const part of parts) expect(part).toEqual(CHECKS.filter((check) => part.includes(check)));
    const [one = 0, other = 0] = parts.map((part) => part.reduce((sum, { limit }) => sum + limit, 0));
    expect(Math.abs(one - other) / (one + other)).toBeLessThan(0.1);
  });

  it('are no more than there are checks', () => {
    expect(spread(CHECKS.slice(0, 1), 2)).toEqual([CHECKS.slice(0, 1)]);
  });

  it('are begun in turn, no more at a time than said, and all end before the first error is told', async () => {
    const log: string[] = [];
    const work = (name: string) =>
      new Promise<void>((resolve, reject) => {
        log.push(`begin ${name}`);
        setImmediate(() => {
          log.push(`end ${name}`);
          if (name === 'a') reject(new Error('a failed'));
          else resolve();
        });
      });
    await expect(eachAtATime(['a', 'b', 'c'], 2, work)).rejects.toThrow('a failed');
    expect(log.slice(0, 3)).toEqual(['begin a', 'begin b', 'end a']);
    expect(log.toSorted()).toEqual(['begin a', 'begin b', 'begin c', 'end a', 'end b', 'end c']);
  });
});

describe('the distribution', () => {
  it.each([
    ['ID=debian\nVERSION_ID="12"\n', 'debian 12', 'linux-image-amd64', ['usbip']],
    ['ID=debian\nVERSION_CODENAME=sid\n', 'debian sid', 'linux-image-amd64', ['usbip']],
    ['ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"\n', 'raspbian 12', 'linux-image-amd64', ['usbip']],
    ['ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n', 'ubuntu 24.04', 'linux-image-generic', ['linux-tools-6-x']],
    [
      'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n',
      'linuxmint 22',
      'linux-image-generic',
      ['linux-tools-6-x'],
    ],
  ])('of %j is known', (text, name, kernel, usbip) => {
    const distribution = distributionOf(text);
    expect(distribution).toMatchObject({ name, kernel });
    expect(distribution.usbip('6-x')).toEqual(usbip);
  });

  it('that has no apt is refused by name', () => {
    expect(() => distributionOf('ID=alpine\nVERSION_ID=3.20\n')).toThrow('this is alpine 3.20');
  });
});

describe('the packages of Node in the guest', () => {
  const lock = {
    packages: {
      '': { optionalDependencies: { a: '1' }, dependencies: { other: '1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { b: '1' }, optionalDependencies: { win: '1', arm: '1' } },
      'node_modules/a/node_modules/b': { version: '1.1.0', dependencies: { c: '1' } },
      'node_modules/b': { version: '2.0.0' },
      'node_modules/c': { version: '3.0.0', dependencies: { a: '1' } },
      'node_modules/win': { version: '4.0.0', os: ['win32'] },
      'node_modules/arm': { version: '4.0.0', os: ['linux'], cpu: ['arm64'] },
      'node_modules/other': { version: '5.0.0' },
    },
  };

  it('are the optional ones with all that they need, as Node finds it, for this kind of computer', () => {
    expect(addonsOf(lock)).toEqual([
      { folder: 'node_modules/a', version: '1.0.0' },
      { folder: 'node_modules/a/node_modules/b', version: '1.1.0' },
      { folder: 'node_modules/c', version: '3.0.0' },
    ]);
  });

  it('are copied without what they have prepared for other computers', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-addons-'));
    try {
      const files = ['index.js', 'prebuilds/linux-x64/a.glibc.node', 'prebuilds/A-linux-x64/a.node'];
      const foreign = [
        'prebuilds/linux-x64/a.musl.node',
        'prebuilds/A-linux-x64-musl/a.node',
        'prebuilds/win32-x64/a.node',
      ];
      for (const name of [...files, ...foreign, 'node_modules/b/index.js']) {
        const file = path.join(folder, 'from/node_modules/a', name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, '');
      }
      copyAddons([{ folder: 'node_modules/a', version: '1.0.0' }], path.join(folder, 'from'), path.join(folder, 'to'));
      const copied = fs.readdirSync(path.join(folder, 'to'), { recursive: true, withFileTypes: true });
      expect(
        copied
          .filter((entry) => entry.isFile())
          .map((entry) => entry.name)
          .sort(),
      ).toEqual(files.map((name) => path.basename(name)).sort());
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('leave out what is for another C library', () => {
    const { addons } = readRecipe(ROOT, DEBIAN);
    const folders = addons.map(({ folder }) => folder);
    expect(folders).toContain('node_modules/@libsql/linux-x64-gnu');
    expect(folders).not.toContain('node_modules/@libsql/linux-x64-musl');
  });
});

describe('the name of an image', () => {
  const recipe = readRecipe(ROOT, DEBIAN);

  it('is the same for the same recipe', () => {
    expect(nameOfRecipe(readRecipe(ROOT, DEBIAN))).toBe(nameOfRecipe(recipe));
  });

  it.each([
    ['packages', { packages: [...recipe.packages, 'another'] }],
    ['modules', { modules: recipe.modules.slice(1) }],
    ['versions of the lock file', { addons: recipe.addons.map((addon) => ({ ...addon, version: '0.0.0' })) }],
    ['Node', { node: 'v99.0.0' }],
    ['way of making it', { making: 'other' }],
  ])('is another one for other %s', (_, changed) => {
    expect(nameOfRecipe({ ...recipe, ...changed })).not.toBe(nameOfRecipe(recipe));
  });
});
