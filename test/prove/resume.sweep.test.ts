import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROVE = path.join(import.meta.dirname, 'prove.mjs');
const WORLD = 'firm that replaces';
const PER_SECOND = ['--checkpoint', '0.5'];

let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-resume-'));
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Explores one world as a person would, in a process group of its own. */
function explore(...options: string[]) {
  const child = spawn(process.execPath, [PROVE, '--layer', 'exploration', '--world', WORLD, ...options], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close').then(([status]: unknown[]) => ({ status, row: rowIn(output) }));
  return { group: -(child.pid as number), ended };
}

/** The numbers of the world, without the processor time behind them. */
function rowIn(output: string): string | undefined {
  const row = output.split('\n').find((line) => line.startsWith(WORLD));
  return row?.replace(/ +\d+\.\d(?= explored| not)/, '');
}

/** Explores until something is kept, and then ends the whole group by that signal. */
async function interrupted(state: string, signal: NodeJS.Signals) {
  fs.mkdirSync(state);
  const watcher = fs.watch(state);
  const { group, ended } = explore('--state', state, ...PER_SECOND);
  for await (const [, name] of iterate(watcher)) if (String(name).endsWith('.world')) break;
  watcher.close();
  process.kill(group, signal);
  return ended;
}

async function* iterate(watcher: fs.FSWatcher): AsyncGenerator<unknown[]> {
  for (;;) yield await once(watcher, 'change');
}

describe('an exploration that is interrupted', { timeout: 240_000 }, () => {
  it.each(['SIGINT', 'SIGKILL'] as const)('comes to the same when it goes on after %s', async (signal) => {
    const state = path.join(folder, signal);
    const cut = await interrupted(state, signal);
    const record = path.join(folder, `${signal}.jsonl`);
    const whole = await explore().ended;
    const again = await explore('--state', state, '--record', record).ended;
    expect(cut.status).toBe(signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT') expect(cut.row).toContain('not explored to its end');
    else expect(cut.row).toBeUndefined();
    expect(whole.row).toContain('explored to its end');
    expect(again).toEqual(whole);
    expect(JSON.parse(fs.readFileSync(record, 'utf8'))).toMatchObject({ name: WORLD, closed: true });
  });
});
