import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'dist/ferry.js');
/** Commands that only hold others. */
const FAMILIES = new Set(['dongle', 'device', 'central', 'pin', 'order']);

const documents = [
  'README.md',
  ...fs
    .readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];

interface CommandLine {
  readonly document: string;
  readonly text: string;
  readonly words: readonly string[];
}

/**
 * The lines that begin with `ferry` in fenced blocks marked `sh`; what follows ` #` is said to the reader, and what follows ` > `
 * to the shell.
 */
function commandLines(document: string): CommandLine[] {
  const text = fs.readFileSync(path.join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+(#|> ).*$/, ''))
    .filter((line) => line.startsWith('ferry '))
    .map((line) => ({
      document,
      text: line,
      words: (line.match(/(?:"[^"]*"|\S)+/g) ?? []).slice(1).filter((word) => word !== '&'),
    }));
}

function nameOf([first = '', second = '']: readonly string[]): string {
  return FAMILIES.has(first) ? `${first} ${second}` : first;
}

const helps = new Map<string, string>();

function helpOf(name: string): string {
  const known = helps.get(name);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(process.execPath, [PROGRAM, ...name.split(' '), '--help'], { encoding: 'utf8' });
  helps.set(name, stdout);
  return stdout;
}

/** What the help does not offer of what a line uses; empty when the line can be typed as it is. */
function problems({ words }: CommandLine): string[] {
  const name = nameOf(words);
  const help = helpOf(name);
  if (words.includes('--help')) return help.startsWith(`Usage: ferry ${name} `) ? [] : [`there is no command ${name}`];
  const [usage = ''] = help.split('\n');
  if (!usage.startsWith(`Usage: ferry ${name} `)) return [`there is no command ${name}`];
  const offered = new Map(
    [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)( <)?/gm)].map(([, flag, value]) => [flag, value]),
  );
  const short = new Map([...help.matchAll(/^ {2}(-\w), (--[\w-]+)/gm)].map(([, flag, long]) => [flag, long]));
  const wrong: string[] = [];
  let given = 0;
  const rest = words.slice(name.split(' ').length);
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    const flag = short.get(word) ?? word;
    if (!flag.startsWith('-')) given += 1;
    else if (!offered.has(flag)) wrong.push(`there is no option ${word}`);
    else if (offered.get(flag) !== undefined) at += 1;
  }
  const needed = [...usage.matchAll(/<[\w.:]+>/g)].length;
  if (given < needed) wrong.push(`${needed} arguments are needed, ${given} are given`);
  const taken = needed + [...usage.matchAll(/\[[A-Z][\w:]*\]/g)].length;
  if (given > taken && !/\.\.\.[\]>]/.test(usage)) wrong.push(`${given} arguments are given, ${taken} are taken`);
  return wrong;
}

describe('the command lines of the documentation', () => {
  const lines = documents.flatMap(commandLines);

  it('are there', () => {
    expect(lines.length).toBeGreaterThan(5);
  });

  it.each(lines.map((line) => [line.document, line.text, line] as const))(
    'can be typed as they are: %s: %s',
    (_, __, line) => {
      expect(problems(line)).toEqual([]);
    },
  );
});

describe('the links of the documentation', () => {
  const links = documents.flatMap((document) =>
    [...fs.readFileSync(path.join(ROOT, document), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)].map(
      ([, target = '']) => [document, target] as const,
    ),
  );

  it.each(links)('lead to a file that is there: %s: %s', (document, target) => {
    expect(fs.existsSync(path.join(ROOT, path.dirname(document), target))).toBe(true);
  });
});
