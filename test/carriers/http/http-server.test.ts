import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerLimits } from '../../../carriers/server/server-port.ts';
import { stateHash } from '../../../container/engine/state.ts';
import { armor } from '../../../container/files/armor.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { HeldContexts } from './held-contexts.ts';
import { type RawConnection, ServedScene, statusesIn } from './served-scene.ts';
import { device, nextUpdate, ONE, SERIAL } from './service-scene.ts';

const served: ServedScene[] = [];
afterEach(async () => {
  for (const one of served.splice(0)) await one.close();
});

async function serve(limits: Partial<ServerLimits> = {}) {
  const { it, firm } = device();
  const scene = await ServedScene.start(it, limits);
  served.push(scene);
  return { scene, it, firm, state: () => stateHash(it.container.state) };
}

const HOST = 'Host: 127.0.0.1\r\n';
const GET = `GET /containers HTTP/1.1\r\n${HOST}`;
const put = (length: number, more = ''): string =>
  `PUT ${ONE}/update HTTP/1.1\r\n${HOST}Content-Type: application/octet-stream\r\nContent-Length: ${length}\r\n${more}\r\n`;

describe('a served device service', () => {
  it('answers the three transactions to any HTTP client', async () => {
    const { scene, it, firm } = await serve();
    expect(await (await fetch(`${scene.url}/containers`)).json()).toEqual([SERIAL]);
    const context = await fetch(`${scene.url}${ONE}/context?firm=6000010`, { headers: { accept: 'text/plain' } });
    expect(await context.text()).toMatch(/^-----BEGIN LICENSE FERRY CONTEXT FILE-----/);
    const headers = { 'content-type': 'application/octet-stream' };
    const body = armor(nextUpdate(firm, it));
    const done = await fetch(`${scene.url}${ONE}/update`, { method: 'PUT', headers, body });
    expect([done.status, done.headers.get('license-ferry-applied')]).toEqual([200, '1']);
  });

  it('says to HEAD what GET would say, without the body', async () => {
    const { scene } = await serve();
    const answer = await fetch(`${scene.url}/containers`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '19', '']);
  });

  it('answers several requests of one connection in their order', async () => {
    const { scene } = await serve();
    const connection = scene.connect(`${GET}\r\nGET /nothing HTTP/1.1\r\n${HOST}\r\n${GET}Connection: close\r\n\r\n`);
    expect(statusesIn(await connection.ended)).toEqual([200, 404, 200]);
  });

  it('asks for a body only when it is going to take it', async () => {
    const { scene, it, firm } = await serve();
    const update = nextUpdate(firm, it);
    const wanted = scene.connect(put(update.length, 'Expect: 100-continue\r\nConnection: close\r\n'));
    await wanted.until('HTTP/1.1 100 Continue');
    wanted.socket.write(update);
    expect(statusesIn(await wanted.ended)).toEqual([100, 200]);
    const unwanted = scene.connect(put(FORMAT.fileBytes * 2, 'Expect: 100-continue\r\n'));
    await unwanted.until('MESSAGE_TOO_LARGE');
    expect(statusesIn(unwanted.text)).toEqual([413]);
    unwanted.socket.destroy();
  });

  it('lets a client that sends too much see why it is refused', async () => {
    const { scene } = await serve();
    const headers = { 'content-type': 'application/octet-stream' };
    const body = new Uint8Array(5 * 1024 * 1024);
    const answer = await fetch(`${scene.url}${ONE}/update`, { method: 'PUT', headers, body });
    expect(answer.status).toBe(413);
  });

  it('tells its operator what was done and what was refused, and never what was sent', async () => {
    const { scene } = await serve();
    await fetch(`${scene.url}${ONE}`);
    await fetch(`${scene.url}/secret`);
    expect(scene.log).toContainEqual({ event: 'command.ended', connection: 1, command: 'list' });
    expect(scene.log).toContainEqual({ event: 'request.refused', connection: expect.any(Number), status: 404 });
    expect(JSON.stringify(scene.log)).not.toContain('secret');
  });
});

describe('what is no HTTP', () => {
  it.each<[string, string, number]>([
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a hello of the other protocol', 'LF1 hello\r\n\r\n', 400],
    ['a length and chunks at once', `${put(5, 'Transfer-Encoding: chunked\r\n')}0\r\n\r\n${GET}\r\n`, 400],
    ['two lengths', `${put(5, 'Content-Length: 6\r\n')}hello`, 400],
    ['a negative length', `${put(-1)}`, 400],
    ['a space before the colon', 'GET /containers HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n', 400],
    ['a folded header', `${GET}X: a\r\n b\r\n\r\n`, 400],
    ['no host', 'GET /containers HTTP/1.1\r\n\r\n', 400],
    ['two hosts', `${GET}Host: evil.example\r\nConnection: close\r\n\r\n`, 400],
    ['headers that never end', `${GET}X: ${'x'.repeat(20_000)}`, 431],
    ['too many headers', `${GET}${'X: y\r\n'.repeat(64)}Connection: close\r\n\r\n`, 431],
  ])('is refused, and nothing behind it is taken for a request: %s', async (_, said, status) => {
    const { scene, state } = await serve();
    const before = state();
    expect(statusesIn(await scene.connect(said).ended)).toEqual([status]);
    expect(state()).toBe(before);
    expect((await fetch(`${scene.url}/containers`)).status).toBe(200);
  });

  it('is not helped by asking for another protocol or a tunnel', async () => {
    const { scene } = await serve();
    const upgrade = scene.connect(`${GET}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`);
    expect(statusesIn(await upgrade.ended)).toEqual([200]);
    expect(statusesIn(await scene.connect(`CONNECT evil.example:80 HTTP/1.1\r\n${HOST}\r\n`).ended)).toEqual([]);
  });
});

