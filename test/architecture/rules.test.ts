import { describe, expect, it } from 'vitest';
import { importCycles, violationsOf } from './rules.ts';
import { readSource } from './source-file.ts';

function violations(path: string, text: string): string[] {
  return violationsOf(readSource(path, text)).map((sentence) => sentence.slice(path.length + 1));
}

describe('the import table', () => {
  it.each([
    ['container/engine/a.ts', "import { x } from '../../carriers/a.ts';"],
    ['container/engine/a.ts', "import type { X } from '../../host/cli/a.ts';"],
    ['container/engine/a.ts', "export { x } from '../../state-machines/a.ts';"],
    ['container/engine/a.ts', "export * from '../../state-machines/a.ts';"],
    ['container/engine/a.ts', "type X = import('../../host/cli/a.ts').X;"],
    ['state-machines/a.ts', "import { x } from '../carriers/a.ts';"],
    ['host/wizard/a.ts', "import { x } from '../../device-side/a.ts';"],
    ['host/wizard/a.ts', "const x = await import('../../device-side/commands.ts');"],
    ['device-side/a.ts', "import { x } from '../host/cli/a.ts';"],
    ['dongle-firmware-sim/a.ts', "import { x } from '../device-side/a.ts';"],
    ['host/cli/program.ts', "import { x } from '../../dongle-firmware-sim/commands.ts';"],
    ['host/cli/program.ts', "const x = await import('../../dongle-firmware-sim/flash/a.ts');"],
    ['host/cli/a.ts', "import { x } from '../../test/world/a.ts';"],
    ['pages/a.ts', "import { x } from '../container/engine/a.ts';"],
    ['container/a.ts', "import { x } from './b';"],
    ['host/cli/a.ts', 'const x = await import(name);'],
  ])('refuses %s: %s', (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });

  it.each([
    ['container/engine/a.ts', "import { x } from '../model/a.ts';"],
    ['carriers/a.ts', "import { x } from '../container/errors.ts';"],
    ['device-side/a.ts', "import { x } from '../carriers/a.ts'; import { y } from '../state-machines/a.ts';"],
    ['host/cli/program.ts', "const x = await import('../../dongle-firmware-sim/commands.ts');"],
    ['host/cli/program.ts', "const x = await import('../../device-side/index.ts');"],
    ['host/cli/program.ts', "import manifest from '../../package.json' with { type: 'json' };"],
    ['pages/a.ts', "import { x } from '../container/model/a.ts'; import { y } from '../container/errors.ts';"],
    ['container/a.ts', "// import { x } from '../host/a.ts';\nconst text = \"import '../host/a.ts'\";"],
  ])('allows %s: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});

describe('the package table', () => {
  it.each([
    ['container/a.ts', "import { setup } from 'xstate';"],
    ['state-machines/a.ts', "import { pack } from 'msgpackr';"],
    ['device-side/a.ts', "import { Command } from 'commander';"],
    ['host/wizard/a.ts', "import { Command } from 'commander';"],
    ['host/cli/a.ts', "import { Kysely } from 'kysely';"],
    ['host/cli/a.ts', "import type { Kysely } from 'kysely';"],
    ['host/cli/a.ts', "import fs from 'fs';"],
  ])('refuses %s: %s', (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });

  it.each([
    ['container/crypto/a.ts', "import { sha256 } from '@noble/hashes/sha2.js';"],
    ['state-machines/a.ts', "import { setup } from 'xstate'; import * as v from 'valibot';"],
    ['host/license-central/a.ts', "import { Kysely } from 'kysely';"],
    ['host/cli/commands/a.ts', "import type { Command } from 'commander';"],
  ])('allows %s: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});

describe('the ambient rule', () => {
  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = Date();',
    'const Clock = Date;',
    'const now = performance.now();',
    'setTimeout(work, 10);',
    'const timer = globalThis.setInterval(work, 10);',
    'const id = Math.random();',
    'const id = crypto.randomUUID();',
    'const home = process.env.HOME;',
    "const home = (process as unknown as { env: object })['env'];",
    'const answer = await fetch(url);',
    'const socket = new WebSocket(url);',
    'const settings = { process };',
    'function f(process) {} process.exit();',
    "import fs from 'node:fs';",
    "import { readFile } from 'node:fs/promises';",
    "import { connect } from 'node:net';",
    "import { spawn } from 'node:child_process';",
    "import { randomBytes } from 'node:crypto';",
    "const os = await import('node:os');",
  ])('refuses outside the edge: %s', (text) => {
    expect(violations('host/cli/a.ts', text)).toHaveLength(1);
    expect(violations('container/a.ts', text)).toHaveLength(1);
    for (const edge of ['host/cli/a.adapter.ts', 'host/cli/main.ts', 'device-side/commands.ts']) {
      expect(violations(edge, text)).toEqual([]);
    }
  });

  it.each([
    'const day = new Date(seconds * 1000).toISOString();',
    'const epoch = Date.UTC(2000, 0, 1);',
    'const text = "Date.now()"; // process.exit()',
    'const process = 7; const twice = process * 2;',
    'function seal(crypto: Crypto) { return crypto.getRandomValues(); }',
    'const read = ({ fetch, process: id = 3 }, [performance]) => fetch(id, performance);',
    'const details = { process: 3, Date: 4 }; const id = details.process;',
    'class Run { process() { return this.fetch; } fetch = 1; }',
    'type Clock = typeof Date; let at: Date;',
    "import { fetch } from '../../carriers/a.ts'; fetch();",
    'const biggest = Math.max(1, 2);',
    "import path from 'node:path'; import type { Socket } from 'node:net';",
    'try { work(); } catch (process) { log(process); }',
  ])('allows outside the edge: %s', (text) => {
    expect(violations('host/cli/a.ts', text)).toEqual([]);
  });

  it.each([
    ['container/a.ts', 'const day = new Date(seconds * 1000);'],
    ['container/a.ts', 'const epoch = Date.UTC(2000, 0, 1);'],
    ['container/a.ts', "const bytes = Buffer.from('a');"],
    ['container/a.ts', "import path from 'node:path';"],
    ['container/a.ts', "import type { Socket } from 'node:net';"],
    ['container/a.adapter.ts', "import fs from 'node:fs';"],
    ['container/a.adapter.ts', 'const home = process.env;'],
    ['container/commands.ts', 'const now = Date.now();'],
    ['container/crypto/native/a.ts', 'const now = Date.now();'],
    ['container/crypto/native/a.ts', "import fs from 'node:fs';"],
  ])('is stricter in the kernel: %s: %s', (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });

  it.each([
    ['container/crypto/native/a.ts', "import { sign } from 'node:crypto';"],
    ['container/crypto/native/a.adapter.ts', 'const now = Date.now();'],
    ['container/store/file-flash.adapter.ts', "import fs from 'node:fs'; const id = process.pid;"],
  ])('leaves the kernel its two doors: %s: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});

describe('files', () => {
  it('over 400 lines are refused unless the table gives a reason', () => {
    const text = '\n'.repeat(400);
    expect(violations('container/a.ts', text)).toEqual(['has 401 lines']);
    expect(violations('container/error-catalogue.ts', text)).toEqual([]);
  });

  it('that import each other are told as a ring, once', () => {
    const files = [
      readSource('container/a.ts', "import './b.ts';"),
      readSource('container/b.ts', "import type { C } from './model/c.ts';"),
      readSource('container/model/c.ts', "export * from '../a.ts'; const d = import('../d.ts');"),
      readSource('container/d.ts', "import './a.ts';"),
    ];
    expect(importCycles(files)).toEqual(['container/a.ts -> container/b.ts -> container/model/c.ts -> container/a.ts']);
  });

  it('that do not parse are refused', () => {
    expect(() => readSource('container/a.ts', 'import {')).toThrow('container/a.ts');
  });
});
