import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROOF_TABLES } from './proof-tables.ts';

const FILE = path.join(import.meta.dirname, '../../docs/reliability.md');
const MARKED = /<!-- generated: ([a-z ]+) -->\n[\s\S]*?<!-- \/generated -->/g;

function read(): string {
  return fs.readFileSync(FILE, 'utf8');
}

function fill(markdown: string): string {
  return markdown.replace(MARKED, (_, name: string) => {
    const made = PROOF_TABLES[name];
    if (made === undefined) throw new Error(`nothing makes the table "${name}"`);
    return `<!-- generated: ${name} -->\n\n${made()}\n\n<!-- /generated -->`;
  });
}

describe('the figures of the proof', () => {
  if (process.env.UPDATE_DOCS === '1') fs.writeFileSync(FILE, fill(read()));

  it('are those of the recorded run; `npm run docs` brings them up to date', () => {
    expect(read()).toBe(fill(read()));
  });

  it('are shown for every layer', () => {
    expect([...read().matchAll(MARKED)].map(([, name]) => name).sort()).toEqual(Object.keys(PROOF_TABLES).sort());
  });
});
