import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseListenAddress } from '../../carriers/address.ts';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { ContainerServer } from '../../carriers/server/container-server.ts';
import { call, hello } from '../../container/commands/device/messages.ts';
import { COMMANDS } from '../../container/commands/index.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { Hash } from '../../container/model/ids.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { crypto, makeContainer } from '../world/parties.ts';
import { SILENT } from './benches.ts';
import { PATIENT } from './suite.ts';

const LIMITS = { bodyBytes: 800_000, connections: 8, owed: 20 };
/** What a connection may always take. */
const SHARE = 100_000;
const HOG = 199_000;
const HOGS = 4;

/** Begins a body that takes all but a last byte, over the device protocol, and is read as far. */
async function hogTcp(port: number, number: number): Promise<net.Socket> {
  const socket = connect(port);
  const hash = toHex(crypto.sha256(Uint8Array.of(number))) as Hash;
  const announced = { command: COMMANDS.apply.code, size: HOG + 1, hash, body: new Uint8Array() };
  socket.write(encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) })));
  socket.write(encodeFrame('call', 1, call.encode(announced)));
  const frames = new FrameSource(socket, 'the server');
  for (const due of ['welcome', 'more']) expect((await frames.next())?.kind).toBe(due);
  for (let sent = 0; sent < HOG; sent += 32_000)
    socket.write(encodeFrame('data', 1, new Uint8Array(Math.min(32_000, HOG - sent))));
  return socket;
}

async function hogHttp(port: number): Promise<net.Socket> {
  const socket = connect(port);
  const head = `PUT /containers/3-1/update HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n`;
  socket.write(`${head}Content-Length: ${HOG + 1}\r\n\r\n`);
  socket.write(new Uint8Array(HOG));
  return socket.resume();
}

function connect(port: number): net.Socket {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  onTestFinished(() => void socket.destroy());
  return socket.on('error', () => undefined);
}

describe.each([
  ['tcp', 'tcp://:0', hogTcp],
  ['http', 'http://:0', hogHttp],
] as const)('bodies over %s that fill the memory for bodies and do not come to their end', (_, listen, hog) => {
  /** A server whose memory hogs have filled, with a clock that goes on when told to. */
  async function crowded() {
    const clock = { now: 0 };
    const { container } = makeContainer('dongle', 1);
    const server = new ContainerServer({
      name: '3-1',
      client: () => container.client(),
      log: SILENT,
      crypto,
      clock: () => clock.now,
      limits: LIMITS,
    });
    const address = await server.listen(parseListenAddress(listen));
    onTestFinished(() => server.close());
    const hogs: net.Socket[] = [];
    for (let number = 0; number < HOGS; number++) {
      const socket = await hog(Number(address.split(':').at(-1)), number);
      await new Promise<void>((resolve) => socket.write('', () => resolve()));
      hogs.push(socket);
    }
    onTestFinished(() => {
      for (const socket of hogs) socket.destroy();
    });
    const apply = async (size: number): Promise<unknown> => {
      const client = openCarrier(address, { ...PATIENT, patience: 5 });
      onTestFinished(() => client.close());
      return client.call('apply', { update: new Uint8Array(size) }).catch((error) => error.code);
    };
    return { clock, apply };
  }

  it('keep none out that stays within its share of it', async () => {
    const { apply } = await crowded();
    // Both are read to their end and refused for what they are.
    for (const size of [50_000, SHARE - 1000]) expect(await apply(size)).toBe('FILE_MALFORMED');
  });

  it('keep a larger one out for a while only', async () => {
    const { apply, clock } = await crowded();
    clock.now = 11;
    expect(await apply(HOG)).toBe('FILE_MALFORMED');
  });
});
