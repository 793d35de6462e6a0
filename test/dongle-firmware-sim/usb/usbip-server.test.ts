import type net from 'node:net';
import { describe, expect, it } from 'vitest';
import { encodeDevlistRequest, encodeImportRequest } from '../../../carriers/usbip/device-messages.ts';
import { connectUsbip, listUsbip } from '../../../carriers/usbip/usbip-client.adapter.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import { listenUsbip } from '../../../dongle-firmware-sim/usb/usbip-server.adapter.ts';
import { ECHO, EchoDevice, GIVE, KEEP, sourceBytes } from './echo-device.ts';
import { inOf, unlinkOf } from './session-scene.ts';
import { HOST, UsbipScene } from './usbip-scene.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const report = (value: number): Uint8Array => new Uint8Array(64).fill(value);

/** Everything that a client is sent until the server closes. */
async function heardBy(socket: net.Socket): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of socket) pieces.push(piece);
  return concatBytes(...pieces);
}

describe('a USB/IP server', () => {
  it('lists its devices, also those that are in use, and those put in later', async () => {
    const scene = await UsbipScene.open();
    await scene.imported('1-2');
    expect((await listUsbip(scene.server)).map(({ busid }) => busid)).toEqual(['1-1', '1-2']);
    scene.devices.set('2-1', new EchoDevice());
    scene.devices.delete('1-1');
    const listed = await listUsbip(scene.server);
    expect(listed.map(({ busid, busnum, devnum }) => [busid, busnum, devnum])).toEqual([
      ['1-2', 1, 2],
      ['2-1', 2, 1],
    ]);
  });

  it('closes after a list, and sends it whole to a client that has closed its side', async () => {
    const scene = await UsbipScene.open();
    const socket = await scene.raw();
    socket.end(encodeDevlistRequest());
    expect(await heardBy(socket)).toHaveLength(12 + 2 * (312 + 2 * 4));
  });

  it('carries control, bulk and interrupt transfers', async () => {
    const scene = await UsbipScene.open();
    const device = await scene.imported();
    const kept = Uint8Array.of(1, 2, 3);
    const { completion } = device.control({ ...KEEP, length: 3 }, kept);
    expect(await completion).toEqual({ status: 'done', data: new Uint8Array(0), actual: 3 });
    expect(await device.control({ ...GIVE, length: 9 }).completion).toEqual({ status: 'done', data: kept, actual: 3 });
    expect(await device.out(ECHO.narrow, new Uint8Array(600)).completion).toMatchObject({ status: 'done', actual: 10 });
    expect(await device.in(ECHO.stalling, 8).completion).toEqual({ status: 'stall' });
    const held = [device.in(ECHO.reports, 64), device.in(ECHO.reports, 64)];
    await device.out(ECHO.reports, report(1)).completion;
    await device.out(ECHO.reports, report(2)).completion;
    const reports = await Promise.all(held.map(({ completion }) => completion));
    expect(reports.map((one) => one.status === 'done' && one.data[0])).toEqual([1, 2]);
  });

  it('carries large transfers whole, several under way at a time', async () => {
    const scene = await UsbipScene.open();
    const device = await scene.imported();
    const sizes = [1, 511, 120 * 1024, 65_536, 1024 * 1024, 8192, 8144, 120 * 1024];
    const read = await Promise.all(sizes.map((size) => device.in(ECHO.source, size).completion));
    read.forEach((one, at) => {
      if (one.status !== 'done') throw new Error(one.status);
      expect(Buffer.compare(one.data, sourceBytes(sizes[at] ?? 0))).toBe(0);
    });
    const written = sizes.map((size) => device.out(ECHO.bulk, sourceBytes(size)).completion);
    const echoed = sizes.map((size) => device.in(ECHO.bulk, size).completion);
    expect((await Promise.all(written)).map((one) => one.status === 'done' && one.actual)).toEqual(sizes);
    for (const [at, one] of (await Promise.all(echoed)).entries()) {
      if (one.status !== 'done') throw new Error(one.status);
      expect(Buffer.compare(one.data, sourceBytes(sizes[at] ?? 0))).toBe(0);
    }
  });

  it('brings bytes where the client wants them, and touches nothing beyond them', async () => {
    const scene = await UsbipScene.open();
    const device = await scene.imported();
    const memory = new Uint8Array(300_000).fill(0xee);
    const spaces = [
      memory.subarray(0, 120 * 1024),
      memory.subarray(150_000, 150_064),
      memory.subarray(200_000, 200_100),
    ];
    const read = spaces.slice(0, 2).map((space) => device.in(ECHO.source, space).completion);
    await device.out(ECHO.bulk, sourceBytes(40)).completion;
    read.push(device.in(ECHO.bulk, spaces[2] ?? memory).completion);
    const brought = (await Promise.all(read)).map((one) => (one.status === 'done' ? one.data : undefined));
    expect(brought.map((data) => data?.length)).toEqual([120 * 1024, 64, 40]);
    for (const data of brought) expect(data?.buffer).toBe(memory.buffer);
    const expected = Buffer.alloc(memory.length, 0xee);
    for (const [at, size] of [
      [0, 120 * 1024],
      [150_000, 64],
      [200_000, 40],
    ] as const)
      expected.set(sourceBytes(size), at);
    expect(expected.compare(memory)).toBe(0);
  });

  it('understands requests that arrive byte by byte', async () => {
    const scene = await UsbipScene.open();
    const socket = await scene.raw();
    const said = concatBytes(
      encodeImportRequest('1-1'),
      inOf(1, ECHO.source, 4),
      inOf(2, ECHO.reports),
      unlinkOf(3, 2),
    );
    for (const byte of said) await new Promise<void>((resolve) => socket.write(Uint8Array.of(byte), () => resolve()));
    let heard = 0;
    for await (const piece of socket) {
      heard += piece.length;
      if (heard >= 320 + 52 + 48) break;
    }
    expect(heard).toBe(320 + 52 + 48);
    expect(scene.device('1-1').cancelled).toBe(1);
  });

  it('takes back a held transfer whose client unlinks it, and keeps the report for the next one', async () => {
    const scene = await UsbipScene.open();
    const device = await scene.imported();
    const held = device.in(ECHO.reports, 64);
    held.unlink();
    held.unlink();
    expect(await held.completion).toEqual({ status: 'unlinked' });
    scene.device('1-1').give(ECHO.reports, report(4));
    expect(await device.in(ECHO.reports, 64).completion).toMatchObject({ status: 'done', actual: 64 });
    const answered = device.in(ECHO.source, 8);
    expect(await answered.completion).toMatchObject({ status: 'done', actual: 8 });
    answered.unlink();
    const late = device.in(ECHO.source, 8);
    late.unlink();
    expect(await late.completion).toMatchObject({ status: 'done', actual: 8 });
    expect(await device.in(ECHO.source, 3).completion).toMatchObject({ status: 'done', actual: 3 });
  });

  it('refuses a device that is in use as busy, gives it once it is closed, and one that there is not never', async () => {
    const scene = await UsbipScene.open();
    const first = await scene.imported();
    await expect(connectUsbip({ ...scene.server, busid: '1-1' })).rejects.toMatchObject({ code: 'CARRIER_BUSY' });
    await expect(connectUsbip({ ...scene.server, busid: '1-3' })).rejects.toMatchObject({
      code: 'CARRIER_UNREACHABLE',
      details: { why: 'no dongle is plugged in at that bus id' },
    });
    const held = first.in(ECHO.reports, 64);
    await first.close();
    await expect(held.completion).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    await scene.logged('device.detached');
    const second = await scene.imported();
    expect(await second.in(ECHO.source, 1).completion).toMatchObject({ status: 'done' });
  });

  it('takes a client that sends no more for gone', async () => {
    const scene = await UsbipScene.open();
    const socket = await scene.raw();
    socket.end(encodeImportRequest('1-1'));
    await scene.logged('device.detached');
    expect(scene.device('1-1').isAttached).toBe(false);
  });

  it('closes the connection of a device that is unplugged, and no other one', async () => {
    const scene = await UsbipScene.open();
    const [one, other] = [await scene.imported('1-1'), await scene.imported('1-2')];
    const held = one.in(ECHO.reports, 64);
    expect(await one.in(ECHO.source, 1).completion).toMatchObject({ status: 'done' });
    scene.device('1-1').unplug();
    await expect(held.completion).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    expect(await other.in(ECHO.source, 1).completion).toMatchObject({ status: 'done' });
  });

  it('closes on what is malformed, with a line in the log, and serves the others on', async () => {
    const scene = await UsbipScene.open();
    const other = await scene.imported('1-2');
    const socket = await scene.raw();
    socket.write(concatBytes(encodeImportRequest('1-1'), new Uint8Array(48).fill(0xee)));
    await heardBy(socket).catch(() => undefined);
    await scene.logged('connection.garbled');
    expect(scene.device('1-1')).toMatchObject({ isAttached: false, detached: 1 });
    expect(await other.in(ECHO.source, 1).completion).toMatchObject({ status: 'done' });
  });

  it('reads nothing from a client that does not read, serves the others meanwhile, and goes on when it reads', async () => {
    const scene = await UsbipScene.open({ unsent: 64 * 1024 });
    const other = await scene.imported('1-2');
    const device = scene.device('1-1');
    let submitted = 0;
    const submit = device.submit.bind(device);
    device.submit = (transfer, complete) => {
      submitted += 1;
      return submit(transfer, complete);
    };
    const socket = await scene.raw();
    socket.pause();
    const count = 300;
    const size = 120 * 1024;
    socket.write(encodeImportRequest('1-1'));
    for (let at = 1; at <= count; at++) socket.write(inOf(at, ECHO.source, size));
    await scene.logged('device.attached', 2);
    // The buffers of the system take some megabytes, and never all of it.
    for (let at = 0; at < 50; at++)
      expect(await other.in(ECHO.source, size).completion).toMatchObject({ actual: size });
    expect(submitted).toBeLessThan(count);
    let heard = 0;
    for await (const piece of socket) {
      heard += piece.length;
      if (heard === 320 + count * (48 + size)) break;
    }
    expect(submitted).toBe(count);
  });

  it('lets a client go that asks for nothing, and never one that has a device', async () => {
    const scene = await UsbipScene.open({ owed: 0.1 });
    const device = await scene.imported();
    const socket = await scene.raw();
    socket.write(encodeImportRequest('1-2').slice(0, 20));
    await heardBy(socket);
    expect(await device.in(ECHO.source, 1).completion).toMatchObject({ status: 'done' });
  });

  it('gives the place of one that asks for nothing to a newcomer, and none of one that has a device', async () => {
    const scene = await UsbipScene.open({ connections: 2 });
    await scene.imported('1-1');
    const idle = await scene.raw();
    await scene.logged('connection.opened', 2);
    await scene.imported('1-2');
    await heardBy(idle);
    const refused = await scene.raw();
    await heardBy(refused).catch(() => undefined);
    await scene.logged('connection.refused');
    expect(scene.device('1-1').isAttached && scene.device('1-2').isAttached).toBe(true);
  });

  it('unplugs every device when it is closed', async () => {
    const scene = await UsbipScene.open();
    const device = await scene.imported();
    const held = device.in(ECHO.reports, 64);
    await scene.close();
    await expect(held.completion).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    expect(scene.device('1-1').isAttached).toBe(false);
    await expect(listUsbip(scene.server)).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
  });

  it('says where it is, and that a place is taken', async () => {
    const scene = await UsbipScene.open();
    expect(scene.address).toBe(`usbip://${HOST}:${scene.port}`);
    const again = listenUsbip({ host: HOST, port: scene.port }, scene.devices, SILENT);
    await expect(again).rejects.toMatchObject({ code: 'ADDRESS_TAKEN' });
  });

  it('closes once a refusal is sent, though the client stays', async () => {
    const scene = await UsbipScene.open();
    const socket = await scene.raw();
    socket.write(encodeImportRequest('9-9'));
    expect(await heardBy(socket)).toHaveLength(8);
    await scene.logged('connection.closed');
  });
});
