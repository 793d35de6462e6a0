import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseCarrierAddress } from '../../carriers/address.ts';
import { openCarrier } from '../../carriers/open-carrier.ts';
import type { ServerLimits } from '../../carriers/server/server-port.ts';
import { connectTls, forgetTls, pairTls } from '../../carriers/tls/connect-tls.adapter.ts';
import { newPairingCode, readPairingCode } from '../../carriers/tls/pairing-code.ts';
import { tlsIdentity } from '../../carriers/tls/tls-identity.adapter.ts';
import { tlsServerSide } from '../../carriers/tls/tls-server-side.adapter.ts';
import { encodeFrame } from '../../container/wire/frame.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { benchHere, SILENT } from './benches.ts';
import { loadedDongle } from './loaded-dongle.ts';
import { PATIENT } from './suite.ts';

const { random } = PATIENT;
const side = (folder: string) => ({ folder, random, patience: 20 });
const tlsAddress = (text: string) => {
  const address = parseCarrierAddress(text);
  if (address.scheme !== 'tls') throw new TypeError(text);
  return address;
};
const WRONG = '00000-00000-00000-00000';

describe('a pairing code', () => {
  it('is four groups of five letters, and is read in whatever way it is typed', () => {
    const code = newPairingCode(random);
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(readPairingCode(` ${code.toLowerCase().replaceAll('-', ' ')}`)).toBe(code);
    expect(readPairingCode('OOOOO-IIIII-lllll-00000')).toBe('00000-11111-11111-00000');
    for (const typed of ['', '00000', `${code}0`, 'UUUUU-UUUUU-UUUUU-UUUUU'])
      expect(readPairingCode(typed)).toBeUndefined();
  });
});

