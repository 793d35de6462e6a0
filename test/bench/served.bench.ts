import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { ServedFerry } from '../end-to-end/served-ferry.ts';
import { load, TestFirm } from '../world/parties.ts';
import { asTestContainer } from './as-test-container.ts';
import { runFerryProgram } from './ferry-program.ts';
import { type Figure, median, report } from './measure.ts';
import { millisecondsOf, residentOf } from './process-use.ts';

const ROUNDS = 9;
const ITEMS = 100;
const CALLS = 2000;
const IDLE_SECONDS = 30;

const world = new FerryWorld();
const inWorld = (name: string): string => path.join(world.folder, name);

beforeAll(() => {
  for (const name of ['dongle', 'served-dongle']) {
    world.must('dongle', 'create', name, '--flash', '4M');
    const dongle = openDongle(inWorld(name));
    load(new TestFirm(), asTestContainer(dongle), ...Array.from({ length: ITEMS }, () => ({ quantity: 1 })));
    dongle.close();
  }
  for (const name of ['device', 'served-device']) world.must('device', 'create', name);
});

afterAll(() => world.remove());

it('a move between served containers takes at most half as long again as between folders', async () => {
  const served = await Promise.all([
    ServedFerry.start('dongle', inWorld('served-dongle'), [`unix:${inWorld('dongle.sock')}`], ['--log', 'silent']),
    ServedFerry.start('device', inWorld('served-device'), [`unix:${inWorld('device.sock')}`], ['--log', 'silent']),
  ]);
  const [dongle, device] = served.map(({ address }) => address) as [string, string];
  const there = (from: string, to: string): number =>
    runFerryProgram(world.folder, 'move', '--from', from, '--to', to, '--all').took;
  const moved = (from: string, to: string): number => there(from, to) + there(to, from);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    unix: moved(dongle, device),
    sim: moved('sim:dongle', 'sim:device'),
  }));
  await Promise.all(served.map((one) => one.stop()));
  const figure: Figure = {
    name: `process of a move of ${ITEMS} items there and back over unix:, ms`,
    value: median(rounds.map(({ unix }) => unix)),
    base: median(rounds.map(({ sim }) => sim)),
    target: 1.5,
  };
  report('Move over unix: over the same over sim:', [figure]);
});

it('a small command takes at most three times as long as the echo of the same bytes', async () => {
  const served = await ServedFerry.start('device', inWorld('device'), [`unix:${inWorld('s')}`], ['--log', 'silent']);
  const client = openCarrier(served.address, {
    crypto: nativeCrypto(),
    random: systemEnv().random,
    clock: steadyClock,
    patience: 30,
  });
  const sizes = await bytesOfCall(inWorld('s'));
  const echo = await startEcho(inWorld('echo'), sizes);
  const socket = net.connect(inWorld('echo'));
  await once(socket, 'connect');
  const request = Buffer.alloc(sizes.asked);
  await client.call('list', {});
  const [calls, echoes]: [number[], number[]] = [[], []];
  for (let call = 0; call < CALLS; call++) {
    calls.push(await timed(() => client.call('list', {})));
    echoes.push(await timed(() => echoed(socket, request, sizes.answered)));
  }
  socket.destroy();
  echo.kill();
  await client.close();
  await served.stop();
  const [value, base] = [median(calls) * 1000, median(echoes) * 1000];
  report('One small command', [{ name: `list over unix:, ${sizes.answered} bytes, us`, value, base, target: 3 }]);
});

it('a served container that nobody asks anything uses next to nothing', async () => {
  const figures = await Promise.all((['dongle', 'device'] as const).map(idle));
  report('Served and idle, with one client connected', figures.flat());
});

/** What a container uses in the time after its last answer, in which the collector of garbage runs, and in the time after that. */
async function idle(kind: 'dongle' | 'device'): Promise<Figure[]> {
  const served = await ServedFerry.start(kind, inWorld(kind), [`unix:${inWorld(`idle-${kind}`)}`]);
  const client = openCarrier(served.address, {
    crypto: nativeCrypto(),
    random: systemEnv().random,
    clock: steadyClock,
    patience: 30,
  });
  await client.call('list', {});
  const used = [millisecondsOf(served.process)];
  for (let times = 0; times < 2; times++) {
    await pause(IDLE_SECONDS * 1000);
    used.push(millisecondsOf(served.process));
  }
  const resident = residentOf(served.process);
  await client.close();
  expect(await served.stop()).toBe(0);
  const [start = 0, middle = 0, end = 0] = used;
  return [
    { name: `${kind}, CPU in the ${IDLE_SECONDS} s after an answer, ms`, value: middle - start, target: 30 },
    { name: `${kind}, CPU in the next ${IDLE_SECONDS} s, ms`, value: end - middle, target: 30 },
    { name: `${kind}, resident memory, MiB`, value: resident, target: 90 },
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The bytes of one `list` on the wire, there and back, as a socket in between sees them. */
async function bytesOfCall(served: string): Promise<{ readonly asked: number; readonly answered: number }> {
  let [asked, answered] = [0, 0];
  const between = net.createServer((client) => {
    const server = net.connect(served);
    client.on('data', (piece) => {
      asked += piece.length;
      server.write(piece);
    });
    server.on('data', (piece) => {
      answered += piece.length;
      client.write(piece);
    });
    client.on('close', () => server.destroy());
  });
  await new Promise<void>((resolve) => between.listen(`${served}-between`, resolve));
  const env = { crypto: nativeCrypto(), random: systemEnv().random, clock: steadyClock, patience: 30 };
  const client = openCarrier(`unix:${served}-between`, env);
  await client.call('list', {});
  [asked, answered] = [0, 0];
  await client.call('list', {});
  await client.close();
  between.close();
  return { asked, answered };
}

async function startEcho(file: string, sizes: { asked: number; answered: number }): Promise<ChildProcess> {
  const program = path.join(import.meta.dirname, 'echo-server.mjs');
  const child = spawn(process.execPath, [program, file, String(sizes.asked), String(sizes.answered)]);
  await once(child.stdout, 'data');
  return child;
}

function echoed(socket: net.Socket, request: Uint8Array, answered: number): Promise<void> {
  return new Promise((resolve) => {
    let received = 0;
    const take = (piece: Uint8Array): void => {
      received += piece.length;
      if (received < answered) return;
      socket.off('data', take);
      resolve();
    };
    socket.on('data', take);
    socket.write(request);
  });
}
