import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenSocket } from '../../carriers/socket/listen-socket.adapter.ts';
import { serveStream } from '../../carriers/stream/serve-stream.ts';
import { call, hello } from '../../container/commands/device/messages.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { bodyStoreOf } from '../container/wire/body-store-of.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));
const callOf = (id: number): Uint8Array =>
  encodeFrame('call', id, call.encode({ command: 1, size: 1, hash: null, body: Uint8Array.of(0) }));
const now = (): number => performance.now() / 1000;

const folder = temporaryFolders();

type Accept = (stream: net.Socket) => void;

/** How each kind of server is listened at and reached by a client. */
const CARRIERS = {
  tcp: async (accept: Accept) => {
    const { address, close } = await listenSocket({ scheme: 'tcp', host: '127.0.0.1', port: 0 }, accept);
    return { close, client: net.connect(Number(address.split(':').at(-1)), '127.0.0.1') };
  },
  unix: async (accept: Accept) => {
    const socket = path.join(folder(), 'socket');
    const { close } = await listenSocket({ scheme: 'unix', path: socket }, accept);
    return { close, client: net.connect(socket) };
  },
};

/** Serves one client; commands are answered with that many bytes: at once, or when the client has closed its side. */
async function serve(carrier: keyof typeof CARRIERS, size: number, when: 'at once' | 'late') {
  let ended: Promise<unknown> = Promise.resolve();
  let served: Promise<unknown> = Promise.resolve();
  const commands = async (): Promise<Uint8Array> => {
    if (when === 'late') await ended;
    return new Uint8Array(size);
  };
  const bodies = bodyStoreOf(now, 1000);
  const side = {
    newSession: () => commands,
    bodies,
    crypto: nativeCrypto(),
    isLine: false,
    pace: { now, rate: 1000, patience: 10 },
  };
  const { client, close } = await CARRIERS[carrier]((stream) => {
    ended = once(stream, 'end');
    served = serveStream(stream, side, { owed: 10, idle: 10 });
  });
  onTestFinished(async () => {
    client.destroy();
    await close();
  });
  return { client, end: () => served };
}

async function heard(client: net.Socket): Promise<readonly string[]> {
  const frames = new FrameSource(client, 'the server');
  const kinds: string[] = [];
  for (let frame = await frames.next(); frame !== undefined; frame = await frames.next()) kinds.push(frame.kind);
  return kinds;
}

describe.each(Object.keys(CARRIERS) as (keyof typeof CARRIERS)[])(
  'a client of %s: that says its last word and sends no more',
  (carrier) => {
    it('is answered, however late the answer is', async () => {
      const { client, end } = await serve(carrier, 1, 'late');
      client.end(Buffer.concat([HELLO, callOf(1)]));
      expect(await heard(client)).toEqual(['welcome', 'answer']);
      expect(await end()).toBeUndefined();
    });

    it('gets all answers, though it takes none of them before it has said all', async () => {
      const { client, end } = await serve(carrier, 1000, 'at once');
      const calls = Array.from({ length: 3000 }, (_, at) => callOf(at + 1));
      client.pause();
      await new Promise<void>((resolve) => client.end(Buffer.concat([HELLO, ...calls]), resolve));
      expect(await heard(client)).toEqual(['welcome', ...calls.map(() => 'answer')]);
      expect(await end()).toBeUndefined();
    });
  },
);
