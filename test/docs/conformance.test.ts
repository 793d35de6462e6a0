import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAMILIES, WIRE_FAMILIES } from '../../host/conformance/cases/all-families.ts';
import { channelsOf } from '../../host/conformance/conformance-run.ts';
import { table } from './record-tables.ts';

const FILE = path.join(import.meta.dirname, '../../docs/conformance.md');
const MARKED = /<!-- generated: conformance cases -->\n[\s\S]*?<!-- \/generated -->/;

function read(): string {
  return fs.readFileSync(FILE, 'utf8');
}

/** The anchor that a heading has in the rendered page. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}

function caseTables(): string {
  const count = FAMILIES.reduce((sum, { cases }) => sum + cases.length, 0);
  const ofWire = WIRE_FAMILIES.reduce((sum, { cases }) => sum + cases.length, 0);
  const families = [...FAMILIES, ...WIRE_FAMILIES].map(({ name, about, cases }) => {
    const rows = cases.map(({ id, title, section }) => [
      `\`${id}\``,
      title,
      `[${section}](protocol.md#${anchor(section)})`,
    ]);
    return `### ${name}\n\n${about}\n\n${table(['case', 'a container that conforms', 'protocol'], rows)}`;
  });
  const all = `${count + ofWire} cases, ${ofWire} of them about the wire.`;
  return [`${all} They take ${channelsOf(FAMILIES)} channel records.`, ...families].join('\n\n');
}

function fill(markdown: string): string {
  return markdown.replace(
    MARKED,
    () => `<!-- generated: conformance cases -->\n\n${caseTables()}\n\n<!-- /generated -->`,
  );
}

describe('the documentation of the conformance cases', () => {
  if (process.env.UPDATE_DOCS === '1') fs.writeFileSync(FILE, fill(read()));

  it('shows the cases that are tried; `npm run docs` brings it up to date', () => {
    expect(read()).toMatch(MARKED);
    expect(read()).toBe(fill(read()));
  });
});
