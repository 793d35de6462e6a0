import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseReachableAddress } from '../../carriers/address.ts';
import { connectUsbip, type ImportedDevice } from '../../carriers/usbip/usbip-client.adapter.ts';
import { BROADCAST, REPORT_SIZE, reportsOf } from '../../container/wire/report.ts';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { ServedFerry } from '../end-to-end/served-ferry.ts';
import { load, TestFirm } from '../world/parties.ts';
import { asTestContainer } from './as-test-container.ts';
import { BareEcho } from './bare-echo.ts';
import { DiskClient } from './disk-client.ts';
import { runFerryProgram } from './ferry-program.ts';
import { type Figure, median, report } from './measure.ts';
import { millisecondsOf, residentOf } from './process-use.ts';

const ROUNDS = 9;
const ITEMS = 100;
const COMMANDS = 2000;
const READS = 400;
const ATTACHMENTS = 1000;
/** Of these, from one look at the heap to the next; the first are for what is kept once and for all. */
const LOOKED = 200;
const IDLE_SECONDS = 30;
const LARGE = 120 * 1024;
const SMALL = 4 * 1024;
/** Behind the files of the volume. */
const FIRST_FREE = 4096;
const CONFIGURE = { requestType: 0, request: 9, value: 1, index: 0, length: 0 } as const;

const world = new FerryWorld();
const inWorld = (name: string): string => path.join(world.folder, name);

beforeAll(() => {
  for (const name of ['dongle', 'unix-dongle']) {
    world.must('dongle', 'create', name, '--flash', '4M');
    const dongle = openDongle(inWorld(name));
    load(new TestFirm(), asTestContainer(dongle), ...Array.from({ length: ITEMS }, () => ({ quantity: 1 })));
    dongle.close();
  }
  for (const name of ['device', 'unix-device']) world.must('device', 'create', name);
});

afterAll(() => world.remove());

/** A dongle that is served by a process of its own, for as long as the work takes. */
async function served<T>(name: string, work: (server: ServedFerry) => Promise<T>): Promise<T> {
  const server = await ServedFerry.start('dongle', inWorld(name), [], ['--usbip', ':0', '--log', 'silent']);
  try {
    return await work(server);
  } finally {
    expect(await server.stop()).toBe(0);
  }
}

