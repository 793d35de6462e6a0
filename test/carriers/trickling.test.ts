import net from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseListenAddress } from '../../carriers/address.ts';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { ContainerServer } from '../../carriers/server/container-server.ts';
import { hello, welcome } from '../../container/commands/device/messages.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { crypto, makeContainer } from '../world/parties.ts';
import { PATIENT } from './suite.ts';

const folder = temporaryFolders();
const PATIENCE = 0.3;
/** Milliseconds between two bytes: often enough to be never silent. */
const EVERY = 20;

/** Sends these bytes, one now and then, until the other side has enough. */
function trickle(socket: net.Socket, bytes: Uint8Array): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < bytes.length) socket.write(bytes.subarray(sent, ++sent));
  }, EVERY);
  socket.on('error', () => undefined);
  socket.on('close', () => clearInterval(timer));
  onTestFinished(() => void socket.destroy());
}

function connected(address: string): net.Socket {
  return address.startsWith('unix:')
    ? net.connect({ path: address.slice('unix:'.length) })
    : net.connect(Number(address.split(':').at(-1)), '127.0.0.1');
}

const listenAt = (scheme: string): string => (scheme === 'unix' ? `unix:${path.join(folder(), 's')}` : 'tcp://:0');

describe.each(['unix', 'tcp'])('over %s', (scheme) => {
  it('a client that sends a byte now and then is let go, and the others are served', async () => {
    const { container } = makeContainer('dongle', 1);
    const serial = '3-1';
    const server = new ContainerServer({
      name: serial,
      client: () => container.client(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      crypto,
      clock: steadyClock,
      limits: { owed: PATIENCE, idle: 60 },
    });
    onTestFinished(() => server.close());
    const address = await server.listen(parseListenAddress(listenAt(scheme)));
    const socket = connected(address);
    socket.resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    trickle(socket, encodeFrame('hello', 0, new Uint8Array(30_000)));
    const client = openCarrier(address, PATIENT);
    onTestFinished(() => client.close());
    expect((await client.call('list', {})).serial).toBe(serial);
    await closed;
    expect((await client.call('list', {})).serial).toBe(serial);
  });

  it('a server that sends a byte of its answer now and then is left', async () => {
    const server = net.createServer(async (socket) => {
      const greeting = await new FrameSource(socket, 'the client').next();
      const read = hello.decode(greeting?.payload ?? NO_BYTES);
      const nonce = read.ok ? read.value.nonce : NO_BYTES;
      socket.write(encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce })));
      trickle(socket, encodeFrame('answer', 1, new Uint8Array(30_000)));
    });
    const at = listenAt(scheme);
    await new Promise<void>((resolve) => {
      if (scheme === 'unix') server.listen(at.slice('unix:'.length), resolve);
      else server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const address = scheme === 'unix' ? at : `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const client = openCarrier(address, { ...PATIENT, patience: PATIENCE });
    onTestFinished(() => client.close());
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_SLOW' });
  });
});

describe('over http', () => {
  it('a service that sends a byte of its answer now and then is left', async () => {
    const server = net.createServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n');
      trickle(socket, new Uint8Array(5000).fill(0x20));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const client = openCarrier(address, { ...PATIENT, patience: PATIENCE });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_SLOW' });
  });
});
