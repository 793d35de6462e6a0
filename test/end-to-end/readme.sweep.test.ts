import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'dist/ferry.js');

/** What the README tells its reader to type once `npm start` has left the folder of the demo, block by block, as it stands. */
function typedBlocks(): string[] {
  const text = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.filter((block) => !block.startsWith('npm '));
}

describe('the README', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-readme-'));
  const demo = path.join(folder, 'license-ferry-demo');
  const env = { ...process.env, FERRY_STATE: path.join(folder, 'state'), FERRY_PASSPHRASE: 'demo' };
  let story = '';
  beforeAll(() => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'demo'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    story = stdout;
  }, 60_000);
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is true of the demo: it kills a move, refuses a foreign file, tells the vendor and balances', () => {
    for (const said of [
      'killed with SIGKILL',
      'NOT_ADDRESSED',
      'PLACE_UNKNOWN',
      'Motion option, renewed',
      'none doubled',
    ])
      expect(story).toContain(said);
  });

  it('has blocks that can be pasted into a shell as they stand, one after the other, of which every line ends well', () => {
    const blocks = typedBlocks();
    expect(blocks.join('').split('\n').length).toBeGreaterThan(40);
    // A shell that takes aliases as one at a terminal does, beside the program and the folder that it names.
    fs.symlinkSync(path.join(ROOT, 'dist'), path.join(folder, 'dist'));
    const pasted = path.join(folder, 'pasted.sh');
    const before = ['shopt -s expand_aliases', 'set -e', `trap 'kill $(jobs -p) 2> /dev/null || true' EXIT`];
    fs.writeFileSync(pasted, [...before, ...blocks, 'echo "+ all"', ''].join('\n'));
    const options = { cwd: folder, env, encoding: 'utf8', timeout: 50_000 } as const;
    const { status, stdout, stderr } = spawnSync('bash', [pasted], options);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('-> unix:device.sock: 1 seat of 6000010:1001 moved, 1 entry.');
    expect(stdout + stderr).not.toMatch(/^\{"level"|^Ready: /m);
    expect(stdout).toMatch(/^\+ all$/m);
  }, 60_000);

  it.each([
    ['no container', 5, ['list', 'sim:nowhere']],
    ['wrong usage', 2, ['move']],
    ['a file for another container', 4, ['apply', 'sim:other', 'cancelled.ferry-update']],
  ])('leaves a program that answers %s by its exit code, with one JSON document', (_, exit, args) => {
    const run = spawnSync(process.execPath, [PROGRAM, ...args, '--json'], { cwd: demo, env, encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([exit, '']);
    expect(JSON.parse(run.stdout)).toHaveProperty('error.code');
  });

  it('leaves a program that a reader may stop reading', () => {
    const command = `"${process.execPath}" "${PROGRAM}" list sim:dongle sim:device --json | head -n 1`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: demo, env, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{\n', stderr: '' });
  });

  it.skipIf(!fs.existsSync('/dev/full'))(
    'leaves a program that tells in words and by exit code 5 when its answer cannot be written',
    () => {
      const out = fs.openSync('/dev/full', 'w');
      const run = spawnSync(process.execPath, [PROGRAM, 'list', 'sim:dongle'], {
        cwd: demo,
        env,
        stdio: ['ignore', out, 'pipe'],
      });
      fs.closeSync(out);
      expect([run.status, String(run.stderr)]).toEqual([5, expect.stringContaining('FILE_UNWRITABLE')]);
    },
  );
});
