import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ContainerServer } from '../../../carriers/server/container-server.ts';
import { SERVER_LIMITS } from '../../../carriers/server/server-port.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { call, failure, hello } from '../../../container/commands/device/messages.ts';
import { steadyClock } from '../../../container/crypto/native/system-env.adapter.ts';
import { codeOfNumber } from '../../../container/errors.ts';
import { encodeFrame } from '../../../container/wire/frame.ts';
import { FrameSource } from '../../../container/wire/frame-source.ts';
import { crypto, makeContainer } from '../../world/parties.ts';
import { SILENT } from '../benches.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));

function serverOf(client: ContainerClient): ContainerServer {
  return new ContainerServer({ name: 'it', client: () => client, log: SILENT, crypto, clock: steadyClock });
}

/** A client's end of a stream that is served. */
class Served {
  readonly stream: Duplex;
  readonly ended: Promise<void>;
  readonly #frames: FrameSource;

  constructor(server: ContainerServer, carrier = 'unix', remoteAddress?: string) {
    const [here, there] = duplexPair();
    this.stream = here;
    here.on('error', () => undefined);
    this.#frames = new FrameSource(here, 'the server');
    this.ended = server.serve(remoteAddress === undefined ? there : Object.assign(there, { remoteAddress }), carrier);
  }

  /** What is said to that: the kind of frame, or the code of a failure; undefined when the server closed. */
  async say(bytes: Uint8Array): Promise<string | undefined> {
    this.stream.write(bytes);
    return this.hear();
  }

  async hear(): Promise<string | undefined> {
    const frame = await this.#frames.next();
    const read = frame?.kind === 'failure' ? failure.decode(frame.payload) : undefined;
    return read?.ok ? codeOfNumber(read.value.number) : frame?.kind;
  }
}

function callOf(name: 'list' | 'unlock', body: Uint8Array): Uint8Array {
  const { code } = codecsOf(name);
  return encodeFrame('call', 1, call.encode({ command: code, size: body.length, hash: null, body }));
}

describe('a server', () => {
  it('takes a PIN over TCP from this computer only', async () => {
    const server = serverOf(makeContainer('dongle', 1).container.client());
    onTestFinished(() => server.close());
    const sealed = codecsOf('unlock').request.encode({ sealed: new Uint8Array(113) });
    for (const [from, code] of [
      ['127.0.0.1', 'PIN_NOT_SET'],
      ['::1', 'PIN_NOT_SET'],
      ['::ffff:127.0.0.1', 'PIN_NOT_SET'],
      ['10.0.0.7', 'PIN_NOT_TAKEN'],
      ['::ffff:10.0.0.7', 'PIN_NOT_TAKEN'],
    ] as const) {
      const client = new Served(server, 'tcp', from);
      await client.say(HELLO);
      expect([from, await client.say(callOf('unlock', sealed))]).toEqual([from, code]);
    }
  });

  it('holds as many connections as it says, and lets the one go for a further one that has waited longest', async () => {
    const server = serverOf(makeContainer('dongle', 1).container.client());
    onTestFinished(() => server.close());
    const clients = Array.from({ length: SERVER_LIMITS.connections + 1 }, () => new Served(server));
    expect(clients).toHaveLength(65);
    await clients[0]?.ended;
    expect(await Promise.all(clients.slice(1).map((client) => client.say(HELLO)))).toEqual(
      Array.from({ length: 64 }, () => 'welcome'),
    );
  });

  it('that closes goes on to the end of an answer, and takes nobody in', async () => {
    let answer: () => void = () => undefined;
    let asked: () => void = () => undefined;
    const [isAsked, mayAnswer] = [
      new Promise<void>((resolve) => {
        asked = resolve;
      }),
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
    ];
    const container = makeContainer('dongle', 1).container.client();
    const server = serverOf({
      call: async (name, request) => {
        asked();
        await mayAnswer;
        return container.call(name, request);
      },
      close: () => container.close(),
    });
    const [working, idle] = [new Served(server), new Served(server)];
    await Promise.all([working.say(HELLO), idle.say(HELLO)]);
    const said = working.say(callOf('list', codecsOf('list').request.encode({})));
    await isAsked;
    const closed = server.close();
    expect(await new Served(server).hear()).toBe('CARRIER_BUSY');
    await idle.ended;
    answer();
    expect(await said).toBe('answer');
    await Promise.all([closed, working.ended]);
  });
});
