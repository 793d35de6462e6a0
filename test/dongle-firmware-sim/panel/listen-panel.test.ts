import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PanelScene, SERIAL } from './panel-scene.ts';

let scene: PanelScene;
let address: string;
beforeEach(async () => {
  scene = new PanelScene();
  address = await scene.listen();
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks as any program may, with headers of its choice. */
async function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const request = http.request(url, { method, headers, agent: false });
  request.end(body);
  const [response]: [http.IncomingMessage] = (await once(request, 'response')) as [http.IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(pieces).toString() };
}

function act(request: object, headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' }) {
  return ask(`${address}do`, { method: 'POST', headers, body: JSON.stringify({ dongle: SERIAL, request }) });
}

describe('the panel in a network', () => {
  it('gives its page, its style and its script, and lets them load nothing from elsewhere', async () => {
    const page = await ask(address);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.text).not.toMatch(/https?:\/\//);
    for (const name of ['panel.css', 'panel.js']) expect((await ask(`${address}${name}`)).status).toBe(200);
  });

  it.each([
    ['no secret', '/'],
    ['another secret of that length', `/${'A'.repeat(24)}/`],
    ['a shorter one', '/A/'],
  ])('has nothing for whoever has %s', async (_, path) => {
    expect((await ask(new URL(path, address).href)).status).toBe(404);
  });

  it('has a new secret each time, which is long', async () => {
    const [one, other] = [address, await new PanelScene().listen()].map((url) => new URL(url).pathname);
    expect(one).toMatch(/^\/[\w-]{24}\/$/);
    expect(one).not.toBe(other);
  });

  it.each([
    ['a foreign name', { host: 'evil.example' }, 421],
    ['a page of another site', { origin: 'http://evil.example' }, 403],
    ['another site of the browser', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('answers no request under or of %s, although it has the secret', async (_, headers, status) => {
    expect((await ask(address, { headers })).status).toBe(status);
    expect(
      (await act({ ask: 'set', faults: ['unplug'] }, { ...headers, 'content-type': 'application/json' })).status,
    ).toBe(status);
    expect(scene.faults.board.isGone).toBe(false);
  });

  it('is there for who has the secret however many others hold connections, and fills no log for them', async () => {
    const { hostname, port } = new URL(address);
    const idle = Array.from({ length: 40 }, () => net.connect(Number(port), hostname).on('error', () => undefined));
    onTestFinished(() => idle.forEach((socket) => void socket.destroy()));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect((await ask(address)).status).toBe(200);
    for (let asked = 0; asked < 30; asked++) expect((await ask(new URL('/', address).href)).status).toBe(404);
    expect(scene.warned).toEqual(Array(10).fill('panel.refused'));
  });

  it('is found under the name at which it was asked to be', async () => {
    // A name for this computer that every system knows.
    const named = await scene.listen('127.1');
    expect(named).toContain('http://127.1:');
    expect((await ask(named, { headers: { host: '127.1' } })).status).toBe(200);
    expect((await ask(named, { headers: { host: '127.2' } })).status).toBe(421);
  });

  it('takes no deed from a form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await act({ ask: 'set', faults: ['unplug'] }, form)).status).toBe(415);
    expect((await ask(`${address}do`)).status).toBe(405);
    expect(scene.faults.board.isGone).toBe(false);
  });

  it('has nothing else beside, above or below', async () => {
    for (const path of ['nothing', '../', 'panel.js/', '..%2f..%2fferry.js', '__proto__'])
      expect((await ask(`${address}${path}`)).status).toBe(404);
  });

  it('sets and clears faults, and says what is no fault', async () => {
    const set = await act({ ask: 'set', faults: ['drop 3 reports'] });
    expect([set.status, JSON.parse(set.text).faults]).toEqual([
      200,
      [{ id: 1, fault: 'drop 3 reports', state: 'active', left: 3 }],
    ]);
    const refused = await act({ ask: 'set', faults: ['explode'] });
    const why = expect.stringMatching(/^"explode" is no fault: "explode" may not stand/);
    expect([refused.status, JSON.parse(refused.text)]).toEqual([422, { ok: false, why }]);
    expect(JSON.parse((await act({ ask: 'clear', id: 1 })).text).faults).toEqual([]);
  });

  it.each(['', '{', 'null', '[]', '{"dongle":"3-9","request":{"ask":"list"}}', `"${'x'.repeat(1000)}"`])(
    'refuses other bodies: %s',
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      expect((await ask(`${address}do`, { method: 'POST', headers, body })).status).toBe(422);
    },
  );

  it('bears who leaves in the middle of a request, and says nothing of it', async () => {
    const { hostname, port, pathname } = new URL(address);
    const leaving = net.connect(Number(port), hostname);
    await once(leaving, 'connect');
    const head = `POST ${pathname}do HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n`;
    leaving.write(`${head}expect: 100-continue\r\n\r\n`);
    await once(leaving, 'data');
    leaving.write('{"dongle":');
    leaving.destroy();
    for (let asked = 0; asked < 3; asked++) expect((await ask(address)).status).toBe(200);
    expect(scene.warned).toEqual([]);
  });

  it('refuses a body without end', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = 'x'.repeat(300 * 1024);
    expect((await ask(`${address}do`, { method: 'POST', headers, body })).status).toBe(413);
  });

  it('tells at once what there is, and what is new as soon as it is done', async () => {
    const request = http.get(`${address}events`, { agent: false });
    const [response]: [http.IncomingMessage] = (await once(request, 'response')) as [http.IncomingMessage];
    let text = '';
    const told = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted)) text += String((await once(response, 'data'))[0]);
    };
    await told(`"serial":"${SERIAL}"`);
    expect(text).not.toContain('"isPluggedIn":false');
    await act({ ask: 'set', faults: ['unplug'] });
    await told('"isPluggedIn":false');
    request.destroy();
  });
});
