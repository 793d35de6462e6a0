import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  encodeDevlistReply,
  encodeImportRefusal,
  encodeImportReply,
  type UsbipDevice,
} from '../../../carriers/usbip/device-messages.ts';
import { connectUsbip, listUsbip } from '../../../carriers/usbip/usbip-client.adapter.ts';
import { encodeRetSubmit, encodeRetUnlink } from '../../../carriers/usbip/usbip-codec.ts';
import { openUsbipPort } from '../../../carriers/usbip/usbip-port.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import { Waits } from '../hid/fake-bus.ts';

const HOST = '127.0.0.1';
const DEVICE: UsbipDevice = {
  path: '/there',
  busid: '1-1',
  busnum: 1,
  devnum: 7,
  speed: 3,
  vendor: 0x1209,
  product: 1,
  release: 0x0100,
  class: 0,
  subclass: 0,
  protocol: 0,
  configurationValue: 1,
  configurations: 1,
  interfaceCount: 2,
};
const IMPORTED = encodeImportReply(DEVICE);
const GARBLED = new Uint8Array(48).fill(0x55);

/** A server that answers each of what it hears with the next of these, and then closes when the last is `close`. */
async function scripted(...answers: readonly (Uint8Array | 'close' | 'reset')[]) {
  const heard: Uint8Array[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    const left = [...answers];
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      heard.push(piece);
      const answer = left.shift();
      if (answer === 'close') socket.end();
      else if (answer === 'reset') socket.resetAndDestroy();
      else if (answer !== undefined) socket.write(answer);
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as net.AddressInfo;
  return { heard, server: { host: HOST, port, patience: 10 } };
}

async function importedFrom(...answers: readonly (Uint8Array | 'close' | 'reset')[]) {
  const { server, heard } = await scripted(IMPORTED, ...answers);
  const device = await connectUsbip({ ...server, busid: '1-1' });
  onTestFinished(() => device.close());
  return { device, heard };
}

describe('an import', () => {
  it.each([
    ['CARRIER_BUSY', 'the server says that the device is not available', encodeImportRefusal(1)],
    ['CARRIER_BUSY', 'the server says that the device is busy', encodeImportRefusal(2)],
    ['CARRIER_UNREACHABLE', 'the server knows no such device', encodeImportRefusal(4)],
    ['CARRIER_UNREACHABLE', 'the server refuses for another reason', encodeImportRefusal(5)],
    ['CARRIER_GARBLED', 'the server speaks something else', Buffer.from('SSH-2.0-server\r\n')],
    ['CARRIER_GARBLED', 'the server says something else, and less than an answer', Buffer.from('hi\n')],
    ['CARRIER_GARBLED', 'the server gives another device', encodeImportReply({ ...DEVICE, busid: '1-2' })],
    ['CARRIER_LOST', 'the server closes', 'close' as const],
    ['CARRIER_LOST', 'the connection breaks', 'reset' as const],
  ])('fails with %s when %s', async (code, _, answer) => {
    const { server } = await scripted(answer);
    await expect(connectUsbip({ ...server, busid: '1-1' })).rejects.toMatchObject({ code });
  });

  it('fails with CARRIER_TIMEOUT when the server does not answer in time', async () => {
    const { server } = await scripted(IMPORTED.slice(0, 100));
    const late = connectUsbip({ ...server, patience: 0.1, busid: '1-1' });
    await expect(late).rejects.toMatchObject({ code: 'CARRIER_TIMEOUT', details: { seconds: 0.1 } });
  });

  it('names an address with colons in brackets when it fails', async () => {
    const { server } = await scripted();
    const elsewhere = connectUsbip({ ...server, host: '::1', port: 1, busid: '1-1' });
    await expect(elsewhere).rejects.toMatchObject({ details: { where: 'usbip://[::1]:1/1-1' } });
  });

  it('fails with CARRIER_UNREACHABLE where nothing is served', async () => {
    const { server } = await scripted();
    const free = net.createServer().listen(0, HOST);
    await once(free, 'listening');
    const { port } = free.address() as net.AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const nobody = connectUsbip({ ...server, port, busid: '1-1' });
    await expect(nobody).rejects.toMatchObject({
      code: 'CARRIER_UNREACHABLE',
      details: { where: `usbip://${HOST}:${port}/1-1`, why: 'nothing is served there' },
    });
  });

  it.each(['', 'x'.repeat(32), '1-1\0', '1 1', 'é'])('is not tried for %j, which is no bus id', async (busid) => {
    const { server, heard } = await scripted(IMPORTED);
    await expect(connectUsbip({ ...server, busid })).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    expect(heard).toEqual([]);
  });
});

describe('a list', () => {
  it.each([
    ['CARRIER_UNREACHABLE', 'the server refuses', encodeImportRefusal(1).with(3, 5)],
    ['CARRIER_GARBLED', 'the server answers something else', IMPORTED],
    ['CARRIER_LOST', 'the server closes', 'close' as const],
  ])('fails with %s when %s', async (code, _, answer) => {
    const { server } = await scripted(answer);
    await expect(listUsbip(server)).rejects.toMatchObject({ code });
  });

  it('is empty when the server has no devices', async () => {
    const { server } = await scripted(encodeDevlistReply([]));
    expect(await listUsbip(server)).toEqual([]);
  });
});

describe('a transfer', () => {
  it('names the device as the server does', async () => {
    const { device, heard } = await importedFrom(encodeRetSubmit({ seqnum: 1, status: 0, actual: 0 }));
    expect(device.device).toEqual(DEVICE);
    await device.in(1, 64).completion;
    expect(heard[1]?.subarray(8, 12)).toEqual(Buffer.of(0, 1, 0, 7));
  });

  it.each([
    ['stalls', -32, { status: 'stall' }],
    ['fails as the server says', -71, { status: 'failed', errno: 71 }],
    ['was taken back by the server', -104, { status: 'unlinked' }],
  ])('that %s completes so', async (_, status, expected) => {
    const { device } = await importedFrom(encodeRetSubmit({ seqnum: 1, status, actual: 0 }));
    expect(await device.in(1, 64).completion).toEqual(expected);
  });

  it('has what came before an error with it, and is read on behind it', async () => {
    const partial = concatBytes(encodeRetSubmit({ seqnum: 1, status: -71, actual: 3 }), Uint8Array.of(1, 2, 3));
    const { device } = await importedFrom(partial, encodeRetSubmit({ seqnum: 2, status: 0, actual: 0 }));
    expect(await device.in(1, 64).completion).toEqual({ status: 'failed', errno: 71 });
    expect(await device.in(1, 64).completion).toMatchObject({ status: 'done', actual: 0 });
  });

  it('that was unlinked too late completes as it was answered', async () => {
    const answers = concatBytes(
      encodeRetSubmit({ seqnum: 1, status: 0, actual: 0 }),
      encodeRetUnlink({ seqnum: 2, status: 0 }),
      encodeRetSubmit({ seqnum: 3, status: 0, actual: 0 }),
    );
    const { device } = await importedFrom(answers);
    const late = device.in(1, 64);
    late.unlink();
    const next = device.in(1, 64);
    expect(await late.completion).toMatchObject({ status: 'done' });
    expect(await next.completion).toMatchObject({ status: 'done' });
  });

  it.each([
    ['garbage', GARBLED],
    ['an answer to what nobody asked', encodeRetSubmit({ seqnum: 9, status: 0, actual: 0 })],
    ['an unlink that nobody asked for', encodeRetUnlink({ seqnum: 9, status: 0 })],
    ['more than was asked for', encodeRetSubmit({ seqnum: 1, status: 0, actual: 65 })],
  ])('fails with CARRIER_GARBLED, and so does every later one, on %s', async (_, answer) => {
    const { device } = await importedFrom(answer);
    const two = [device.in(1, 64), device.in(1, 64)];
    for (const { completion } of two) await expect(completion).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
    const later = device.out(1, new Uint8Array(64));
    await expect(later.completion).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
    later.unlink();
  });

  it('fails with CARRIER_LOST when the server closes or the connection breaks', async () => {
    for (const end of ['close', 'reset'] as const) {
      const { device } = await importedFrom(end);
      await expect(device.in(1, 64).completion).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    }
  });

  it('that was forgotten by who asked brings no program down when the connection is closed', async () => {
    const { device } = await importedFrom();
    device.in(1, 64);
    await device.close();
    await device.close();
    device.in(1, 64);
  });
});

describe('a dongle at a server', () => {
  it('is given up where the server gives it and then says nothing more', async () => {
    const { server, heard } = await scripted(IMPORTED);
    const waits = new Waits();
    const place = { ...server, busid: '1-1', after: waits.after.bind(waits) };
    const failed = expect(openUsbipPort(place, 'usbip://x/1-1')).rejects.toMatchObject({
      code: 'CARRIER_TIMEOUT',
      details: { where: 'usbip://x/1-1', seconds: 10 },
    });
    await vi.waitUntil(() => heard.length === 2);
    waits.pass(10);
    await failed;
    expect(waits.size).toBe(0);
  });
});
