import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openCarrier } from '../../../carriers/open-carrier.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { listing } from '../../../container/commands/list.ts';
import { steadyClock } from '../../../container/crypto/native/system-env.adapter.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { armor } from '../../../container/files/armor.ts';
import { toHex } from '../../../container/model/bytes.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, seededEnv, TestFirm } from '../../world/parties.ts';
import { ServedScene } from './served-scene.ts';
import { device, nextUpdate, ONE, SERIAL } from './service-scene.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const env = { crypto, random: seededEnv('client').random, clock: steadyClock, patience: 0.5 };

async function serve() {
  const { it, firm } = device();
  const scene = await ServedScene.start(it);
  closing.push(() => scene.close());
  return { scene, it, firm };
}

describe('the client of a device service', () => {
  it('lists, makes contexts and applies as a client beside the container does', async () => {
    const { scene, it, firm } = await serve();
    const client = scene.client();
    const seen = await client.call('list', {});
    expect(toHex(listing.encode(seen))).toBe(toHex(listing.encode(it.container.run('list', {}))));
    const dongle = makeContainer('dongle', 7);
    load(new TestFirm(6000020), dongle, { quantity: 3 });
    const request = { certificate: dongle.certificate, firmCode: null };
    const { context } = await client.call('context', request);
    const { updates } = dongle.container.run(
      'issue',
      issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 2 }] }),
    );
    for (const update of updates) {
      const { receipt, entries } = await client.call('apply', { update });
      expect(entries.map(({ reason }) => reason)).toEqual([0]);
      expect(dongle.container.run('settle', { context: receipt })).toMatchObject({ pending: 0 });
    }
    for (const firmCode of [6000010, 6000020])
      expect((await client.call('context', { certificate: null, firmCode })).context.length).toBeGreaterThan(100);
    expect((await client.call('apply', { update: nextUpdate(firm, it) })).applied).toBe(2);
    await client.close();
  });

  it('is refused in the words of the catalogue, with what they name', async () => {
    const { scene, it, firm } = await serve();
    const client = scene.client();
    const failing = (code: string, details: object) => expect.objectContaining({ code, details });
    await expect(client.call('context', { certificate: null, firmCode: 1 })).rejects.toEqual(
      failing('ISSUER_UNKNOWN', { here: SERIAL, issuer: 'firm 1' }),
    );
    firm.issue(it, { kind: 'add', grants: [firm.grant(it.key).raw] });
    nextUpdate(firm, it);
    const gap = firm.update(it, { first: 3 });
    const beside = await it.container
      .client()
      .call('apply', { update: gap })
      .catch((error: unknown) => error);
    await expect(client.call('apply', { update: gap })).rejects.toMatchObject({
      code: 'UPDATE_GAP',
      details: (beside as { details: object }).details,
    });
  });

  it('offers no orders of the owner, and no use', async () => {
    const { scene, it } = await serve();
    const client = scene.client();
    const dongle = makeContainer('dongle', 7);
    const { context } = dongle.container.run('context', { certificate: it.certificate, firmCode: null });
    await expect(client.call('issue', issueRequest({ context, first: 1, parts: [] }))).rejects.toMatchObject({
      code: 'COMMAND_NOT_OFFERED',
    });
    await expect(client.call('history', {})).rejects.toMatchObject({ code: 'COMMAND_NOT_OFFERED' });
  });

  it('reaches the container that its address names, and says when that one is not there', async () => {
    const { scene } = await serve();
    expect((await scene.client(`${scene.url}${ONE}`).call('list', {})).serial).toBe(SERIAL);
    await expect(scene.client(`${scene.url}/containers/130-1`).call('list', {})).rejects.toMatchObject({
      code: 'NO_CONTAINER',
    });
    await expect(scene.client(`${scene.url}/elsewhere`).call('list', {})).rejects.toMatchObject({
      code: 'REQUEST_WRONG',
    });
  });

  it('carries update files of the largest size', async () => {
    const it = makeContainer('soft', 2_459_324_738, { size: 40 * 1024 * 1024 });
    const firm = new TestFirm();
    const grants = Array.from({ length: 64 * 79 }, () => firm.grant(it.key, { text: 'x'.repeat(250) }).raw);
    for (let at = 0; at < grants.length; at += 64) firm.issue(it, { kind: 'add', grants: grants.slice(at, at + 64) });
    const update = firm.update(it);
    expect(update.length).toBeGreaterThan(1.98 * 1024 * 1024);
    const scene = await ServedScene.start(it);
    closing.push(() => scene.close());
    const client = scene.client();
    expect((await client.call('apply', { update })).applied).toBe(79);
    expect((await client.call('list', {})).holdings).toHaveLength(grants.length);
    const headers = { 'content-type': 'application/octet-stream' };
    const asText = await fetch(`${scene.url}${ONE}/update`, { method: 'PUT', headers, body: armor(update) });
    expect([asText.status, asText.headers.get('license-ferry-skipped')]).toEqual([200, '79']);
  });

  it('gives one update to a container that takes it from two sides at once, and it counts once', async () => {
    const { scene, it, firm } = await serve();
    const update = nextUpdate(firm, it);
    const clients = [scene.client(), scene.client(), scene.client()];
    const reports = await Promise.all(clients.map((client) => client.call('apply', { update })));
    expect(reports.map(({ entries }) => entries.length).sort()).toEqual([0, 0, 1]);
    expect(it.container.run('list', {}).holdings).toHaveLength(2);
  });
});

