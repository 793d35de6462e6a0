import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { requiredPython, runPython, type Served, serveFerry, servePython } from './python.ts';

const world = new FerryWorld();
const served: Served[] = [];
let certificate = '';

beforeAll(() => {
  requiredPython();
  world.setUp();
  world.must('certificate', 'sim:dongle', '-o', 'dongle.ferry-certificate');
  certificate = 'dongle.ferry-certificate';
});

afterAll(async () => {
  await Promise.all(served.map(({ kill }) => kill('SIGTERM')));
  world.remove();
});

const client = (address: string, ...args: readonly string[]) => runPython(world.folder, 'client.py', address, ...args);

/** A container of one of the two programs, made and served. */
async function container(made: 'ferry' | 'Python', name: string, listen: string): Promise<Served> {
  if (made === 'ferry') world.must('device', 'create', name);
  else expect(runPython(world.folder, 'device.py', 'create', name)).toMatchObject({ exit: 0 });
  const serve = made === 'ferry' ? serveFerry : servePython;
  const one = await serve(world.folder, name, listen);
  served.push(one);
  return one;
}

describe('the client in Python', () => {
  it.each([
    ['ferry', 'tcp://127.0.0.1:0'],
    ['ferry', 'unix:ferry.sock'],
    ['Python', 'tcp://127.0.0.1:0'],
    ['Python', 'unix:python.sock'],
  ] as const)('brings a license to a device that %s serves at %s', async (made, listen) => {
    const name = `${made}-${listen.slice(0, 4)}`;
    const { address, serial } = await container(made, name, listen);
    const context = client(address, 'context', certificate, '-o', `${name}.ferry-context`);
    expect(context).toMatchObject({ exit: 0, stderr: '' });
    expect(context.stdout).toContain(`Container: ${serial} (soft), certified under the TEST root`);
    const order = ['--context', `${name}.ferry-context`, '--item', world.item(1), '-o', `${name}.ferry-update`];
    world.must('issue', 'sim:dongle', ...order);

    const applied = client(address, 'apply', `${name}.ferry-update`, '-o', `${name}-receipt.ferry-context`);
    expect(applied).toMatchObject({ exit: 0, stdout: expect.stringContaining('Entry 1: applied, 1 items') });
    const again = client(address, 'apply', `${name}.ferry-update`, '-o', `${name}-again.ferry-context`);
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining('Applied: 1, skipped 1') });
    expect(world.must('settle', 'sim:dongle', `${name}-receipt.ferry-context`)).toContain('applied 1, refused 0');
    expect(client(address, 'list').stdout).toContain('Holding 1: 6000010:1001 x1 of 5');
  });

  it.each(['ferry', 'Python'] as const)('carries requests and answers of several windows with %s', async (made) => {
    const name = `${made}-large`;
    const { address } = await container(made, name, 'tcp://127.0.0.1:0');
    const items = Array.from({ length: 900 }, (_, at) => ['--item', `6000010:${at + 1}x1`]).flat();
    world.must('certificate', 'central:vendor', '-o', `${name}.ferry-certificate`);
    client(address, 'context', `${name}.ferry-certificate`, '-o', `${name}.ferry-context`);
    const order = ['--to', `${name}.ferry-context`, '--text', 'x'.repeat(250)];
    world.must('central', 'issue', 'vendor', ...order, ...items, '-o', `folder:${name}-sent`);
    const files = fs.readdirSync(path.join(world.folder, `${name}-sent`));
    const largest = Math.max(...files.map((file) => fs.statSync(path.join(world.folder, `${name}-sent`, file)).size));
    // Base64 is a third longer than what travels in windows of 262,144 bytes.
    expect(largest).toBeGreaterThan(262_144 * 1.4);
    for (const file of files) {
      const applied = client(address, 'apply', path.join(`${name}-sent`, file), '-o', `${name}-receipt.ferry-context`);
      expect(applied).toMatchObject({ exit: 0, stderr: '' });
    }
    const { stdout } = client(address, 'list');
    expect(stdout.match(/^Holding /gm)).toHaveLength(900);
  });

  it('tells what a container refused it for, and writes nothing then', async () => {
    const { address } = await container('Python', 'refusing', 'tcp://127.0.0.1:0');
    expect(client(address, 'context', '6000010', '-o', 'none.ferry-context')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('ISSUER_UNKNOWN (218)'),
    });
    expect(fs.existsSync(path.join(world.folder, 'none.ferry-context'))).toBe(false);
    const foreign = path.join(world.folder, 'foreign.ferry-update');
    fs.copyFileSync(path.join(world.folder, 'Python-tcp:.ferry-update'), foreign);
    expect(client(address, 'apply', 'foreign.ferry-update', '-o', 'none.ferry-context')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('NOT_ADDRESSED (111)'),
    });
  });
});
