import { once } from 'node:events';
import net from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connectUsbip } from '../../carriers/usbip/usbip-client.adapter.ts';
import { listenUsbip } from '../../dongle-firmware-sim/usb/usbip-server.adapter.ts';
import { ECHO, EchoDevice, sourceBytes } from '../dongle-firmware-sim/usb/echo-device.ts';
import { type Figure, median, report } from './measure.ts';

const HOST = '127.0.0.1';
/** What Linux reads of a disk at most in one transfer. */
const READ = 120 * 1024;
const READS = 400;
const ROUNDS = 25;
/** Rounds in which the engine learns what is run often. */
const FIRST_ROUNDS = 5;
const ASKED = 48;

/** Milliseconds of the processor for all reads, one after the other: other programs make them no longer. */
async function timed(read: () => Promise<number>): Promise<number> {
  const start = process.cpuUsage();
  let bytes = 0;
  for (let at = 0; at < READS; at++) bytes += await read();
  const { user, system } = process.cpuUsage(start);
  expect(bytes).toBe(READS * READ);
  return (user + system) / 1000;
}

/** Reads from a server that answers every 48 bytes with as many as a transfer has. */
async function bareRead(): Promise<() => Promise<number>> {
  const answer = sourceBytes(READ);
  const server = net.createServer({ noDelay: true }, (socket) => {
    let asked = 0;
    socket.on('data', (piece) => {
      for (asked += piece.length; asked >= ASKED; asked -= ASKED) socket.write(answer);
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const socket = net.connect({ host: HOST, port: (server.address() as net.AddressInfo).port, noDelay: true });
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  let arrived = 0;
  let whole: (bytes: number) => void = () => undefined;
  socket.on('data', (piece) => {
    arrived += piece.length;
    if (arrived >= READ) whole(arrived);
  });
  const question = new Uint8Array(ASKED);
  return () => {
    arrived = 0;
    socket.write(question);
    return new Promise((resolve) => {
      whole = resolve;
    });
  };
}

async function usbipRead(): Promise<() => Promise<number>> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const listening = await listenUsbip({ host: HOST, port: 0 }, new Map([['1-1', new EchoDevice()]]), log);
  onTestFinished(() => listening.close());
  const port = Number(listening.address.split(':').at(-1));
  const device = await connectUsbip({ host: HOST, port, patience: 10, busid: '1-1' });
  const space = new Uint8Array(READ);
  return async () => {
    const completion = await device.in(ECHO.source, space).completion;
    return completion.status === 'done' ? completion.data.length : 0;
  };
}

it('reads over USB/IP take at most a quarter more of the processor than the same bytes over TCP', async () => {
  const [bare, usbip] = [await bareRead(), await usbipRead()];
  const rounds: { readonly bare: number; readonly usbip: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push({ bare: await timed(bare), usbip: await timed(usbip) });
  const figure: Figure = {
    name: `${READS} reads of 120 KiB over usbip:// into the same memory, ms of the processor`,
    value: median(rounds.slice(FIRST_ROUNDS).map((round) => round.usbip)),
    base: median(rounds.slice(FIRST_ROUNDS).map((round) => round.bare)),
    target: 1.25,
  };
  report('USB/IP over bare TCP, both ends in one process', [figure]);
});
