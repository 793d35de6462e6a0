import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../dongle-firmware-sim/usb/faults/fault.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const FILE = path.join(ROOT, 'docs/faults.md');
const MARKED = /<!-- generated: faults -->\n[\s\S]*?<!-- \/generated -->/;

function read(): string {
  return fs.readFileSync(FILE, 'utf8');
}

function fill(markdown: string): string {
  const rows = Object.values(FAULTS).map(({ form, about }) => {
    const forms = form.split(', or ').map((one) => `\`${one.replaceAll('|', '\\|')}\``);
    return `| ${forms.join(' or ')} | ${about} |`;
  });
  const table = ['| Fault | What it does |', '|---|---|', ...rows].join('\n');
  return markdown.replace(MARKED, () => `<!-- generated: faults -->\n\n${table}\n\n<!-- /generated -->`);
}

describe('the faults of a dongle', () => {
  if (process.env.UPDATE_DOCS === '1') fs.writeFileSync(FILE, fill(read()));

  it('are documented as they are defined; `npm run docs` brings the table up to date', () => {
    expect(read()).toMatch(MARKED);
    expect(read()).toBe(fill(read()));
  });

  it('are all in the help, as they are written', () => {
    const program = path.join(ROOT, 'dist/ferry.js');
    const { stdout } = spawnSync(process.execPath, [program, 'dongle', 'fault', '--help'], { encoding: 'utf8' });
    const help = stdout.replace(/\s+/g, ' ');
    for (const { form } of Object.values(FAULTS)) expect(help).toContain(form);
  });
});
