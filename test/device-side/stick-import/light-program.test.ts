import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LightProgram } from '../../../device-side/stick-import/light-program.adapter.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

const makeFolder = temporaryFolders();

/** A light whose program is that script, with a file for what it was run with, and what was logged. */
function light(script: string, longest?: number) {
  const folder = makeFolder();
  const program = path.join(folder, 'light');
  const shown = path.join(folder, 'shown');
  fs.writeFileSync(program, `#!/bin/sh\n${script.replaceAll('SHOWN', shown)}\n`, { mode: 0o755 });
  fs.writeFileSync(shown, '');
  const logged: unknown[] = [];
  const said = (event: string, facts: unknown): unknown => logged.push([event, facts]);
  const one = new LightProgram(program, { info: said, warn: said, error: said }, longest);
  return { one, logged, program, shown: () => fs.readFileSync(shown, 'utf8').split('\n').slice(0, -1) };
}

describe.skipIf(process.platform === 'win32')('the program that sets a light', () => {
  it('is run with what the light is to say, one after the other, and with off in the end', async () => {
    const { one, shown, logged } = light('echo "$@" >>SHOWN');
    one.show('ready');
    await one.close();
    expect([shown(), logged]).toEqual([['ready', 'off'], []]);
  });

  it('is run once at a time, with the last of what changed meanwhile, and not twice for the same', async () => {
    const { one, shown } = light('echo "begins $1" >>SHOWN; sleep 0.2; echo "ends $1" >>SHOWN');
    for (const state of ['ready', 'busy', 'done', 'busy', 'done'] as const) one.show(state);
    await vi.waitFor(() => expect(shown()).toContain('ends done'), { timeout: 10_000 });
    one.show('done');
    await one.close();
    expect(shown()).toEqual(['ready', 'done', 'off'].flatMap((state) => [`begins ${state}`, `ends ${state}`]));
  });

  it.each([
    ['echo "no such pin" >&2; exit 3', 'it ended with 3: no such pin'],
    ['exit 4', 'it ended with 4'],
    ['kill -9 $$', 'it was ended by SIGKILL'],
  ])('that fails (%s) is logged, and run again for what comes next', async (script, why) => {
    const { one, logged, shown } = light(`echo $1 >>SHOWN; ${script}`);
    one.show('busy');
    await one.close();
    expect(logged).toEqual(['busy', 'off'].map((state) => ['light.failed', { light: state, why }]));
    expect(shown()).toEqual(['busy', 'off']);
  });

  it('is not waited for longer than it runs, whatever it leaves running', async () => {
    const { one, shown, logged } = light('echo $1 >>SHOWN; sleep 60 & exit 0', 20_000);
    one.show('busy');
    await one.close();
    expect([shown(), logged]).toEqual([['busy', 'off'], []]);
  });

  it('is shown no secret of this program', async () => {
    vi.stubEnv('FERRY_PIN', '2468');
    const { one, shown } = light('echo "$FERRY_PIN$1" >>SHOWN');
    await one.close();
    vi.unstubAllEnvs();
    expect(shown()).toEqual(['off']);
  });

  it('that is not there is logged', async () => {
    const { one, logged, program } = light('');
    fs.rmSync(program);
    await one.close();
    expect(logged).toEqual([['light.failed', { light: 'off', why: expect.stringMatching(/\w/) }]]);
  });

  it('that cannot be one is logged, and the next one is tried again', async () => {
    const logged: unknown[] = [];
    const said = (event: string): unknown => logged.push(event);
    const one = new LightProgram('', { info: said, warn: said, error: said });
    one.show('ready');
    await one.close();
    expect(logged).toEqual(['light.failed', 'light.failed']);
  });

  it('that does not end is killed', async () => {
    const { one, logged } = light('exec sleep 60', 100);
    await one.close();
    expect(logged).toEqual([['light.failed', { light: 'off', why: 'it was ended by SIGKILL' }]]);
  });
});
