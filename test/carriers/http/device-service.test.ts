import { beforeEach, describe, expect, it } from 'vitest';
import { MEDIA } from '../../../carriers/http/http-message.ts';
import { applyReport } from '../../../container/commands/apply.ts';
import { listing } from '../../../container/commands/list.ts';
import { FerryError } from '../../../container/errors.ts';
import { armor, unarmor } from '../../../container/files/armor.ts';
import { decodeBase64 } from '../../../container/files/base64.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { signCertifiedTime } from '../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../container/files/test-root.ts';
import { toHex, utf8 } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, makeContainer, root, TestFirm } from '../../world/parties.ts';
import { type Asked, jsonBody, nextUpdate, ONE, SERIAL, ServiceScene } from './service-scene.ts';

const CONTEXT = `${ONE}/context`;
const UPDATE = `${ONE}/update`;

let scene: ServiceScene;
beforeEach(() => {
  scene = new ServiceScene();
});

describe('the three transactions', () => {
  it('list the serial numbers, none before the container is certified', async () => {
    expect(jsonBody(await scene.ask({}))).toEqual([SERIAL]);
    expect(jsonBody(await new ServiceScene({ serial: null }).ask({}))).toEqual([]);
  });

  it('show the container as JSON with bytes in hexadecimal, or as the command answers it', async () => {
    const asJson = await scene.ask({ target: ONE });
    expect(asJson.headers['content-type']).toBe(MEDIA.json);
    expect(jsonBody(asJson)).toMatchObject({ serial: SERIAL, key: scene.it.key, holdings: [{ quantity: 5 }] });
    expect(jsonBody(asJson).certificate).toBe(toHex(scene.it.certificate));
    for (const media of [MEDIA.answer, MEDIA.bytes]) {
      const raw = await scene.ask({ target: ONE, headers: { accept: media } });
      expect(raw.headers['content-type']).toBe(media);
      expect(toHex(raw.body)).toBe(toHex(listing.encode(scene.it.container.run('list', {}))));
    }
  });

  it('give a context for a firm that is a partner, raw or as text, under the name it has on a stick', async () => {
    const raw = await scene.ask({ target: `${CONTEXT}?firm=6000010` });
    expect(raw).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${SERIAL}-for-firm-6000010.ferry-context"`,
      },
    });
    const text = await scene.ask({ target: `${CONTEXT}?firm=6000010`, headers: { accept: 'text/plain' } });
    expect(text.headers['content-type']).toBe('text/plain; charset=us-ascii');
    const read = unarmor(text.body);
    expect(read.ok && armor(read.value)).toBe(new TextDecoder().decode(text.body));
  });

  it('leave the state as it is when a context is got, and note a question for the time at most once until it is answered', async () => {
    const { it: device, firm } = scene;
    const got = async () => {
      const [state, image] = [scene.state, toHex(device.parts.flash.image())];
      const { body } = await scene.ask({ target: `${CONTEXT}?firm=6000010` });
      expect(scene.state).toBe(state);
      const opened = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, body);
      const challenge = opened.ok ? opened.value.header.challenge : null;
      if (challenge === null) throw new TypeError('no question for the time');
      return { challenge, isNoted: toHex(device.parts.flash.image()) !== image };
    };
    const first = await got();
    expect(await got()).toEqual({ challenge: first.challenge, isNoted: false });
    const seed = crypto.sha256(utf8('time server'));
    const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
    const server = { seed, key, certificate: certifyTimeServer(crypto, root, key) };
    const time = signCertifiedTime(crypto, server, {
      container: device.key,
      challenge: first.challenge,
      time: 800_000_000,
    });
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    const told = await scene.ask({ method: 'PUT', target: UPDATE, body: firm.update(device, { notices: [time] }) });
    expect(told.status).toBe(200);
    const second = await got();
    expect([second.isNoted, toHex(second.challenge) === toHex(first.challenge)]).toEqual([true, false]);
    expect(await got()).toEqual({ challenge: second.challenge, isNoted: false });
  });

  it('reserve a channel for an issuer that shows its certificate, once', async () => {
    const other = new TestFirm(6000020);
    const first = await scene.ask({ method: 'POST', target: CONTEXT, body: other.certificate });
    expect(first.status).toBe(200);
    const after = scene.state;
    expect((await scene.ask({ method: 'POST', target: CONTEXT, body: other.certificate })).status).toBe(200);
    expect((await scene.ask({ target: `${CONTEXT}?firm=6000020` })).status).toBe(200);
    expect(scene.state).toBe(after);
  });

  it('reserve a channel for a firm whose licenses came from somebody else, by POST only', async () => {
    const dongle = makeContainer('dongle', 1);
    const firm = new TestFirm(6000030);
    const { grant, raw } = firm.grant(dongle.key);
    firm.issue(dongle, { kind: 'add', grants: [raw] });
    dongle.container.run('apply', { update: firm.update(dongle) });
    const { context } = scene.it.container.run('context', { certificate: dongle.certificate, firmCode: null });
    const { updates } = dongle.container.run(
      'issue',
      issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }),
    );
    for (const update of updates) await scene.ask({ method: 'PUT', target: UPDATE, body: update });
    expect(scene.it.container.run('list', {}).holdings.map(({ itemId }) => itemId)).toContain(grant.itemId);
    const before = scene.state;
    expect((await scene.ask({ target: `${CONTEXT}?firm=6000030` })).status).toBe(422);
    expect(scene.state).toBe(before);
    const asked = { method: 'POST', target: `${CONTEXT}?firm=6000030`, body: new Uint8Array() };
    expect((await scene.ask(asked)).status).toBe(200);
    expect(scene.state).not.toBe(before);
  });

  it('take an update file, raw or armored, and answer with the receipt and what was done', async () => {
    const update = nextUpdate(scene.firm, scene.it);
    const done = await scene.ask({ method: 'PUT', target: UPDATE, body: update });
    expect(done).toMatchObject({
      status: 200,
      headers: {
        'content-disposition': `attachment; filename="${SERIAL}-for-firm-6000010-receipt.ferry-context"`,
        'license-ferry-last-applied': '2',
        'license-ferry-applied': '1',
        'license-ferry-refused': '0',
        'license-ferry-skipped': '1',
      },
    });
    const again = await scene.ask({ method: 'PUT', target: UPDATE, body: utf8(armor(update)) });
    expect(again.headers).toMatchObject({ 'license-ferry-applied': '0', 'license-ferry-skipped': '2' });
  });

  it('tell all that was done as JSON, and as the command answers it', async () => {
    const update = nextUpdate(scene.firm, scene.it);
    const put = (accept: string): Asked => ({ method: 'PUT', target: UPDATE, body: update, headers: { accept } });
    const { receipt, ...told } = jsonBody(await scene.ask(put('application/json')));
    expect(told).toMatchObject({ applied: 2, entries: [{ sequence: 2, reason: 0 }], deferred: null });
    expect(decodeBase64(receipt)?.length).toBeGreaterThan(100);
    const raw = applyReport.decode((await scene.ask(put(MEDIA.answer))).body);
    expect(raw).toMatchObject({ ok: true, value: { applied: 2, skipped: 2 } });
  });
});

