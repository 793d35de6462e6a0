import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../container/commands/index.ts';
import { CATALOGUE, codeOfNumber, type ErrorCode, explain, FerryError } from '../../container/errors.ts';

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
