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

  it('fills details into its words', () => {
    const { happened } = explain('UPDATE_GAP', { first: 3, last: 4, missing: 2 });
    expect(happened).toBe('The update 3 to 4 comes too early: 2 must be applied before it.');
    expect(new FerryError('CANCELLED').message).toBe(explain('CANCELLED').happened);
    expect('field' in explain('CANCELLED')).toBe(false);
    expect(explain('UPDATE_GAP').field).toBe(228);
  });

  it.each([
    ['DEPTH_EXCEEDED', 'The license was already moved as often as its vendor allows.'],
    ['ITEM_ELSEWHERE', 'The vendor expects more or less of the license in this container.'],
    ['ENTRY_MALFORMED', 'The entry is not well formed.'],
    ['MEMORY_FULL', 'The memory of the container is full.'],
    ['MOVE_UNDER_WAY', 'Another program is carrying out a move between the same two.'],
    ['UPDATE_GAP', 'Error 201, of which nothing more is known.'],
    ['CANCELLED', CATALOGUE.CANCELLED.happened],
  ] as const)('sums %s up without the details that it puts in brackets or behind a colon', (code, sentence) => {
    expect(summary(code)).toBe(sentence);
  });

  it.each(CODES)('shows no name in the place of a detail that is not there: %s', (code) => {
    const { happened, effect, remedy } = explain(code);
    for (const text of [happened, effect, remedy, summary(code)]) expect(text).toMatch(/^[^{}]*[^{}\s][^{}]*$/);
    const given = explain(code, { here: 'X', where: 'X', from: 'X', target: 'X' });
    expect(Object.values(given).join()).not.toMatch(/[{}]|undefined/);
  });

  it.each(['CERTIFICATE_REVOKED', 'UPDATE_EPOCH', 'UPDATE_GAP', 'CHAIN_INCONSISTENT', 'ENTRY_NOT_REFUSABLE'] as const)(
    'does not say that nothing was changed where the lists in a refused file are taken: %s',
    (code) => {
      expect(CATALOGUE[code].effect).toMatch(/^No license was changed.* list.* taken/);
    },
  );

  it.each(['MEMORY_FULL', 'TABLE_FULL', 'LOG_FULL'] as const)(
    'does not say that what had no room is in transit, which it is not where its giver has none: %s',
    (code) => {
      expect(CATALOGUE[code].effect).toMatch(/^What did not fit was not moved, and nothing is lost/);
    },
  );

  it('says of a table that is full what frees it, where anything does: a channel record never is', () => {
    const { remedy } = CATALOGUE.TABLE_FULL;
    expect(remedy).toMatch(/^Where a file was taken in part, .* receipt /);
    expect(remedy).toMatch(/Where no channel record is free, .* knows already/);
  });

  it('leaves out only those sentences that lack a detail', () => {
    const { happened, remedy } = explain('NOT_ADDRESSED', { wanted: '3-1' });
    expect([happened, remedy.includes('undefined')]).toEqual(['It is for another container.', false]);
    expect(explain('CARRIER_FORBIDDEN').remedy).toMatch(/^Then plug .* is well\. For a dongle /);
    expect(explain('FIRM_UNKNOWN', { firm: 7, here: 'x' }).remedy).toBe('Name one of these, by its Firm Code.');
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