/** A server that does as it likes with each connection. @returns its port */
async function badServer(treat: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as net.AddressInfo).port;
}

/** Answers every connection with those bytes, and does not close it unless told to. @param path of the client's address */
async function lie(answer: string, end: 'end' | 'stay' = 'end', path = ONE): Promise<ContainerClient> {
  const bytes = Buffer.from(answer, 'latin1');
  const port = await badServer((socket) => {
    socket.once('data', () => (end === 'end' ? socket.end(bytes) : socket.write(bytes)));
  });
  return openCarrier(`http://:${port}${path}`, env);
}

const listingOf = (type: string, length: number, body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`;
const ANSWER = 'application/vnd.license-ferry.answer';
const refusedWith = (status: string, document: unknown): string => {
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

describe('a service that lies', () => {
  it.each<[string, string, 'end' | 'stay', string]>([
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n', 'end', 'CARRIER_GARBLED'],
    ['says nothing and closes', '', 'end', 'CARRIER_LOST'],
    ['says nothing', '', 'stay', 'CARRIER_TIMEOUT'],
    ['stops in its headers', 'HTTP/1.1 200 OK\r\nContent-', 'stay', 'CARRIER_TIMEOUT'],
    ['sends less than it says', listingOf(ANSWER, 100, 'short'), 'end', 'CARRIER_LOST'],
    ['never sends the rest', listingOf(ANSWER, 100, 'short'), 'stay', 'CARRIER_TIMEOUT'],
    ['sends garbage', listingOf(ANSWER, 5, 'hello'), 'end', 'CARRIER_GARBLED'],
    ['sends nothing at all', listingOf(ANSWER, 0, ''), 'end', 'CARRIER_GARBLED'],
    ['sends a page', listingOf('text/html', 6, '<html>'), 'end', 'CARRIER_GARBLED'],
    ['sends no media type', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'end', 'CARRIER_GARBLED'],
    ['sends headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'stay', 'CARRIER_GARBLED'],
    [
      'leads elsewhere',
      'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n',
      'end',
      'CARRIER_GARBLED',
    ],
    ['says that there is nothing new', 'HTTP/1.1 304 Not Modified\r\n\r\n', 'end', 'CARRIER_GARBLED'],
    [
      'says a length and chunks',
      `HTTP/1.1 200 OK\r\nContent-Type: ${ANSWER}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'end',
      'CARRIER_GARBLED',
    ],
    [
      'refuses by a page',
      'HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>',
      'end',
      'CARRIER_GARBLED',
    ],
    ['refuses without a number', refusedWith('422 No', { code: 'UPDATE_GAP' }), 'end', 'CARRIER_GARBLED'],
    ['refuses by something that is not JSON', refusedWith('422 No', '{"number":'), 'end', 'CARRIER_GARBLED'],
    [
      'refuses at length',
      refusedWith('422 No', { number: 228, details: { x: 'x'.repeat(70_000) } }),
      'end',
      'CARRIER_GARBLED',
    ],
    ['refuses for a reason of the future', refusedWith('422 No', { number: 9_999 }), 'end', 'PEER_REFUSED'],
  ])('is found out: one that %s', async (_, answer, end, code) => {
    const client = await lie(answer, end);
    await expect(client.call('list', {})).rejects.toMatchObject({ code });
  });

  it('does not choose the words of an error, nor make it long', async () => {
    const { number } = CATALOGUE.UPDATE_GAP;
    const long = `"first":"${'x'.repeat(5000)}","__proto__":"1","more":-1.5,"${'y'.repeat(100)}":"z"`;
    const document = `{"number":${number},"code":"FORGED","happened":"Call 555!","details":{${long}}}`;
    const client = await lie(refusedWith('422 No', document));
    const error = await client.call('list', {}).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'UPDATE_GAP' });
    expect((error as Error).message).not.toContain('555');
    for (const [name, value] of Object.entries((error as { details: object }).details)) {
      expect(name.length).toBeLessThanOrEqual(32);
      expect(String(value).length).toBeLessThanOrEqual(512);
    }
  });

  it('cannot send without end', async () => {
    const port = await badServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n');
      const more = (): void => {
        while (socket.write(Buffer.alloc(64 * 1024, 0x20)));
      };
      socket.on('drain', more);
      socket.on('data', more);
    });
    const client = openCarrier(`http://:${port}`, env);
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
  });

  it.each([
    ['several containers', '["130-1","130-2"]', 'ADDRESS_WRONG'],
    ['none', '[]', 'NO_CONTAINER'],
    ['paths', '["../../etc"]', 'CARRIER_GARBLED'],
    ['something else', '{"containers":["130-1"]}', 'CARRIER_GARBLED'],
    ['no UTF-8', '["\xff"]', 'CARRIER_GARBLED'],
  ])('is not followed when it lists %s', async (_, body, code) => {
    const client = await lie(listingOf('application/json', body.length, body), 'end', '');
    const told = await client.call('list', {}).catch((fault: unknown) => fault);
    expect(told).toMatchObject({ code });
    if (code === 'ADDRESS_WRONG') expect((told as Error).message).toContain('130-1, 130-2');
  });

  it('is told apart from one that is not there', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(openCarrier(`http://:${port}`, env).call('list', {})).rejects.toMatchObject({
      code: 'CARRIER_UNREACHABLE',
    });
  });
});