describe('clients that are slow or go away', () => {
  it.each<[string, string]>([
    ['says nothing', ''],
    ['sends half a request line', 'GET /cont'],
    ['sends half its headers', GET],
    ['sends half a body', `${put(1000)}half`],
  ])('are told so after the time for a pause: one that %s', async (_, said) => {
    const { scene, state } = await serve({ owed: 0.05 });
    const before = state();
    expect(statusesIn(await scene.connect(said).ended)).toEqual([408]);
    expect(state()).toBe(before);
  });

  it('cannot hold a request open by sending a little now and then', async () => {
    const { scene } = await serve({ owed: 0.1 });
    const connection = scene.connect(GET);
    const dribble = setInterval(() => connection.socket.write('X'), 20);
    const answer = await connection.ended;
    clearInterval(dribble);
    expect(statusesIn(answer)).toEqual([408]);
  });

  it('that keep a connection for the next request are let go without a word', async () => {
    const { scene } = await serve({ owed: 0.3 });
    expect(statusesIn(await scene.connect(`${GET}\r\n`).ended)).toEqual([200]);
  });

  it('change nothing when they break off in a body, and leave no memory taken', async () => {
    const { scene, it, firm } = await serve({ bodyBytes: 20_000 });
    for (let time = 0; time < 10; time++) {
      const connection = scene.connect(`${put(20_000)}${'x'.repeat(15_000)}`);
      await new Promise<void>((resolve) => connection.socket.once('connect', () => resolve()));
      connection.socket.end();
      await connection.ended;
    }
    const headers = { 'content-type': 'application/octet-stream' };
    const body = Buffer.from(nextUpdate(firm, it));
    expect((await fetch(`${scene.url}${ONE}/update`, { method: 'PUT', headers, body })).status).toBe(200);
  });

  it('are asked to come again when bodies take all the memory that there is for them', async () => {
    const { scene } = await serve({ bodyBytes: 20_000 });
    const connection = scene.connect(`${put(30_000)}${'x'.repeat(30_000)}`);
    await connection.until('CARRIER_BUSY');
    expect(connection.text).toMatch(/^retry-after: 5$/im);
    expect(statusesIn(connection.text)).toEqual([503]);
    connection.socket.destroy();
  });
});

describe('a crowd', () => {
  it('of a thousand that only hold connections keeps nobody else out', async () => {
    const { scene, it, firm } = await serve({ connections: 16 });
    const crowd: RawConnection[] = [];
    const client = scene.client();
    for (let at = 0; at < 1000; at++) {
      crowd.push(scene.connect(at % 2 === 0 ? GET : `${put(1000)}half`));
      if (at % 100 === 0) expect((await client.call('list', {})).serial).toBe(SERIAL);
    }
    const report = await client.call('apply', { update: nextUpdate(firm, it) });
    expect(report.entries).toHaveLength(1);
    for (const { socket } of crowd) socket.destroy();
    await Promise.all(crowd.map(({ ended }) => ended));
  });

  it('of which all are being answered makes the next one wait', async () => {
    const { it } = device();
    const held = new HeldContexts(it);
    const scene = await ServedScene.start(it, { connections: 2 }, held.client);
    served.push(scene);
    const context = `GET ${ONE}/context?firm=6000010 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    const first = [scene.connect(context), scene.connect(context)];
    await held.begun(2);
    await expect(scene.client().call('list', {})).rejects.toMatchObject({ code: 'CARRIER_BUSY' });
    held.letGo();
    for (const { ended } of first) expect(statusesIn(await ended)).toEqual([200]);
  });
});

describe('the end of a service', () => {
  it('finishes what is being answered and lets everybody else go', async () => {
    const { it } = device();
    const held = new HeldContexts(it);
    const scene = await ServedScene.start(it, {}, held.client);
    const idle = scene.connect(`${GET}\r\n`);
    await idle.until(SERIAL);
    const half = scene.connect(`${put(1000)}half`);
    const busy = scene.connect(`GET ${ONE}/context?firm=6000010 HTTP/1.1\r\n${HOST}\r\n`);
    await held.begun(1);
    const closing = scene.close();
    expect(statusesIn(await idle.ended)).toEqual([200]);
    expect(statusesIn(await half.ended)).toEqual([]);
    held.letGo();
    expect(statusesIn(await busy.ended)).toEqual([200]);
    await closing;
    const late = net.connect({ host: '127.0.0.1', port: scene.port });
    await expect(new Promise((_, reject) => late.once('error', reject))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('is not begun where another one is served, nor below a path', async () => {
    const { scene, it } = await serve();
    for (const address of [scene.url, 'http://:0/below'])
      await expect(ServedScene.start(it, {}, () => it.container.client(), address)).rejects.toMatchObject({
        code: 'ADDRESS_TAKEN',
      });
  });
});
