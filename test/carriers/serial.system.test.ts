import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCarrier, openPipe } from '../../carriers/open-carrier.ts';
import { call, hello, welcome } from '../../container/commands/device/messages.ts';
import { COMMANDS } from '../../container/commands/index.ts';
import { equalBytes } from '../../container/model/bytes.ts';
import { setOwnerPin } from '../../container/owner-client.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { crypto, root } from '../world/parties.ts';
import { benchHere } from './benches.ts';
import { loadedDongle } from './loaded-dongle.ts';
import { carrierSuite, PATIENT } from './suite.ts';

/** Two serial lines that are one wire, made by socat. */
async function wire(
  folder: string,
): Promise<{ readonly ends: readonly [string, string]; readonly socat: ChildProcess }> {
  const ends = [path.join(folder, 'here'), path.join(folder, 'there')] as const;
  const socat = spawn('socat', ['-d', '-d', ...ends.map((link) => `pty,raw,echo=0,link=${link}`)]);
  await new Promise<void>((resolve, reject) => {
    socat.once('error', reject);
    socat.once('exit', (code) => reject(new Error(`socat ended with ${code}`)));
    socat.stderr.on('data', (text) => String(text).includes('starting data transfer loop') && resolve());
  });
  return { ends, socat };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit').once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

beforeAll(async () => {
  if (spawnSync('socat', ['-V']).error !== undefined)
    throw new Error('These tests need the tool socat: apt-get install -y socat');
  await import('serialport').catch(() => {
    throw new Error('These tests need the package serialport: npm install serialport');
  });
});

async function serialBench(folder: string, limits = {}) {
  const { ends, socat } = await wire(path.dirname(folder));
  const bench = await benchHere(folder, `serial:${ends[0]}`, { limits });
  return {
    ...bench,
    address: `serial:${ends[1]}`,
    end: ends[1],
    close: async () => {
      await bench.close();
      await ended(socat);
    },
  };
}

carrierSuite('a serial line', (folder) => serialBench(folder), 'one');

describe('a serial line', () => {
  const dongle = { current: undefined as ReturnType<typeof loadedDongle> | undefined };
  afterAll(() => dongle.current?.remove());

  it('serves the next client after noise, and after one that died within a frame', async () => {
    dongle.current = loadedDongle();
    const bench = await serialBench(dongle.current.folder, { owed: 0.2 });
    try {
      for (const left of [
        Buffer.from('\r\nlogin: LF'),
        encodeFrame('data', 3, new Uint8Array(3000)).subarray(0, 500),
      ]) {
        fs.writeFileSync(bench.end, left);
        const client = openCarrier(bench.address, PATIENT);
        expect((await client.call('list', {})).serial).toBe(dongle.current.serial);
        await client.close();
      }
    } finally {
      await bench.close();
    }
  });

  it('takes the PIN of an owner who left for nobody who comes after, not even for one who says no hello', async () => {
    const left = loadedDongle();
    const bench = await serialBench(left.folder);
    try {
      const owner = openCarrier(bench.address, PATIENT);
      const { certificate } = await owner.call('list', {});
      await setOwnerPin(owner, '4711-blue', { crypto, random: PATIENT.random, root, certificate });
      await owner.call('history', {});
      await owner.close();
      const stranger = await openPipe(bench.address, PATIENT);
      const nonce = PATIENT.random(8);
      const asked = { command: COMMANDS.history.code, size: 1, hash: null, body: COMMANDS.history.request.encode({}) };
      await stranger.write(encodeFrame('call', 9, call.encode(asked)));
      await stranger.write(encodeFrame('hello', 0, hello.encode({ version: 1, nonce })));
      const frames = new FrameSource(stranger.arriving, 'the line');
      const said: string[] = [];
      for (let isOver = false; !isOver; ) {
        const frame = await frames.next();
        said.push(frame?.kind ?? 'the end');
        const greeting = frame?.kind === 'welcome' ? welcome.decode(frame.payload) : undefined;
        isOver = frame === undefined || (greeting?.ok === true && equalBytes(greeting.value.nonce, nonce));
      }
      await stranger.close();
      expect(said.slice(-2)).toEqual(['failure', 'welcome']);
    } finally {
      await bench.close();
      left.remove();
    }
  });

  it('that is not there cannot be reached, and says so', async () => {
    const client = openCarrier('serial:/dev/nothing-here', PATIENT);
    await expect(client.call('list', {})).rejects.toMatchObject({
      code: 'CARRIER_UNREACHABLE',
      details: { why: 'No such file or directory' },
    });
  });
});
