import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../container/commands/index.ts';
import { fuzzTargets } from './fuzz/all-targets.ts';
import type { FuzzTarget } from './fuzz/fuzz-target.ts';
import { Fuzzer } from './fuzz/fuzzer.ts';
import { goldenMessages } from './golden-messages.ts';
import { sweepTargets } from './sweep/all-targets.ts';
import { numbersBelow, Sweep } from './sweep/sweep.ts';

/** Another part of the mutations and inputs each day would find more, and nobody could say why a build failed. */
const SEED = 1;

describe('golden bytes, given to whoever takes them', () => {
  const targets = sweepTargets();

  it.each(targets.map((target) => [target.name, target] as const))(
    'are refused with the right code when a few bits, blocks or bytes at their end are others, and taken as they are: %s',
    async (_, target) => {
      const sweep = new Sweep(target);
      const step = Math.max(1, Math.floor(sweep.count / 60));
      expect(await sweep.run(numbersBelow(sweep.count, step, SEED))).toMatchObject({ violation: null });
    },
  );

  it('are told apart from what is given again byte by byte, with what that comes to', async () => {
    const [target] = targets.filter(({ name }) => name === 'update of a firm, applied');
    const sweep = new Sweep(target as (typeof targets)[number]);
    const { golden = new Uint8Array() } = target ?? {};
    const changed = golden.with(golden.length - 1, (golden.at(-1) ?? 0) ^ 1);
    const { text, isBroken } = await sweep.told(changed);
    expect(isBroken).toBe(false);
    expect(text).toContain(`update of a firm, applied: the golden bytes, with 1 of ${golden.length} changed\n`);
    expect(text).toMatch(/\n {2}byte \d+, content of field [\d.>]+: [0-9a-f]{2} instead of [0-9a-f]{2}\n {2}right: /);
    expect(text).toMatch(/\n {2}ended with SIGNATURE_WRONG, as is right$/);
    expect((await sweep.told(golden.slice(0, 5))).text).toContain(
      'the golden bytes, cut to 5\n  right: FILE_MALFORMED',
    );
    expect((await sweep.told(Uint8Array.of(1, 2))).text).toContain('2 bytes that are not like the golden ones');
    expect((await sweep.told(golden)).text).toMatch(/: the golden bytes\n {2}ended with \w+$/);
  });

  it('are there for both messages of every command', () => {
    const golden = new Set(goldenMessages().map(({ command, of }) => `${command} ${of}`));
    const wanted = Object.keys(COMMANDS).flatMap((command) => [`${command} request`, `${command} response`]);
    expect([...golden].sort()).toEqual(wanted.sort());
  });
});

describe('decoders, given what a grammar and mutations make', () => {
  let targets: readonly FuzzTarget[] = [];

  beforeAll(async () => {
    targets = await fuzzTargets();
  });

  it('neither crash nor take anything that they would write otherwise', { timeout: 60_000 }, async () => {
    const failures: unknown[] = [];
    for (const target of targets) {
      const { failure } = await new Fuzzer(target, SEED).run(0, 80);
      if (failure !== null) failures.push(failure);
    }
    expect(failures).toEqual([]);
  });

  it('are each reached: some inputs are taken, and some are not', { timeout: 60_000 }, async () => {
    const ends: string[] = [];
    for (const target of targets) {
      const { accepted, refused } = await new Fuzzer(target, SEED).run(1000, 100);
      if (accepted === 0) ends.push(`${target.name}: nothing accepted`);
      if (refused === 0) ends.push(`${target.name}: nothing refused`);
    }
    expect(ends).toEqual([]);
  });
});
