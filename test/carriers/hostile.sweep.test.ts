import { createHash } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openCarrier } from '../../carriers/open-carrier.ts';
import type { Facts } from '../../carriers/server/server-port.ts';
import { answer, call, failure, hello, more, welcome } from '../../container/commands/device/messages.ts';
import { COMMANDS } from '../../container/commands/index.ts';
import { codeOfNumber } from '../../container/errors.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import type { Hash } from '../../container/model/ids.ts';
import { encodeFrame, type Frame } from '../../container/wire/frame.ts';
import { FrameSource } from '../../container/wire/frame-source.ts';
import { benchHere, SILENT } from './benches.ts';
import { loadedDongle } from './loaded-dongle.ts';
import { PATIENT } from './suite.ts';

const HELLO = encodeFrame('hello', 0, hello.encode({ version: 1, nonce: new Uint8Array(8) }));
const HASH = '11'.repeat(32) as Hash;
const callOf = (id: number, command: number, body = NO_BYTES): Uint8Array =>
  encodeFrame('call', id, call.encode({ command, size: body.length, hash: null, body }));
const portOf = (address: string): number => Number(address.split(':').at(-1));

/** What a server says to these bytes, until it closes or as many frames have come. */
async function saidTo(address: string, bytes: readonly Uint8Array[], frames = Number.POSITIVE_INFINITY) {
  const socket = net.connect(portOf(address), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  for (const piece of bytes) socket.write(piece);
  const source = new FrameSource(socket, 'the server');
  const said: Frame[] = [];
  while (said.length < frames) {
    const frame = await source.next().catch(() => undefined);
    if (frame === undefined) break;
    said.push(frame);
  }
  return said.map(({ kind, payload }) => {
    const read = kind === 'failure' ? failure.decode(payload) : undefined;
    return read?.ok ? codeOfNumber(read.value.number) : kind;
  });
}

describe('a server', () => {
  let dongle: ReturnType<typeof loadedDongle>;
  let bench: Awaited<ReturnType<typeof benchHere>>;
  const limits = { owed: 0.15, idle: 5, connections: 16 };
  beforeEach(async () => {
    dongle = loadedDongle();
    bench = await benchHere(dongle.folder, 'tcp://:0', { limits });
  });
  afterEach(async () => {
    await bench.close();
    dongle.remove();
  });

  const wrongMagic = Buffer.from(HELLO).fill(0x58, 0, 1);
  const tooLong = Buffer.from(HELLO).fill(0xff, 8, 12);
  const big = (size: number) => encodeFrame('call', 1, call.encode({ command: 1, size, hash: HASH, body: NO_BYTES }));
  it.each([
    ['garbage', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], ['CARRIER_GARBLED']],
    ['another magic', [wrongMagic], ['CARRIER_GARBLED']],
    ['a length that is too large', [tooLong], ['CARRIER_GARBLED']],
    ['half a frame and silence', [HELLO.subarray(0, 20)], []],
    ['half a request and silence', [HELLO, big(100_000)], ['welcome', 'more']],
    ['a call before hello', [callOf(1, 1)], ['CARRIER_GARBLED']],
    [
      'what only a server sends',
      [HELLO, encodeFrame('more', 1, more.encode({ from: 0 }))],
      ['welcome', 'CARRIER_GARBLED'],
    ],
    [
      'another version',
      [encodeFrame('hello', 0, hello.encode({ version: 9, nonce: new Uint8Array(8) }))],
      ['PROTOCOL_VERSION'],
    ],
    [
      'a record outside its schema',
      [HELLO, encodeFrame('call', 1, Buffer.from('nonsense'))],
      ['welcome', 'CARRIER_GARBLED'],
    ],
  ])('ends the conversation after %s', async (_, bytes, said) => {
    expect(await saidTo(bench.address, bytes)).toEqual(said);
  });

  const data = encodeFrame('data', 1, new Uint8Array(10));
  it.each([
    ['data without a call, which are passed over', [data, callOf(2, 999)], ['COMMAND_NOT_OFFERED']],
    ['an unknown command', [callOf(1, 999)], ['COMMAND_NOT_OFFERED']],
    ['the command check, which is for software beside it', [callOf(1, COMMANDS.check.code)], ['COMMAND_NOT_OFFERED']],
    ['the command use, which is for software beside it', [callOf(1, COMMANDS.use.code)], ['COMMAND_NOT_OFFERED']],
    ['the command write-data, which is so, too', [callOf(1, COMMANDS['write-data'].code)], ['COMMAND_NOT_OFFERED']],
    ['a request outside its schema', [callOf(1, COMMANDS.list.code, Buffer.from('nonsense'))], ['FILE_MALFORMED']],
    ['an announcement of 4 GiB', [big(0xffffffff)], ['MESSAGE_TOO_LARGE']],
    ['a body with another hash', [big(20_000), encodeFrame('data', 1, new Uint8Array(20_000))], ['more', 'BODY_GONE']],
    [
      'a body that is longer than announced',
      [big(20_000), encodeFrame('data', 1, new Uint8Array(20_001))],
      ['more', 'BODY_GONE'],
    ],
  ])('refuses %s, and goes on', async (_, bytes, said) => {
    const all = [HELLO, ...bytes, callOf(9, 999)];
    expect(await saidTo(bench.address, all, said.length + 2)).toEqual(['welcome', ...said, 'COMMAND_NOT_OFFERED']);
  });

  it('serves a client that works, among a thousand connections that do nothing', async () => {
    const client = openCarrier(bench.address, PATIENT);
    onTestFinished(() => client.close());
    await client.call('list', {});
    const sockets = Array.from({ length: 1000 }, () => net.connect(portOf(bench.address), '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (const socket of sockets) socket.on('error', () => undefined);
    await client.call('apply', { update: dongle.update });
    expect((await client.call('list', {})).holdings).toHaveLength(dongle.items + dongle.more);
  });

  it('sets no memory aside for what is only announced', async () => {
    const before = process.memoryUsage().rss;
    const flood = Array.from({ length: 200 }, (_, at) =>
      encodeFrame(
        'call',
        at + 1,
        call.encode({
          command: 1,
          size: 4 * 1024 * 1024,
          hash: createHash('sha256').update(String(at)).digest('hex') as Hash,
          body: NO_BYTES,
        }),
      ),
    );
    const said = await saidTo(bench.address, [HELLO, ...flood], 201);
    expect(said.filter((word) => word === 'more')).toHaveLength(200);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });

  it('lets a client go that never takes its answer', async () => {
    const other = loadedDongle();
    onTestFinished(() => other.remove());
    const file = path.join(other.folder, '../socket');
    let tell: (why: unknown) => void = () => undefined;
    const told = new Promise<unknown>((resolve) => {
      tell = resolve;
    });
    const info = (event: string, facts: Facts = {}): void => {
      if (event === 'connection.closed') tell(facts.why);
    };
    const slow = await benchHere(other.folder, `unix:${file}`, { limits, log: { ...SILENT, info } });
    onTestFinished(() => slow.close());
    const socket = net.connect({ path: file });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(Buffer.concat([HELLO, ...Array.from({ length: 20_000 }, (_, at) => callOf(at + 1, 999))]));
    expect(await told).toBe('an answer was not taken');
  });
});

describe('a client', () => {
  /** A server that says what a script tells for each frame that comes. */
  async function scripted(script: (frame: Frame, say: (...bytes: Uint8Array[]) => void, end: () => void) => void) {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      const source = new FrameSource(socket, 'the client');
      const run = async (): Promise<void> => {
        for (let frame = await source.next(); frame !== undefined; frame = await source.next())
          script(
            frame,
            (...bytes) => bytes.forEach((piece) => void socket.write(piece)),
            () => socket.destroy(),
          );
      };
      run().catch(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const client = openCarrier(`tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`, {
      ...PATIENT,
      patience: 0.3,
    });
    onTestFinished(async () => {
      await client.close();
      await new Promise((resolve) => server.close(resolve));
    });
    return client;
  }
  const greet = ({ payload }: Frame): Uint8Array => {
    const read = hello.decode(payload);
    return encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: read.ok ? read.value.nonce : NO_BYTES }));
  };
  const announced = (id: number, size: number): Uint8Array =>
    encodeFrame('answer', id, answer.encode({ size, hash: HASH, body: NO_BYTES }));

  it.each<[string, string, (frame: Frame) => Uint8Array[] | 'end']>([
    ['answers with garbage', 'CARRIER_GARBLED', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n')]],
    ['answers nothing', 'CARRIER_TIMEOUT', () => []],
    ['closes at once', 'CARRIER_LOST', () => 'end'],
    [
      'answers another hello',
      'CARRIER_GARBLED',
      () => [encodeFrame('welcome', 0, welcome.encode({ version: 1, nonce: new Uint8Array(8) }))],
    ],
    [
      'answers a call that was not made',
      'CARRIER_GARBLED',
      (frame) => [frame.kind === 'hello' ? greet(frame) : encodeFrame('answer', 7, NO_BYTES)],
    ],
    [
      'announces 4 GiB',
      'CARRIER_GARBLED',
      (frame) => [frame.kind === 'hello' ? greet(frame) : announced(frame.call, 0xffffffff)],
    ],
    [
      'answers more than it announced',
      'CARRIER_GARBLED',
      (frame) => [
        frame.kind === 'hello'
          ? greet(frame)
          : frame.kind === 'call'
            ? announced(frame.call, 20_000)
            : encodeFrame('data', frame.call, new Uint8Array(20_001)),
      ],
    ],
    [
      'answers something else than it announced, again and again',
      'CARRIER_GARBLED',
      (frame) => [
        frame.kind === 'hello'
          ? greet(frame)
          : frame.kind === 'call'
            ? announced(frame.call, 20_000)
            : encodeFrame('data', frame.call, new Uint8Array(20_000)),
      ],
    ],
    [
      'refuses for a reason of the future',
      'PEER_REFUSED',
      (frame) => [
        frame.kind === 'hello'
          ? greet(frame)
          : encodeFrame('failure', frame.call, failure.encode({ number: 9999, details: [] })),
      ],
    ],
    [
      'tells of a defect',
      'PEER_DEFECT',
      (frame) => [
        frame.kind === 'hello'
          ? greet(frame)
          : encodeFrame('failure', frame.call, failure.encode({ number: 811, details: [] })),
      ],
    ],
  ])('of a server that %s fails with %s', async (_, code, answers) => {
    const client = await scripted((frame, say, end) => {
      const said = answers(frame);
      if (said === 'end') end();
      else say(...said);
    });
    await expect(client.call('list', {})).rejects.toMatchObject({ code });
  });
});
