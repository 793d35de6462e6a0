import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SET_UP = path.resolve(import.meta.dirname, '../../set-up.mjs');

describe('set-up.mjs', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-set-up-'));
    fs.copyFileSync(SET_UP, path.join(folder, 'set-up.mjs'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['set-up.mjs', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { exit: status, stdout, stderr, left: fs.readdirSync(folder) };
  };

  it.each(['--help', '-h'])('says with %s what it does, and does nothing', (option) => {
    const { exit, stdout, left } = run(option);
    expect([exit, left]).toEqual([0, ['set-up.mjs']]);
    expect(stdout).toContain('Usage: node set-up.mjs');
  });

  it('refuses what it does not know, and does nothing', () => {
    const { exit, stderr, left } = run('--force');
    expect([exit, left]).toEqual([2, ['set-up.mjs']]);
    expect(stderr).toContain("set-up.mjs takes no '--force'");
  });
});