describe('pairing over TLS', () => {
  const folder = temporaryFolders();
  const served = async (isPairing = true, listen = 'tls://:0', dongle = loadedDongle()) => {
    const identity = await tlsServerSide(dongle.folder, 'the dongle', isPairing, random);
    const bench = await benchHere(dongle.folder, listen, { tls: identity });
    let isOpen = true;
    const close = async () => {
      if (isOpen) await bench.close();
      isOpen = false;
    };
    onTestFinished(async () => {
      await close();
      dongle.remove();
    });
    return {
      dongle,
      close,
      address: tlsAddress(bench.address),
      text: bench.address,
      code: identity.pairing.code ?? '',
    };
  };
  const list = async (text: string, state: string) => {
    const client = openCarrier(text, { ...PATIENT, pairingFolder: async () => state });
    try {
      return (await client.call('list', {})).serial;
    } finally {
      await client.close();
    }
  };

  it('is needed: a client that never paired is told so before it connects, and one that only it knows by the server', async () => {
    const { text, address, code, dongle } = await served();
    const state = folder();
    await expect(list(text, state)).rejects.toMatchObject({ code: 'PAIRING_NEEDED' });
    await pairTls(address, code, side(state));
    fs.rmSync(path.join(dongle.folder, 'tls/clients'), { recursive: true });
    await expect(list(text, state)).rejects.toMatchObject({ code: 'PAIRING_NEEDED' });
  });

  it('lasts: both sides know each other after a restart, without any code', async () => {
    const first = await served();
    const state = folder();
    await pairTls(first.address, first.code, side(state));
    await first.close();
    const second = await served(false, first.text, first.dongle);
    expect(await list(second.text, state)).toBe(first.dongle.serial);
  });

  it('works once: the code is of no use to another client, and of use again to the same', async () => {
    const { address, code } = await served();
    const state = folder();
    await pairTls(address, code, side(state));
    await expect(pairTls(address, code, side(folder()))).rejects.toMatchObject({ code: 'PAIRING_CLOSED' });
    await pairTls(address, code, side(state));
  });

  it('ends with three wrong codes, after which the right one is not taken either', async () => {
    const { address, code } = await served();
    const state = folder();
    for (let time = 0; time < 3; time++)
      await expect(pairTls(address, WRONG, side(state))).rejects.toMatchObject({ code: 'PAIRING_WRONG' });
    await expect(pairTls(address, code, side(state))).rejects.toMatchObject({ code: 'PAIRING_CLOSED' });
  });

  it('is closed where the server was not started for it', async () => {
    const { address } = await served(false);
    await expect(pairTls(address, WRONG, side(folder()))).rejects.toMatchObject({ code: 'PAIRING_CLOSED' });
  });

  it('does not go through somebody in between, who passes everything on', async () => {
    const { address, code } = await served();
    const own = await tlsIdentity(folder(), 'between', random);
    const between = tls.createServer({
      ...own,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['license-ferry-pairing'],
    });
    between.on('secureConnection', (client) => {
      const server = tls.connect({
        ...own,
        port: address.port,
        rejectUnauthorized: false,
        ALPNProtocols: ['license-ferry-pairing'],
      });
      for (const socket of [client, server]) socket.on('error', () => undefined);
      client.pipe(server).pipe(client);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => new Promise((resolve) => between.close(() => resolve())));
    const { port } = between.address() as { port: number };
    const state = folder();
    const through = tlsAddress(`tls://127.0.0.1:${port}`);
    await expect(pairTls(through, code, side(state))).rejects.toMatchObject({ code: 'PAIRING_WRONG' });
    await expect(connectTls(through, side(state))).rejects.toMatchObject({ code: 'PAIRING_NEEDED' });
  });

  it('leaves a server that sends a byte of its proof now and then', async () => {
    const own = await tlsIdentity(folder(), 'slow', random);
    const slow = tls.createServer({
      ...own,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['license-ferry-pairing'],
    });
    slow.on('secureConnection', (client) => {
      const bytes = encodeFrame('proof', 0, new Uint8Array(30_000));
      let sent = 0;
      const timer = setInterval(() => client.write(bytes.subarray(sent, ++sent)), 20);
      client.on('error', () => undefined).on('close', () => clearInterval(timer));
      client.resume();
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => new Promise((resolve) => slow.close(() => resolve())));
    const { port } = slow.address() as { port: number };
    const asked = pairTls(tlsAddress(`tls://127.0.0.1:${port}`), WRONG, { ...side(folder()), patience: 0.3 });
    await expect(asked).rejects.toMatchObject({ code: 'CARRIER_TIMEOUT' });
  });

  it('never talks to a server with another certificate, until it is told to forget the old one', async () => {
    const first = await served();
    const state = folder();
    await pairTls(first.address, first.code, side(state));
    await first.close();
    const second = await served(true, first.text);
    await expect(list(second.text, state)).rejects.toMatchObject({ code: 'PEER_CHANGED' });
    await expect(pairTls(second.address, second.code, side(state))).rejects.toMatchObject({ code: 'PEER_CHANGED' });
    expect([forgetTls(second.address, state), forgetTls(second.address, state)]).toEqual([true, false]);
    await pairTls(second.address, second.code, side(state));
    expect(await list(second.text, state)).toBe(second.dongle.serial);
  });

  it('keeps keys readable for their owner alone, and refuses files that are damaged', async () => {
    const { address, code, dongle, text } = await served();
    const state = folder();
    await pairTls(address, code, side(state));
    for (const file of [path.join(state, 'tls/identity.pem'), path.join(dongle.folder, 'tls/identity.pem')])
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const paired = path.join(state, 'tls/paired');
    for (const name of fs.readdirSync(paired)) fs.writeFileSync(path.join(paired, name), 'nonsense\n');
    await expect(list(text, state)).rejects.toMatchObject({ code: 'PAIRING_DAMAGED' });
    fs.writeFileSync(path.join(state, 'tls/identity.pem'), 'nonsense');
    await expect(pairTls(address, code, side(state))).rejects.toMatchObject({ code: 'PAIRING_DAMAGED' });
  });

  it('gives two programs that begin at the same time one identity', async () => {
    const state = folder();
    const [one, other] = await Promise.all([tlsIdentity(state, 'a', random), tlsIdentity(state, 'b', random)]);
    expect(one).toEqual(other);
  });

  it('drops who connects and says nothing, after the patience, and serves the others meanwhile', async () => {
    const dongle = loadedDongle();
    const identity = await tlsServerSide(dongle.folder, 'the dongle', true, random);
    const limits = { owed: 0.3, idle: 60, connections: 4 };
    const bench = await benchHere(dongle.folder, 'tls://:0', { tls: identity, limits });
    onTestFinished(async () => {
      await bench.close();
      dongle.remove();
    });
    const address = tlsAddress(bench.address);
    const state = folder();
    await pairTls(address, identity.pairing.code ?? '', side(state));
    // As many as may be connected at a time.
    const silent = Array.from({ length: limits.connections }, () => net.connect(address.port, '127.0.0.1'));
    const dropped = silent.map(
      (socket) => new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve)),
    );
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect(await list(bench.address, state)).toBe(dongle.serial);
    for (const socket of silent) socket.resume();
    await Promise.all(dropped);
    expect(await list(bench.address, state)).toBe(dongle.serial);
  });

  it('is forgotten at once: with its entry deleted, a client that is connected is carried out nothing more', async () => {
    const { address, code, dongle, text } = await served();
    const state = folder();
    await pairTls(address, code, side(state));
    const client = openCarrier(text, { ...PATIENT, pairingFolder: async () => state });
    onTestFinished(() => client.close());
    await client.call('list', {});
    fs.rmSync(path.join(dongle.folder, 'tls/clients'), { recursive: true });
    const order = { items: [{ firmCode: 6000010, productCode: 1, quantity: 1 }], kinds: [], keys: [], most: 1 };
    await expect(client.call('arm-order', order)).rejects.toMatchObject({ code: 'PAIRING_NEEDED' });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: expect.stringMatching(/PAIRING_NEEDED/) });
    await pairTls(address, code, side(state));
    expect((await client.call('list', {})).serial).toBe(dongle.serial);
  });

  it('is not there for a client whose entry is damaged, and the server goes on', async () => {
    const { address, code, dongle, text } = await served();
    const [state, other] = [folder(), folder()];
    await pairTls(address, code, side(state));
    const clients = path.join(dongle.folder, 'tls/clients');
    for (const name of fs.readdirSync(clients)) fs.writeFileSync(path.join(clients, name), 'nonsense\n');
    await expect(list(text, state)).rejects.toMatchObject({ code: 'PAIRING_NEEDED' });
    await expect(pairTls(address, code, side(other))).rejects.toMatchObject({ code: 'PAIRING_CLOSED' });
  });

  describe('is refused to strangers, who', () => {
    /** Connections of this process that are open, at either end. */
    const open = () => process.getActiveResourcesInfo().filter((kind) => /^(TCPSocket|TLS)/.test(kind)).length;
    const stranger = async (port: number): Promise<tls.TLSSocket> => {
      const way = {
        port,
        rejectUnauthorized: false,
        // It never closes its side.
        allowHalfOpen: true,
        ALPNProtocols: ['license-ferry'],
      };
      const socket = tls.connect(way);
      socket.on('error', () => undefined).pause();
      onTestFinished(() => void socket.destroy());
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      return socket;
    };
    const strict = async (limits: Partial<ServerLimits>) => {
      const dongle = loadedDongle();
      const warnings: object[] = [];
      const log = { ...SILENT, warn: (event: string, facts?: object) => warnings.push({ event, ...facts }) };
      const identity = await tlsServerSide(dongle.folder, 'the dongle', false, random);
      const bench = await benchHere(dongle.folder, 'tls://:0', { tls: identity, limits, log });
      onTestFinished(async () => {
        await bench.close();
        dongle.remove();
      });
      return { port: tlsAddress(bench.address).port, warnings };
    };

    it('hold no more connections than clients may, and do not fill the log', async () => {
      const { port, warnings } = await strict({ owed: 20, connections: 4 });
      const before = open();
      const crowd = [];
      for (let at = 0; at < 40; at++) crowd.push(await stranger(port));
      // Each end of a connection that is held is one; those that were let go are told at their own end only.
      expect(open() - before - crowd.length).toBeLessThanOrEqual(5);
      expect(warnings.length).toBeLessThanOrEqual(20);
    });

    it('are let go once they were told, although they do not close', async () => {
      const { port } = await strict({ owed: 20 });
      const before = open();
      await stranger(port);
      const since = performance.now();
      while (open() - before > 1 && performance.now() - since < 10_000)
        await new Promise((resolve) => setImmediate(resolve));
      expect(open() - before).toBe(1);
    });
  });

  it('speaks nothing older than TLS 1.3', async () => {
    const { address } = await served();
    const socket = tls.connect({
      port: address.port,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
      ALPNProtocols: ['license-ferry'],
    });
    await expect(
      new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject)),
    ).rejects.toThrow();
  });
});
