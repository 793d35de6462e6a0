import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { conformanceCommand } from '../../../host/cli/commands/conformance.ts';
import { COMMANDS, VERSION } from '../../../host/cli/program.ts';
import { type Register, runFerry } from '../../../host/cli/run-ferry.ts';
import { seededEnv } from '../../world/parties.ts';
import { MemoryStream } from '../cli/memory-stream.ts';
import { Faulty } from './mutant.ts';
import { CASES, testedContainer } from './tried.ts';
import { servedHere, WIRE_CASES } from './wire-scene.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-conformance-'));
const device = `sim:${path.join(folder, 'device')}`;
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

let runs = 0;

async function ferry(args: readonly string[], commands: readonly Register[] = COMMANDS) {
  const [stdout, stderr] = [new MemoryStream(), new MemoryStream()];
  runs += 1;
  const exit = await runFerry(args, commands, {
    version: VERSION,
    env: seededEnv(`run ${runs}`),
    stdout,
    stderr,
    clock: () => 0,
    variable: () => undefined,
  });
  return { exit, stdout: stdout.text, stderr: stderr.text };
}

/** The command, reaching a container that is faulty at whatever address. */
function onFaulty(make: (it: Faulty) => ReturnType<Faulty['client']>): readonly Register[] {
  const it = new Faulty();
  const door = { is: (folder: string) => folder === 'x', open: () => ({ client: make(it) }) };
  return [conformanceCommand({ dongle: async () => door, device: async () => door } as never, VERSION)];
}

describe('ferry conformance', () => {
  it('certifies a device, and files the report', async () => {
    await ferry(['device', 'create', path.join(folder, 'device')]);
    const file = path.join(folder, 'report.json');
    const { exit, stdout, stderr } = await ferry(['conformance', device, '--writes', '--report', file]);
    expect([exit, stdout]).toEqual([
      0,
      expect.stringContaining(`Verdict: conforms (${CASES.length} passed, 0 failed).`),
    ]);
    expect(stderr).toMatch(
      /^\d+ case\(s\) on 130-\d+\. They take up to \d+ channel records of \d+ free ones, for good/,
    );
    expect(stderr).toContain('evaluation Firm Code 6000010');
    const report = JSON.parse(fs.readFileSync(file, 'utf8'));
    const filed = { verdict: 'conforms', version: VERSION, date: '2025-05-08', address: device, licensesLeft: 0 };
    expect(report).toMatchObject({ ...filed, serial: expect.stringMatching(/^130-/), failed: 0, passed: CASES.length });
    expect(report.cases).toHaveLength(CASES.length);
    const leftOut = report.skippedFamilies.reduce((sum: number, { cases }: { cases: number }) => sum + cases, 0);
    expect(leftOut).toBe(WIRE_CASES.length);
    expect(stdout).toContain('of "wire" were skipped: nothing lies between the tool and a container in a folder');
    expect(fs.readdirSync(folder).sort()).toEqual(['device', 'device-anchor', 'report.json']);
  });

  it('of single cases gives no verdict on the whole', async () => {
    const { exit, stdout } = await ferry([
      'conformance',
      device,
      '--writes',
      '--case',
      'gap',
      '--case',
      'firm-add',
      '--json',
    ]);
    expect(exit).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ verdict: 'incomplete', passed: 2, leftOut: CASES.length - 2 });
    expect(report.cases.map(({ id }: { id: string }) => id)).toEqual(['firm-add', 'gap']);
  });

  it('tries the wire where a stream of bytes leads to the container, but not over HTTP', async () => {
    await servedHere(testedContainer(), async ({ tcp, http }) => {
      const asked = ['--writes', '--case', 'gap', '--case', 'wire-magic', '--json'];
      const overTcp = JSON.parse((await ferry(['conformance', tcp, ...asked])).stdout);
      expect(overTcp).toMatchObject({ passed: 2, skippedFamilies: [], verdict: 'incomplete' });
      expect(overTcp.leftOut).toBe(CASES.length + WIRE_CASES.length - 2);
      const overHttp = JSON.parse((await ferry(['conformance', http, ...asked])).stdout);
      const reason = expect.stringContaining('http://');
      expect(overHttp).toMatchObject({
        passed: 1,
        skippedFamilies: [{ name: 'wire, hostile frames', cases: 1, reason }],
      });
      expect(overHttp.leftOut).toBe(CASES.length - 1);
      const { exit, stderr } = await ferry(['conformance', http, '--writes', '--case', 'wire-magic']);
      expect([exit, stderr]).toEqual([2, expect.stringContaining('None of these cases is for')]);
    });
  });

  it('says of a failed case what was expected and what was found, and ends with 3', async () => {
    const commands = onFaulty((it) => it.taking('UPDATE_GAP'));
    const { exit, stdout, stderr } = await ferry(['conformance', 'sim:x', '--writes', '--case', 'gap'], commands);
    expect(exit).toBe(3);
    expect(stdout).toMatch(
      /expected: refused with UPDATE_GAP\n\s+actual: {3}taken\nVerdict: fails \(0 passed, 1 failed/,
    );
    expect(stderr).toContain('130-77 does not conform: 1 of 1 cases failed. [CONFORMANCE_FAILED]');
    const again = onFaulty((it) => it.taking('UPDATE_GAP'));
    const file = path.join(folder, 'failed.json');
    const json = await ferry(['conformance', 'sim:x', '--writes', '--case', 'gap', '--json', '--report', file], again);
    expect([json.exit, JSON.parse(json.stdout).verdict]).toEqual([3, 'fails']);
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual(JSON.parse(json.stdout));
  });

  it('writes nothing without --writes, and wants to know where and what', async () => {
    for (const [args, what] of [
      [[device], 'say with --writes'],
      [['--writes'], 'Name the container to try'],
      [[device, '--writes', '--case', 'nonsense'], 'There is no case "nonsense"'],
    ] as const) {
      const { exit, stderr } = await ferry(['conformance', ...args]);
      expect([exit, stderr]).toEqual([2, expect.stringContaining(what)]);
    }
  });

  it('ends with 5 when the container cannot be reached', async () => {
    const { exit, stderr } = await ferry(['conformance', `sim:${folder}/nothing`, '--writes']);
    expect([exit, stderr]).toEqual([5, expect.stringContaining('[NO_CONTAINER]')]);
  });

  it('lists its cases, for people and for programs', async () => {
    const { stdout } = await ferry(['conformance', '--list-cases']);
    const all = [...CASES, ...WIRE_CASES];
    expect(all.filter(({ id, title }) => !(stdout.includes(id) && stdout.includes(title)))).toEqual([]);
    const { families } = JSON.parse((await ferry(['conformance', '--list-cases', '--json'])).stdout);
    expect(families.flatMap(({ cases }: { cases: object[] }) => cases)).toHaveLength(all.length);
  });
});
