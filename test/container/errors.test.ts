import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../container/commands/index.ts';
import {
  CATALOGUE,
  codeOfNumber,
  Defect,
  type ErrorCode,
  explain,
  FerryError,
  summary,
} from '../../container/errors.ts';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

describe('the error catalogue', () => {
  it('gives every code a number of its own, and finds the code by it', () => {
    expect(new Set(CODES.map((code) => CATALOGUE[code].number)).size).toBe(CODES.length);
    for (const code of CODES) expect(codeOfNumber(CATALOGUE[code].number)).toBe(code);
    expect(codeOfNumber(399)).toBeUndefined();
  });

  it('fills details into its words and shows by name which one is missing', () => {
    const { happened } = explain('UPDATE_GAP', { first: 3, last: 4 });
    expect(happened).toBe('The update 3 to 4 comes too early: (missing) must be applied before it.');
    expect(new FerryError('CANCELLED').message).toBe(explain('CANCELLED').happened);
    expect('field' in explain('CANCELLED')).toBe(false);
    expect(explain('UPDATE_GAP').field).toBe(228);
  });

  it.each([
    ['DEPTH_EXCEEDED', 'The license was already moved as often as its vendor allows.'],
    ['ITEM_ELSEWHERE', 'The vendor expects more or less of the license in this container.'],
    ['CONTAINER_IN_USE', 'The state in {where} is in use by another program.'],
    ['ENTRY_MALFORMED', 'The entry is not well formed.'],
    ['OWNER_NEEDED', 'Only the owner of {here} may do this.'],
    ['CANCELLED', CATALOGUE.CANCELLED.happened],
  ] as const)('sums %s up without the details that it puts in brackets or behind a colon', (code, sentence) => {
    expect(summary(code)).toBe(sentence);
  });

  it('tells a refusal, with what lies behind it, apart from a defect of the program', () => {
    const cause = new Error('the disk is gone');
    const refusal = new FerryError('STORE_WRITE_FAILED', { where: 'here', why: 'no disk' }, { cause });
    expect(`${refusal}`).toBe('FerryError: Writing to here failed: no disk.');
    const defect = new Defect('a seat came from nowhere', { cause });
    expect(`${defect}`).toBe('Defect: a seat came from nowhere');
    expect([refusal.cause, defect.cause]).toEqual([cause, cause]);
    expect(defect).not.toBeInstanceOf(FerryError);
  });
});

const ROOT = path.join(import.meta.dirname, '../..');

/** The texts of all files below a folder whose path ends so; comments do not count. */
function textsOf(folder: string, end: string, without: readonly string[]): string {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end) && !without.some((part) => file.includes(part)))
    .map((file) => fs.readFileSync(path.join(ROOT, folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''))
    .join('\n');
}

/** Codes that stand in a text as a value. */
function codesIn(text: string): ErrorCode[] {
  return CODES.filter((code) => new RegExp(`['\`]${code}\\b|CATALOGUE\\.${code}\\.`).test(text));
}

describe('the codes that the kernel raises', () => {
  const raised = codesIn(textsOf('container', '.ts', ['error-catalogue.ts', 'errors.ts', 'commands']));
  const declared = new Set<ErrorCode>(Object.values(COMMANDS).flatMap(({ failures }) => [...failures]));

  it('are each expected by a test', () => {
    const expected = new Set(codesIn(textsOf('test', '.test.ts', ['errors.test.ts'])));
    expect(raised.filter((code) => !expected.has(code))).toEqual([]);
    expect(raised.length).toBeGreaterThan(60);
  });

  it('include every one that a command declares: none is promised in vain', () => {
    expect([...declared].filter((code) => !raised.includes(code))).toEqual([]);
  });
});
