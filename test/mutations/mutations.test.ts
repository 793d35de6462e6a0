import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fingerprintOfTest, loadedBy } from './fingerprint.ts';
import { instrument, isProse } from './mutants.ts';
import { fromRanges, toRanges } from './ranges.ts';
import { readResults, scoreOf, summarize } from './results.ts';
import { mutatedFiles, noticingTests } from './scope.ts';
import { compare, readSurvivors } from './survivors.ts';

describe('the mutants of a file', () => {
  const source =
    "export const isMore = (a: number, b: number): boolean =>\n  a > b && code('TOO_MUCH', { why: 'that is too much' });\n";

  it('are known by the line, the piece of it and what it became, and come in the same order every time', async () => {
    const { mutants } = await instrument('container/engine/made-up.ts', source);
    expect(mutants).toContainEqual({
      id: expect.any(Number),
      line: "a > b && code('TOO_MUCH', { why: 'that is too much' });",
      original: 'a > b',
      replacement: 'a >= b',
    });
    expect((await instrument('container/engine/made-up.ts', source)).mutants).toEqual(mutants);
  });

  it('leave alone the words for people, and not what a machine reads', async () => {
    const { mutants } = await instrument('container/engine/made-up.ts', source);
    const originals = mutants.map(({ original }) => original);
    expect(originals).toContain("'TOO_MUCH'");
    expect(originals).not.toContain("{ why: 'that is too much' }");
    expect(originals).not.toContain("'that is too much'");
    expect(isProse({ type: 'StringLiteral', value: 'license-ferry chain\0' })).toBe(false);
    expect(isProse({ type: 'TemplateLiteral', quasis: [{ value: { raw: 'it ' } }, { value: { raw: ' two' } }] })).toBe(
      true,
    );
    expect(isProse({ type: 'NumericLiteral', value: 12 })).toBe(false);
  });
});

describe('what was noticed', () => {
  it('is a hundred of a hundred only when it is all', () => {
    expect(scoreOf({ killed: 9998, timedOut: 1, survived: 1, notReached: 0 })).toBe(99.9);
    expect(scoreOf({ killed: 3, timedOut: 1, survived: 0, notReached: 0 })).toBe(100);
    expect(scoreOf({ killed: 1, timedOut: 0, survived: 1, notReached: 1 })).toBe(33.3);
    expect(scoreOf({ killed: 0, timedOut: 0, survived: 0, notReached: 0 })).toBe(100);
  });

  it('is kept with the tests that noticed it', () => {
    const verdicts = new Map([
      [0, { ended: 'killed', by: 'test/b.test.ts' }],
      [1, { ended: 'timedOut', by: 'test/b.test.ts' }],
      [2, { ended: 'killed', by: 'test/a.test.ts' }],
      [3, { ended: 'survived' }],
      [4, { ended: 'notReached' }],
    ] as const);
    expect(summarize(verdicts, 'abc', '2027-01-31', (file) => `print of ${file}`)).toEqual({
      date: '2027-01-31',
      source: 'abc',
      killed: 2,
      timedOut: 1,
      survived: 1,
      notReached: 1,
      score: 60,
      notNoticed: '3-4',
      endless: '1',
      noticedBy: {
        'test/a.test.ts': { test: 'print of test/a.test.ts', mutants: '2' },
        'test/b.test.ts': { test: 'print of test/b.test.ts', mutants: '0-1' },
      },
    });
  });

  it('is numbered in ranges', () => {
    expect(toRanges([7, 1, 3, 2, 2, 9])).toBe('1-3,7,9');
    expect(fromRanges('1-3,7,9')).toEqual([1, 2, 3, 7, 9]);
    expect(fromRanges(toRanges([]))).toEqual([]);
  });
});

describe('the list of survivors', () => {
  const mutant = { id: 4, line: 'if (a > b) return;', original: 'a > b', replacement: 'a >= b' };
  const { id: _, ...known } = mutant;

  it('explains a mutant that is the same but for its number, and none without a reason', () => {
    expect(compare([mutant], [{ ...known, reason: 'they are never equal' }])).toEqual({
      unexplained: [],
      outdated: [],
    });
    expect(compare([mutant], [{ ...known, reason: '' }]).unexplained).toEqual([mutant]);
    expect(compare([mutant], []).unexplained).toEqual([mutant]);
  });

  it.each([{ line: 'if (a > b) throw it;' }, { original: 'b' }, { replacement: 'true' }])(
    'has no word for another one: %o',
    (change) => {
      const listed = { ...known, ...change, reason: 'they are never equal' };
      expect(compare([mutant], [listed])).toEqual({ unexplained: [mutant], outdated: [listed] });
    },
  );

  it('and the results are about files of which mutants are made', () => {
    expect(mutatedFiles()).toEqual(expect.arrayContaining(Object.keys(readSurvivors())));
    expect(mutatedFiles()).toEqual(expect.arrayContaining(Object.keys(readResults())));
  });

  it('holds a mutant that its file really has, with a reason, once', async () => {
    for (const [file, listed] of Object.entries(readSurvivors())) {
      const { mutants } = await instrument(file, fs.readFileSync(file, 'utf8'));
      const made = new Set(mutants.map(({ id: _, ...mutant }) => JSON.stringify(mutant)));
      const named = listed.map(({ reason: _, ...survivor }) => JSON.stringify(survivor));
      expect(new Set(named).size).toBe(named.length);
      expect(listed.filter(({ reason }) => reason === '')).toEqual([]);
      for (const survivor of named) expect([...made], file).toContain(survivor);
    }
  });
});

describe('a test file', () => {
  it('has another fingerprint when anything of the tests that it loads changes', () => {
    const test = 'test/container/engine/use.test.ts';
    expect(loadedBy(test)).toContain('test/world/parties.ts');
    expect(loadedBy(test)).toContain('container/engine/decide-use.ts');
    expect(fingerprintOfTest(test)).toBe(fingerprintOfTest(test));
    expect(fingerprintOfTest(test)).not.toBe(fingerprintOfTest('test/container/engine/terms.test.ts'));
  });

  it('is one of those that are to notice mutants unless it takes long', () => {
    expect(noticingTests()).toContain('test/container/engine/use.test.ts');
    expect(noticingTests().filter((file) => /sweep|kill|system|power-cut/.test(file))).toEqual([]);
  });
});