async function imported<T>(address: string, work: (dongle: ImportedDevice) => Promise<T>): Promise<T> {
  const place = parseReachableAddress(address);
  if (place.scheme !== 'usbip') throw new TypeError(address);
  const dongle = await connectUsbip({ ...place, patience: 30 });
  try {
    await dongle.control(CONFIGURE).completion;
    return await work(dongle);
  } finally {
    await dongle.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** One and the other in turns, in microseconds. */
async function inTurns(
  times: number,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<Pick<Figure, 'value'> & { readonly base: number }> {
  const [values, bases]: [number[], number[]] = [[], []];
  for (let time = 0; time < times; time++) {
    values.push(await timed(one));
    bases.push(await timed(other));
  }
  return { value: median(values) * 1000, base: median(bases) * 1000 };
}

/** Gives the dongle reports. @returns its answer, of one report */
async function ask(dongle: ImportedDevice, reports: Iterable<Uint8Array>): Promise<Uint8Array> {
  const answer = dongle.in(1, REPORT_SIZE).completion;
  for (const one of reports) await dongle.out(1, one).completion;
  const ended = await answer;
  return ended.status === 'done' ? ended.data : expect.fail(ended.status);
}

/** A channel to the container of the dongle, opened by reports. */
async function openChannel(dongle: ImportedDevice): Promise<number> {
  const opened = await ask(dongle, reportsOf(BROADCAST, 'open', new Uint8Array(8)));
  return new DataView(opened.buffer, opened.byteOffset).getUint16(17);
}

it('a command that fits one report each way takes at most three bare echoes', async () => {
  const echo = await BareEcho.start(REPORT_SIZE, REPORT_SIZE);
  await served('dongle', ({ address }) =>
    imported(address, async (dongle) => {
      const blink = [...reportsOf(await openChannel(dongle), 'blink', new Uint8Array())];
      const figure = await inTurns(
        COMMANDS,
        () => ask(dongle, blink),
        () => echo.ask(),
      );
      report('One report each way', [{ name: 'blink over usbip://, us', ...figure, target: 3 }]);
    }),
  );
  echo.stop();
});

it('the disk is read nearly as fast as bare bytes, and written as its file', async () => {
  const [large, echo] = [await BareEcho.start(31, LARGE), await BareEcho.start(64, 64)];
  const file = fs.openSync(inWorld('bare.img'), 'w');
  await served('dongle', ({ address }) =>
    imported(address, async (dongle) => {
      const disk = new DiskClient(dongle);
      await disk.ready();
      const [many, few] = [new Uint8Array(LARGE), new Uint8Array(SMALL)];
      let at = 0;
      const next = (bytes: number): number => {
        at = (at + bytes / 512) % 20_000;
        return FIRST_FREE + at;
      };
      const anywhere = (): number => {
        at = (at * 7919 + 13) % 2500;
        return FIRST_FREE + 8 * at;
      };
      const sequential = await inTurns(
        READS,
        () => disk.read(next(LARGE), many),
        () => large.ask(),
      );
      const random = await inTurns(
        COMMANDS,
        () => disk.read(anywhere(), few),
        async () => {
          for (let time = 0; time < 3; time++) await echo.ask();
        },
      );
      const written = await inTurns(
        READS / 4,
        async () => {
          await disk.write(next(LARGE), many);
          await disk.flush();
        },
        async () => {
          fs.writeSync(file, many, 0, LARGE, (next(LARGE) * 512) % 2 ** 23);
          fs.fdatasyncSync(file);
        },
      );
      report('The disk of a dongle', [
        { name: 'reads of 120 KiB / a bare transfer, us', ...sequential, target: 1.25 },
        { name: 'a read of 4 KiB anywhere / three bare echoes, us', ...random, target: 1.8 },
        { name: 'writes of 120 KiB, each flushed / to a file, us', ...written, target: 2 },
      ]);
    }),
  );
  fs.closeSync(file);
  for (const one of [large, echo]) one.stop();
});

it('a move over usbip:// takes at most three times as long as over unix:', async () => {
  const unix = await ServedFerry.start('dongle', inWorld('unix-dongle'), [`unix:${inWorld('s')}`], ['--log', 'silent']);
  await served('dongle', async ({ address }) => {
    const there = (from: string, to: string): number =>
      runFerryProgram(world.folder, 'move', '--from', from, '--to', to, '--all').took;
    const moved = (from: string, to: string): number => there(from, to) + there(to, from);
    const rounds = Array.from({ length: ROUNDS }, () => ({
      usbip: moved(address, 'sim:device'),
      unix: moved(unix.address, 'sim:unix-device'),
    }));
    const value = median(rounds.map(({ usbip }) => usbip));
    const base = median(rounds.map((round) => round.unix));
    report(`Move of ${ITEMS} items there and back`, [
      { name: 'over usbip:// / over unix:, ms', value, base, target: 3 },
    ]);
  });
  await unix.stop();
});

it('a dongle that nobody asks anything uses next to nothing', async () => {
  await served('dongle', ({ address, process: server }) =>
    imported(address, async (dongle) => {
      await ask(dongle, reportsOf(await openChannel(dongle), 'blink', new Uint8Array()));
      // As a computer's driver does: it waits for reports for as long as the dongle is there.
      const held = dongle.in(1, REPORT_SIZE);
      const used = [millisecondsOf(server)];
      for (let times = 0; times < 2; times++) {
        await pause(IDLE_SECONDS * 1000);
        used.push(millisecondsOf(server));
      }
      held.unlink();
      const [start = 0, middle = 0, end = 0] = used;
      report('Attached and idle', [
        { name: `CPU in the ${IDLE_SECONDS} s after an answer, ms`, value: middle - start, target: 30 },
        { name: `CPU in the next ${IDLE_SECONDS} s, ms`, value: end - middle, target: 30 },
        { name: 'resident memory, MiB', value: residentOf(server), target: 90 },
      ]);
    }),
  );
});

it('attaching and detaching again and again leaves nothing in memory', async () => {
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `--import ${pathToFileURL(path.join(import.meta.dirname, 'tell-heap.mjs'))}`;
  const server = served('dongle', async ({ address, process: id, log }) => {
    const looks = [];
    for (let round = 1; round <= ATTACHMENTS + LOOKED; round++) {
      await imported(address, openChannel);
      if (round % LOOKED === 0) looks.push(await liveBytesOf(id, log, looks.length + 1));
    }
    return looks;
  });
  if (before === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = before;
  const [first = 0, ...later] = await server;
  const value = (later.at(-1) ?? Number.NaN) - first;
  report(`Attached and detached ${ATTACHMENTS} times`, [
    { name: 'bytes that the heap grows by in each', value: value / ATTACHMENTS, target: 1024 },
  ]);
});

/** What the server says of its heap when it is asked for the `count`th time. */
async function liveBytesOf(server: number, log: () => string, count: number): Promise<number> {
  process.kill(server, 'SIGUSR2');
  for (;;) {
    const told = [...log().matchAll(/^live bytes: (\d+)$/gm)];
    if (told.length === count) return Number(told.at(-1)?.[1]);
    await pause(10);
  }
}
