import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const DIST = path.join(import.meta.dirname, '../../dist');
const STATECHARTS = 'xstate.init';
const SERVER = 'class Kysely ';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'start-up-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function ferry(args: readonly string[], variables: Record<string, string> = {}): number | null {
  const { status } = spawnSync(process.execPath, [path.join(DIST, 'ferry.js'), ...args], {
    cwd: folder,
    env: { ...process.env, FERRY_PASSPHRASE: 'correct horse', FERRY_STATE: path.join(folder, 'state'), ...variables },
  });
  return status;
}

/** The text of all files of the program that a command has loaded, by what node reports of the code that it ran. */
function loadedBy(args: readonly string[], exit = 0): string {
  const reports = fs.mkdtempSync(path.join(folder, 'loaded-'));
  expect(ferry(args, { NODE_V8_COVERAGE: reports })).toBe(exit);
  return fs
    .readdirSync(reports)
    .flatMap((name) => JSON.parse(fs.readFileSync(path.join(reports, name), 'utf8')).result)
    .map(({ url }: { readonly url: string }) => (url.startsWith('file:') ? fileURLToPath(url) : ''))
    .filter((file) => file.startsWith(DIST))
    .map((file) => fs.readFileSync(file, 'utf8'))
    .join('\n');
}

beforeAll(() => {
  ferry(['dongle', 'create', 'dongle']);
  ferry(['device', 'create', 'device']);
  ferry(['central', 'init', 'vendor', '--firm', '6000010:Example']);
});

describe('listing a dongle', () => {
  it('loads no statecharts and no server, which commands that need them load', () => {
    const list = loadedBy(['list', 'sim:dongle']);
    expect([list.includes(STATECHARTS), list.includes(SERVER)]).toEqual([false, false]);
    const nothingToMove = 3;
    expect(loadedBy(['move', '--from', 'sim:dongle', '--to', 'sim:device', '--all'], nothingToMove)).toContain(
      STATECHARTS,
    );
    expect(loadedBy(['list', 'central:vendor'])).toContain(SERVER);
  });
});
