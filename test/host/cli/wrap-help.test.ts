import { describe, expect, it } from 'vitest';
import { wrapHelp } from '../../../host/cli/wrap-help.ts';
import { helpOf } from './help-of.ts';

describe('a help text', () => {
  it.each([
    ['one two\nthree four\n\nfive', 'one two three four\n\nfive'],
    ['one two three four five six seven eight', 'one two three four five six\nseven eight'],
    ['  a:B  what it is in some words', '  a:B  what it is in some\n       words'],
    ['  ferry a long command  what it is for', '  ferry a long command\n    what it is for'],
    ['  ferry a very long command to be typed', '  ferry a very long command to be typed'],
  ])('is filled to the width, commands apart: %j', (text, wrapped) => {
    expect(wrapHelp(text, 27)).toBe(wrapped);
  });
});

/** The help of a command and of all below it. */
async function allHelps(...args: readonly string[]): Promise<string[]> {
  const help = await helpOf(...args);
  const [, listed = ''] = help.split('\nCommands:\n');
  const names = [...(listed.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  const below: string[] = [];
  for (const name of names) if (name !== 'help') below.push(...(await allHelps(...args, name)));
  return [help, ...below];
}

describe('ferry --help', () => {
  it('of every command fits a terminal of 80 columns, but for commands that are to be typed', async () => {
    const helps = await allHelps();
    expect(helps.length).toBeGreaterThan(30);
    const wide = helps.flatMap((help) => help.split('\n')).filter((line) => line.length > 80);
    expect(wide.filter((line) => !/^ {2}(ferry|curl|read) /.test(line))).toEqual([]);
  });
});
