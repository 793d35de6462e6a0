import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, Defect, type ErrorCode, FerryError } from '../../../container/errors.ts';
import { Output } from '../../../host/cli/output.ts';
import { reportError } from '../../../host/cli/report-error.ts';
import { MemoryStream } from './memory-stream.ts';

function report(error: unknown, { json = false, debug = false, written = false } = {}) {
  const stdout = new MemoryStream();
  const stderr = new MemoryStream();
  const output = new Output({ stdout, stderr, json, quiet: true, color: true });
  if (written) output.json({ result: 'half' });
  const exit = reportError(error, output, { debug });
  return { exit, stdout: stdout.text, stderr: stderr.lines };
}

const gap = new FerryError('UPDATE_GAP', { first: 5, last: 6, missing: '3 to 4' });

describe('a refusal', () => {
  it('is told in three parts, with the number under which users of CodeMeter know it, said to be that', () => {
    const { exit, stdout, stderr } = report(gap);
    expect(exit).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toEqual([
      'The update 5 to 6 comes too early: 3 to 4 must be applied before it (CodeMeter error 228). [UPDATE_GAP]',
      CATALOGUE.UPDATE_GAP.effect,
      CATALOGUE.UPDATE_GAP.remedy,
    ]);
  });

  it('is told without a number that the field does not have', () => {
    const { stderr } = report(new FerryError('STORE_DAMAGED', { where: 'sim:d', what: 'page 3' }));
    expect(stderr[0]).toBe('The stored state of the container in sim:d is damaged: page 3. [STORE_DAMAGED]');
  });

  it('names the file that it is about, once', () => {
    const damaged = new FerryError('FILE_MALFORMED', { what: 'half', file: 'a.ferry-update' });
    expect(report(damaged).stderr[0]).toMatch(
      /^a\.ferry-update: The file is damaged .*: half \(CodeMeter error 701\)\./,
    );
    const unreadable = new FerryError('FILE_UNREADABLE', { file: 'a.ferry-update', why: 'gone' });
    expect(report(unreadable).stderr[0]).toBe('The file a.ferry-update cannot be read: gone. [FILE_UNREADABLE]');
  });

  it('is one JSON document with --json', () => {
    const { exit, stdout, stderr } = report(gap, { json: true });
    expect(exit).toBe(3);
    expect(stderr).toEqual([]);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'UPDATE_GAP',
        number: 201,
        happened: 'The update 5 to 6 comes too early: 3 to 4 must be applied before it.',
        effect: CATALOGUE.UPDATE_GAP.effect,
        remedy: CATALOGUE.UPDATE_GAP.remedy,
        details: { first: 5, last: 6, missing: '3 to 4' },
      },
    });
  });

  it('goes to standard error when the JSON document is out already', () => {
    const { stdout, stderr } = report(gap, { json: true, written: true });
    expect(JSON.parse(stdout)).toEqual({ result: 'half' });
    expect(stderr).toHaveLength(3);
  });

  it.each(Object.keys(CATALOGUE) as ErrorCode[])('%s ends with the exit code of the catalogue', (code) => {
    expect(report(new FerryError(code)).exit).toBe(CATALOGUE[code].exit);
  });
});

describe('a defect', () => {
  it.each([
    ['a broken invariant', new Defect('the sum is wrong')],
    ['an unexpected exception', new TypeError('the sum is wrong')],
    ['a thrown text', 'the sum is wrong'],
  ])('(%s) is said to be ours and ends with 1, without a stack', (_, error) => {
    const { exit, stderr } = report(error);
    expect(exit).toBe(1);
    expect(stderr).toHaveLength(3);
    expect(stderr[0]).toBe('A defect of License Ferry stopped this command: the sum is wrong [DEFECT]');
  });

  it('shows its stack when asked to', () => {
    const { stderr } = report(new Defect('the sum is wrong'), { debug: true });
    expect(stderr.join('\n')).toContain('report-error.test.ts');
  });

  it('is a JSON document with --json', () => {
    const { stdout } = report(new Defect('x'), { json: true });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DEFECT', number: 1 } });
  });
});

describe('a wrong command line', () => {
  it('ends with 2 and a hint', () => {
    const { exit, stderr } = report(
      new CommanderError(1, 'commander.unknownOption', "error: unknown option '--jso'\n(Did you mean --json?)"),
    );
    expect(exit).toBe(2);
    expect(stderr).toEqual([
      "Unknown option '--jso' (Did you mean --json?). [USAGE_WRONG]",
      CATALOGUE.USAGE_WRONG.effect,
      CATALOGUE.USAGE_WRONG.remedy,
    ]);
  });

  it('says nothing more after the help that it led to', () => {
    const { exit, stderr } = report(new CommanderError(1, 'commander.help', '(outputHelp)'));
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: [] });
  });

  it('is none when help was asked for', () => {
    const { exit, stderr } = report(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'));
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: [] });
  });
});