describe('what does not match', () => {
  const wrong = utf8('-----BEGIN LICENSE FERRY UPDATE FILE-----\n');
  it.each<[string, (s: ServiceScene) => Asked, number, string]>([
    [
      'an update file cut in half',
      (s) => ({ method: 'PUT', target: UPDATE, body: nextUpdate(s.firm, s.it).subarray(0, 200) }),
      422,
      'FILE_MALFORMED',
    ],
    ['garbage', () => ({ method: 'PUT', target: UPDATE, body: utf8('hello') }), 422, 'FILE_MALFORMED'],
    ['half an armor', () => ({ method: 'PUT', target: UPDATE, body: wrong }), 422, 'FILE_MALFORMED'],
    ['an empty update file', () => ({ method: 'PUT', target: UPDATE, body: new Uint8Array() }), 422, 'FILE_MALFORMED'],
    [
      'a file larger than any',
      () => ({ method: 'PUT', target: UPDATE, body: new Uint8Array(3 * 1024 * 1024).fill(0x94) }),
      422,
      'FILE_TOO_LARGE',
    ],
    [
      'a file for another container',
      (s) => ({ method: 'PUT', target: UPDATE, body: nextUpdate(s.firm, makeContainer('soft', 7)) }),
      422,
      'NOT_ADDRESSED',
    ],
    [
      'a context as an update',
      (s) => ({
        method: 'PUT',
        target: UPDATE,
        body: s.it.container.run('context', { certificate: s.firm.certificate, firmCode: null }).context,
      }),
      422,
      'FILE_KIND',
    ],
    [
      'garbage as a certificate',
      () => ({ method: 'POST', target: CONTEXT, body: utf8('hello') }),
      422,
      'FILE_MALFORMED',
    ],
    [
      'the certificate of the container itself',
      (s) => ({ method: 'POST', target: CONTEXT, body: s.it.certificate }),
      422,
      'ISSUER_UNKNOWN',
    ],
    ['a firm that is not known', () => ({ target: `${CONTEXT}?firm=1` }), 422, 'ISSUER_UNKNOWN'],
    [
      'a firm that is not known, to reserve for',
      () => ({ method: 'POST', target: `${CONTEXT}?firm=1`, body: new Uint8Array() }),
      422,
      'ISSUER_UNKNOWN',
    ],
    ['no issuer', () => ({ method: 'POST', target: CONTEXT, body: new Uint8Array() }), 400, 'REQUEST_WRONG'],
    [
      'two issuers',
      (s) => ({ method: 'POST', target: `${CONTEXT}?firm=1`, body: s.firm.certificate }),
      400,
      'REQUEST_WRONG',
    ],
    ['no firm', () => ({ target: CONTEXT }), 400, 'REQUEST_WRONG'],
    ['another container', () => ({ target: '/containers/130-1' }), 404, 'NO_CONTAINER'],
    [
      'an update for another container',
      (s) => ({ method: 'PUT', target: '/containers/130-1/update', body: nextUpdate(s.firm, s.it) }),
      404,
      'NO_CONTAINER',
    ],
  ])('is refused and changes nothing: %s', async (_, asked, status, code) => {
    const request = asked(scene);
    const before = scene.state;
    const answer = await scene.ask(request);
    expect([answer.status, jsonBody(answer).code]).toEqual([status, code]);
    expect(Object.keys(jsonBody(answer))).toEqual(['code', 'number', 'happened', 'effect', 'remedy', 'details']);
    expect(scene.state).toBe(before);
    expect(scene.defects).toEqual([]);
  });
});

