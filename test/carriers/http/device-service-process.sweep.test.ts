import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryWorld } from '../../end-to-end/ferry-world.ts';
import { ServedFerry } from '../../end-to-end/served-ferry.ts';
import { RawConnection, statusesIn } from './served-scene.ts';
import { SERIAL } from './service-scene.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PROGRAM = path.join(ROOT, 'dist/ferry.js');

let ready: FerryWorld;
beforeAll(() => {
  ready = new FerryWorld();
  ready.setUp();
}, 60_000);
afterAll(() => ready.remove());

let world: FerryWorld;
let served: ServedFerry;
beforeEach(async () => {
  world = ready.copy();
  served = await ServedFerry.start('device', path.join(world.folder, 'device'), ['http://:0']);
  return async () => {
    if (served.isRunning) await served.stop();
    world.remove();
  };
});

describe('a device service as a process', () => {
  it('is the target of a move, and ends well when it is asked to', async () => {
    const item = world.item(2);
    expect(world.must('move', '--from', 'sim:dongle', '--to', served.address, '--item', item)).toContain('2 seats');
    expect(world.must('list', served.address)).toContain(SERIAL);
    expect(await served.stop()).toBe(0);
    expect([world.seats('dongle'), world.seats('device')]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  }, 60_000);

  it('gives contexts and takes files for whoever carries them, and refuses to give licenses away', () => {
    world.must('certificate', 'sim:dongle', '-o', 'dongle.ferry-certificate');
    world.must('context', served.address, '--for', 'dongle.ferry-certificate', '-o', 'asked.ferry-context');
    const item = world.item(1);
    world.must('issue', 'sim:dongle', '--context', 'asked.ferry-context', '--item', item, '-o', 'new.ferry-update');
    world.must('apply', `${served.address}/containers/${SERIAL}`, 'new.ferry-update', '-o', 'receipt.ferry-context');
    world.must('settle', 'sim:dongle', 'receipt.ferry-context');
    const refused = world.run('move', '--from', served.address, '--to', 'sim:dongle', '--all');
    expect([refused.exit, refused.stderr]).toEqual([3, expect.stringContaining('OWNER_NOT_OVER_HTTP')]);
    expect(world.seats('dongle')).toEqual({ held: 4, pending: 0 });
  }, 60_000);

  it('is left by a killed server as it was, and goes on where a move was broken off', async () => {
    await served.kill();
    const broken = world.run('move', '--from', 'sim:dongle', '--to', served.address, '--item', world.item(2));
    expect([broken.exit, broken.stderr]).toEqual([5, expect.stringContaining('CARRIER_UNREACHABLE')]);
    served = await ServedFerry.start('device', path.join(world.folder, 'device'), [served.address]);
    world.must('move', '--from', 'sim:dongle', '--to', served.address, '--item', world.item(2));
    await served.stop();
    expect(world.seats('device')).toEqual({ held: 2, pending: 0 });
  }, 60_000);

  it('is reached by the names that its operator gave, and by no other', async () => {
    await served.stop();
    served = await ServedFerry.start(
      'device',
      path.join(world.folder, 'device'),
      ['http://:0'],
      ['--http-name', 'plc.example'],
    );
    const port = Number(new URL(served.address).port);
    const ask = (host: string) =>
      new RawConnection(port, `GET /containers HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`).ended;
    expect(statusesIn(await ask(`plc.example:${port}`))).toEqual([200]);
    expect(statusesIn(await ask('evil.example'))).toEqual([421]);
  }, 60_000);
});

describe('names for a device service', () => {
  it.each([
    ['without a service that could use them', ['--listen', 'tcp://:0', '--http-name', 'plc.example']],
    ['with a port', ['--listen', 'http://:0', '--http-name', 'plc.example:8080']],
    ['with a scheme', ['--listen', 'http://:0', '--http-name', 'http://plc.example']],
  ])('are refused %s', (_, args) => {
    const refused = world.run('device', 'serve', 'other', ...args);
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining('USAGE_WRONG')]);
  });
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** What the document tells its reader to type, but for the server, which runs. */
function typedLines(address: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, 'docs/device-service.md'), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => /^(ferry|curl) /.test(line) && !line.includes('serve'))
    .map((line) => line.replace('http://127.0.0.1:8080', address));
}

describe('the document of the device service', () => {
  it.skipIf(!hasCurl)(
    'has lines that can all be typed, in order',
    () => {
      const lines = typedLines(served.address);
      expect(lines.filter((line) => line.startsWith('curl ')).length).toBeGreaterThan(5);
      const script = `set -e\nferry() { "${process.execPath}" "${PROGRAM}" "$@"; }\n${lines.join('\n')}`;
      const env = { ...process.env, FERRY_STATE: path.join(world.folder, 'state'), ...world.variables };
      const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: world.folder, env, encoding: 'utf8' });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(fs.readFileSync(path.join(world.folder, 'text.ferry-context'), 'utf8')).toMatch(
        /^-----BEGIN LICENSE FERRY/,
      );
      expect(fs.readFileSync(path.join(world.folder, 'raw.ferry-context'))[0]).toBe(0x94);
      expect(world.json('list', served.address).containers[0].holdings).toHaveLength(2);
    },
    60_000,
  );
});
