import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerryWorld } from '../../end-to-end/ferry-world.ts';
import { ServedFerry } from '../../end-to-end/served-ferry.ts';
import { startFerry } from '../../end-to-end/started-ferry.ts';
import { CASES } from './tried.ts';
import { WIRE_CASES } from './wire-scene.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../../dist/ferry.js');
const world = new FerryWorld();

beforeAll(() => {
  world.must('device', 'create', 'device');
});
afterAll(() => world.remove());

async function conformance(address: string, ...more: readonly string[]) {
  const { exit, stdout, stderr } = await startFerry(world, ['conformance', address, '--writes', '--json', ...more])
    .ended;
  return { exit, stderr, report: JSON.parse(stdout) };
}

describe('our own device, served by a process of its own', () => {
  it('conforms at a Unix socket, the wire included', { timeout: 60_000 }, async () => {
    const at = `unix:${path.join(world.folder, 'socket')}`;
    const served = await ServedFerry.start('device', path.join(world.folder, 'device'), [at]);
    try {
      const { exit, report } = await conformance(served.address);
      const passed = CASES.length + WIRE_CASES.length;
      expect({ exit, ...report }).toMatchObject({ exit: 0, verdict: 'conforms', passed, failed: 0, licensesLeft: 0 });
    } finally {
      await served.stop();
    }
  });

  it('passes on its standard streams what does not need two connections at once', { timeout: 60_000 }, async () => {
    const command = `exec:"${process.execPath}" "${PROGRAM}" device serve device --stdio`;
    const ofWire = ['wire-hello', 'wire-garbled-record', 'wire-two-connections'];
    const cases = [...CASES.map(({ id }) => id), ...ofWire].flatMap((id) => ['--case', id]);
    const { exit, report } = await conformance(command, ...cases);
    expect({ exit, ...report }).toMatchObject({ exit: 0, passed: CASES.length + 2, failed: 0, skipped: 1 });
    const skipped = report.cases.filter(({ outcome }: { outcome: string }) => outcome === 'skipped');
    expect(skipped).toMatchObject([{ id: 'wire-two-connections', reason: expect.stringContaining('one connection') }]);
  });
});