describe('what is no request of the service', () => {
  const BYTES = 'application/octet-stream';
  const put = (headers: Record<string, string | undefined>): Asked => ({
    method: 'PUT',
    target: UPDATE,
    headers: { 'content-type': BYTES, 'content-length': '10', ...headers },
  });
  it.each<[string, Asked, number]>([
    ['the root', { target: '/' }, 404],
    ['a trailing slash', { target: '/containers/' }, 404],
    ['two slashes', { target: '//containers' }, 404],
    ['two slashes inside', { target: `/containers//${SERIAL}` }, 404],
    ['dots', { target: `/containers/../containers/${SERIAL}` }, 404],
    ['encoded dots', { target: `/containers/%2e%2e/containers/${SERIAL}` }, 404],
    ['an encoded slash', { target: `/containers%2F${SERIAL}` }, 404],
    ['an encoded serial number', { target: '/containers/130%2D2459324738' }, 404],
    ['the pattern of the path', { target: '/containers/{serial}' }, 404],
    ['other letters', { target: '/Containers' }, 404],
    ['an absolute URL', { target: 'http://127.0.0.1:8080/containers' }, 404],
    ['the asterisk', { method: 'OPTIONS', target: '*' }, 404],
    ['a serial number that is none', { target: '/containers/device' }, 404],
    ['an order of the owner', { method: 'POST', target: `${ONE}/issue` }, 404],
    ['a query that is not known', { target: '/containers?all' }, 400],
    ['a firm where none belongs', { target: `${ONE}?firm=6000010` }, 400],
    ['a firm beyond 32 bits', { target: `${CONTEXT}?firm=4294967296` }, 400],
    ['two firms', { target: `${CONTEXT}?firm=1&firm=2` }, 400],
    ['two queries', { target: `${CONTEXT}?firm=1?firm=2` }, 404],
    ['a body with GET', { headers: { 'content-length': '1' } }, 400],
    ['an open body with GET', { headers: { 'transfer-encoding': 'chunked' } }, 400],
    ['nothing that is accepted', { headers: { accept: 'text/html' } }, 406],
    ['no content type', put({ 'content-type': undefined }), 415],
    ['the type of a form', put({ 'content-type': 'text/plain' }), 415],
    ['a packed body', put({ 'content-encoding': 'gzip' }), 415],
    ['no length', put({ 'content-length': undefined }), 411],
    ['an open body', put({ 'content-length': undefined, 'transfer-encoding': 'chunked' }), 411],
    ['a length that is none', put({ 'content-length': '1e3' }), 411],
    ['too long a body', put({ 'content-length': String(3 * 1024 * 1024 + 1) }), 413],
    ['too long a certificate', { ...put({ 'content-length': '1025' }), method: 'POST', target: CONTEXT }, 413],
  ])('is refused before its body is read: %s', async (_, asked, status) => {
    const answer = await scene.ask(asked);
    expect(answer.status).toBe(status);
    expect(jsonBody(answer).code).toBe(status === 413 ? 'MESSAGE_TOO_LARGE' : 'REQUEST_WRONG');
    expect(scene.commands).toEqual([]);
  });

  it.each([
    ['DELETE', ONE, 'GET, HEAD'],
    ['OPTIONS', UPDATE, 'PUT'],
    ['POST', UPDATE, 'PUT'],
    ['GET', UPDATE, 'PUT'],
    ['HEAD', UPDATE, 'PUT'],
    ['PUT', CONTEXT, 'GET, HEAD, POST'],
    ['TRACE', '/containers', 'GET, HEAD'],
  ])('is told which methods there are: %s %s', async (method, target, allow) => {
    expect(await scene.ask({ method, target })).toMatchObject({ status: 405, headers: { allow } });
  });
});

