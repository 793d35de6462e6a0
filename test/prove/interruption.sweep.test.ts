import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROVE = path.join(import.meta.dirname, 'prove.mjs');
/** The scenario that takes longest: minutes. */
const LONG = ['--layer', 'crash-points', '--scenario', 'soft container on files'];

let folder = '';
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-interrupted-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The proof as a person runs it, with a folder of its own for what it makes on the way. */
function prove(...args: string[]) {
  const child = spawn(process.execPath, [PROVE, ...args], {
    env: { ...process.env, TMPDIR: fs.mkdtempSync(path.join(folder, 'tmp-')) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const begun = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('CPU s')) resolve();
    });
  });
  const ended = once(child, 'close').then(([status]: unknown[]) => ({ status, output }));
  return { child, begun, ended };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function lastRow(record: string): unknown {
  return JSON.parse(fs.readFileSync(record, 'utf8').trim().split('\n').at(-1) ?? '');
}

describe('a proof', { timeout: 60_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'that gets %s shows and records how far it got, and leaves neither programs nor files behind',
    async (signal) => {
      const record = path.join(folder, `${signal}.jsonl`);
      const { child, begun, ended } = prove(...LONG, '--record', record);
      await begun;
      const { pid = 0 } = child;
      const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
      child.kill(signal);
      const { status, output } = await ended;
      expect(status).toBe(130);
      expect(output).toContain('Interrupted');
      expect(lastRow(record)).toMatchObject({ name: 'soft container on files', cutShort: 'interrupted' });
      expect(children).toHaveLength(1);
      expect(children.filter(isThere)).toEqual([]);
      expect(
        fs
          .readdirSync(folder)
          .filter((name) => name.startsWith('tmp-'))
          .flatMap((name) => fs.readdirSync(path.join(folder, name))),
      ).toEqual([]);
    },
  );

  it('looks at its time within a scenario, and records that it was not whole', async () => {
    const record = path.join(folder, 'short.jsonl');
    const { status, output } = await prove(...LONG, '--minutes', '0.02', '--record', record).ended;
    expect(status).toBe(0);
    expect(output).toContain('Out of time: not cut everywhere: soft container on files.');
    expect(lastRow(record)).toMatchObject({ cutShort: 'out of time' });
  });
});
