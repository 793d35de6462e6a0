import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryWorld } from './ferry-world.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');
/** Milliseconds after which a run counts as one that never ends. */
const ENDLESS = 20_000;

const world = new FerryWorld();
beforeAll(() => world.setUp());

function run(args: readonly string[], { state = path.join(world.folder, 'state') } = {}) {
  const env = { ...process.env, FERRY_PASSPHRASE: 'correct horse', FERRY_STATE: state };
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: world.folder,
    env,
    encoding: 'utf8',
    timeout: ENDLESS,
  });
  return { exit: status, stderr };
}

const [MOUNT, UMOUNT] = ['mount', 'umount'] as const;
const readOnly = path.join(world.folder, 'read-only');
fs.mkdirSync(readOnly);
const mounted = spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'ro', 'none', readOnly]).status === 0;
afterAll(() => {
  if (mounted) spawnSync(UMOUNT, [readOnly]);
  world.remove();
});

it.skipIf(!mounted)('a move that would note how far it is on a read-only disk says that it is read-only', () => {
  const state = path.join(readOnly, 'a', 'b');
  const { exit, stderr } = run(['move', '--from', 'sim:dongle', '--to', 'sim:device', '--all'], { state });
  expect([exit, stderr]).toEqual([5, expect.stringContaining('the disk is read-only.')]);
});

/** /proc answers that a folder is missing when one is to be made in it, although it is there. */
describe.skipIf(!fs.existsSync('/proc/self'))('where no folder can be made', () => {
  it.each([
    ['a device', ['device', 'create', '/proc/x'], 'NOT_MADE'],
    ['the anchor of a device', ['device', 'create', 'fresh', '--anchor', '/proc/x/y'], 'NOT_MADE'],
    ['a dongle', ['dongle', 'create', '/proc/x'], 'NOT_MADE'],
    ['a License Central', ['central', 'init', '/proc/x', '--firm', '6000010:A'], 'NOT_MADE'],
    ['a file', ['certificate', 'sim:dongle', '-o', 'folder:/proc/x'], 'FILE_UNWRITABLE'],
  ])('%s is not made, and the command ends and says so', (_, args, code) => {
    const { exit, stderr } = run(args);
    expect([exit, stderr]).toEqual([5, expect.stringContaining(`this file system does not support it. [${code}]`)]);
  });

  it('a move that cannot note how far it is ends, and says so', () => {
    const { exit, stderr } = run(['move', '--from', 'sim:dongle', '--to', 'sim:device', '--all'], { state: '/proc/x' });
    const said =
      'The state folder /proc/x, in which ferry keeps unfinished moves, cannot be used: this file system does';
    expect([exit, stderr]).toEqual([5, expect.stringContaining(said)]);
  });
});

describe.skipIf(process.platform === 'win32')('a command in a folder that was deleted', () => {
  it.each([
    [['device', 'create', 'fresh'], 'WORKING_FOLDER_GONE'],
    [['dongle', 'create', 'fresh'], 'NOT_MADE'],
    [['central', 'init', 'fresh', '--firm', '6000010:A'], 'NOT_MADE'],
  ])('%s says that the folder was deleted', (args, code) => {
    const script = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"`;
    const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, PROGRAM, ...args], {
      cwd: world.folder,
      env: { ...process.env, ...world.variables },
      encoding: 'utf8',
      timeout: ENDLESS,
    });
    expect([status, stderr]).toEqual([5, expect.stringMatching(`command was started was deleted.*\\[${code}\\]`)]);
  });
});