describe('pages of other sites', () => {
  it.each([
    ['evil.example', 421],
    ['evil.example:8080', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['plc.example', 421],
    ['LOCALHOST:1', 200],
    ['localhost.', 200],
    ['192.168.0.7', 200],
    ['[::1]:8080', 200],
    ['', 400],
    ['localhost, evil.example', 400],
    ['user@localhost', 400],
  ])('reach nothing under a name that was made to lead here: Host: %s', async (host, status) => {
    expect((await scene.ask({ headers: { host } })).status).toBe(status);
  });

  it('reach it under a name that its operator gave', async () => {
    const named = new ServiceScene({ names: ['PLC.example'] });
    expect((await named.ask({ headers: { host: 'plc.example:80' } })).status).toBe(200);
    expect((await named.ask({ headers: { host: 'other.example' } })).status).toBe(421);
  });

  it.each<[string, Record<string, string>, number]>([
    ['a script', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['another port of this computer', { origin: 'http://127.0.0.1:9' }, 403],
    ['the same port over TLS', { origin: 'https://127.0.0.1:8080' }, 403],
    ['an image', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sister site', { 'sec-fetch-site': 'same-site' }, 403],
    ['the person who types the address', { 'sec-fetch-site': 'none' }, 200],
    ['its own page', { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:8080' }, 200],
  ])('are known by what the browser says: %s', async (_, headers, status) => {
    const answer = await scene.ask({ headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(jsonBody(answer).code).toBe('REQUEST_FORBIDDEN');
  });

  it('cannot send an update by a form, whatever its type', async () => {
    const update = nextUpdate(scene.firm, scene.it);
    const before = scene.state;
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
      for (const method of ['POST', 'PUT']) {
        const answer = await scene.ask({ method, target: UPDATE, body: update, headers: { 'content-type': type } });
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    }
    expect(scene.state).toBe(before);
  });

  it('are never allowed to read anything, and nothing is kept or guessed at', async () => {
    for (const asked of [{}, { target: '/' }, { method: 'OPTIONS', headers: { origin: 'http://127.0.0.1:8080' } }]) {
      const { headers } = await scene.ask(asked);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
    }
  });
});

describe('GET', () => {
  it('has no effects, nor has HEAD', async () => {
    const before = scene.state;
    for (const method of ['GET', 'HEAD'])
      for (const target of ['/containers', ONE, `${CONTEXT}?firm=6000010`])
        expect((await scene.ask({ method, target })).status).toBe(200);
    expect(scene.state).toBe(before);
  });
});

describe('faults behind the service', () => {
  const failingWith = (error: Error) =>
    new ServiceScene({ client: () => ({ call: () => Promise.reject(error), close: async () => undefined }) });

  it('are a defect with status 500 that says nothing more', async () => {
    const failing = failingWith(new TypeError('secret'));
    const answer = await failing.ask({ target: ONE });
    expect([answer.status, jsonBody(answer).code]).toEqual([500, 'PEER_DEFECT']);
    expect(JSON.stringify(jsonBody(answer))).not.toContain('secret');
    expect(failing.defects).toHaveLength(1);
  });

  it('are told as 503 where trying again may help', async () => {
    const failing = failingWith(new FerryError('STORE_WRITE_FAILED', { where: 'device', why: 'the disk is full' }));
    const answer = await failing.ask({ target: ONE });
    expect([answer.status, jsonBody(answer).code]).toEqual([503, 'STORE_WRITE_FAILED']);
    expect(failing.commands).toEqual([{ command: 'list', code: 'STORE_WRITE_FAILED' }]);
  });
});
