import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Facts } from '../../../../carriers/server/server-port.ts';
import { connectUsbip, type ImportedDevice } from '../../../../carriers/usbip/usbip-client.adapter.ts';
import { concatBytes } from '../../../../container/model/bytes.ts';
import { createDongle } from '../../../../dongle-firmware-sim/firmware/open-dongle.adapter.ts';
import { openTraceFile, openUsbTrace, placeOf } from '../../../../dongle-firmware-sim/usb/trace/usb-trace.adapter.ts';
import { traceHeader } from '../../../../dongle-firmware-sim/usb/trace/usbmon-record.ts';
import { openBench } from '../../../../dongle-firmware-sim/usb/usbip-bench.adapter.ts';
import { listenUsbip } from '../../../../dongle-firmware-sim/usb/usbip-server.adapter.ts';
import { temporaryFolders } from '../../../container/store/temporary-folder.ts';
import { ECHO, EchoDevice } from '../echo-device.ts';
import { type ReadRecord, readPcap, sayRecord } from './read-pcap.ts';

const IDS = { vendor: 0x1209, product: 1, interval: 4 };
const HOST = '127.0.0.1';
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SNAP = 262_144;
const makeFolder = temporaryFolders();

function modeOf(file: string): number {
  return fs.statSync(file).mode & 0o777;
}

describe('the file of a trace', () => {
  it('is made for its owner only, with the header of a trace', async () => {
    const file = path.join(makeFolder(), 'usb.pcap');
    await openTraceFile(file).close();
    expect(readPcap(fs.readFileSync(file))).toEqual({ snapLength: SNAP, records: [] });
    if (process.platform !== 'win32') expect(modeOf(file)).toBe(0o600);
  });

  it('takes the place of an earlier trace and of an empty file, for its owner only from then on', async () => {
    const file = path.join(makeFolder(), 'usb.pcap');
    for (const earlier of [new Uint8Array(), concatBytes(traceHeader(99), new Uint8Array(5000))]) {
      fs.writeFileSync(file, earlier);
      fs.chmodSync(file, 0o644);
      await openTraceFile(file).close();
      expect(readPcap(fs.readFileSync(file)).records).toEqual([]);
      if (process.platform !== 'win32') expect(modeOf(file)).toBe(0o600);
    }
  });

  it.each([
    ['a text', new TextEncoder().encode('years of work')],
    ['a byte', Uint8Array.of(0xd4)],
    ['half a header', traceHeader(SNAP).subarray(0, 20)],
    ['a trace of something else than USB', traceHeader(SNAP).map((byte, at) => (at === 20 ? 1 : byte))],
  ])('takes the place of nothing else: %s', (_, bytes) => {
    const file = path.join(makeFolder(), 'thesis.txt');
    fs.writeFileSync(file, bytes);
    expect(() => openTraceFile(file)).toThrow('something else than a USB trace');
    expect(new Uint8Array(fs.readFileSync(file))).toEqual(bytes);
  });

  it.skipIf(process.platform === 'win32')(
    'is neither a folder nor a socket, nor where there is no folder',
    async () => {
      const folder = makeFolder();
      const socket = path.join(folder, 'socket');
      const server = net.createServer().listen(socket);
      await once(server, 'listening');
      for (const place of [folder, socket]) expect(() => openTraceFile(place)).toThrow('not a plain file');
      server.close();
      const missing = path.join(folder, 'nowhere', 'usb.pcap');
      expect(() => openTraceFile(missing)).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }));
    },
  );

  it("is nobody else's while it is written, by whichever path, and as it was for who is turned away", async () => {
    const name = path.join(makeFolder(), 'usb.pcap');
    const first = openTraceFile(name);
    await first.write(Uint8Array.of(1, 2, 3), 24);
    const link = path.join(makeFolder(), 'link.pcap');
    if (process.platform !== 'win32') fs.symlinkSync(name, link);
    const why = `it is being written by process ${process.pid}`;
    for (const place of process.platform === 'win32' ? [name] : [name, link])
      expect(() => openTraceFile(place)).toThrow(
        expect.objectContaining({ code: 'OUTPUT_REFUSED', details: { place, why } }),
      );
    expect([...fs.readFileSync(name).subarray(24)]).toEqual([1, 2, 3]);
    const another = openTraceFile(path.join(path.dirname(name), 'other.pcap'));
    await another.close();
    await first.close();
    const next = openTraceFile(name);
    expect(readPcap(fs.readFileSync(name)).records).toEqual([]);
    await next.close();
  });

  it('is to be had again from a program that was killed while it wrote it, and from itself once it was refused', async () => {
    const folder = makeFolder();
    const name = path.join(folder, 'usb.pcap');
    const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
    fs.writeFileSync(path.join(folder, '.usb.pcap.4.lock'), `{"process":${gone}}`);
    await openTraceFile(name).close();
    fs.writeFileSync(name, 'years of work');
    expect(() => openTraceFile(name)).toThrow('something else than a USB trace');
    fs.rmSync(name);
    await openTraceFile(name).close();
    expect(readPcap(fs.readFileSync(name)).records).toEqual([]);
  });

  it('has what it is given where it is said, and is cut as it is told', async () => {
    const name = path.join(makeFolder(), 'usb.pcap');
    const file = openTraceFile(name);
    expect(await file.write(Uint8Array.of(1, 2, 3), 24)).toBe(3);
    expect(await file.write(Uint8Array.of(4), 27)).toBe(1);
    await file.truncate(26);
    await file.close();
    expect([...fs.readFileSync(name).subarray(24)]).toEqual([1, 2]);
  });
});

describe('the place of a device in a trace', () => {
  it.each([
    ['1-1', { bus: 1, device: 1 }],
    ['1-127', { bus: 1, device: 127 }],
    ['1-128', { bus: 2, device: 1 }],
    ['1-255', { bus: 3, device: 1 }],
  ])('is that of its bus id, as far as a bus has addresses: %s', (busid, place) => {
    expect(placeOf(busid)).toEqual(place);
  });
});

/** Dongles on a bench in this process, whose traffic is written to a file. */
class TracedBench {
  readonly told: { readonly event: string; readonly facts: Facts | undefined }[] = [];
  readonly file = path.join(makeFolder(), 'usb.pcap');
  readonly addresses: string[] = [];
  readonly #ended = new AbortController();
  readonly #serving: Promise<void>[] = [];
  #close: () => Promise<void> = async () => undefined;

  static async open(dongles: number, folder = makeFolder()): Promise<TracedBench> {
    const scene = new TracedBench();
    const tell = (event: string, facts?: Facts): void => void scene.told.push({ event, facts });
    const log = { info: tell, warn: tell, error: tell };
    const bench = await openBench({ host: HOST, port: 0, bind: undefined, log, trace: scene.file, ...IDS });
    scene.#close = () => bench.close();
    onTestFinished(() => scene.close());
    for (let number = 1; number <= dongles; number++) {
      const dongle = path.join(folder, `dongle-${number}`);
      createDongle({ folder: dongle }).close();
      await new Promise<void>((resolve, reject) => {
        const options = { folder: dongle, listen: [], streams: [], log, pair: false, signal: scene.#ended.signal };
        const serving = bench.serve(options, ({ addresses }) => {
          scene.addresses.push(addresses[0] ?? '');
          resolve();
        });
        serving.catch(reject);
        scene.#serving.push(serving);
      });
    }
    return scene;
  }

  async imported(at: number): Promise<ImportedDevice> {
    const [, port = '', busid = ''] = /:(\d+)\/(\S+)$/.exec(this.addresses[at] ?? '') ?? [];
    const device = await connectUsbip({ host: HOST, port: Number(port), busid, patience: 10 });
    onTestFinished(() => device.close());
    return device;
  }

  /** Ends everything. Repeatable. */
  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#serving);
    await this.#close();
  }

  records(): readonly ReadRecord[] {
    return readPcap(fs.readFileSync(this.file)).records;
  }
}

const DEVICE_DESCRIPTOR = { requestType: 0x80, request: 6, value: 0x0100, index: 0, length: 64 };
const CONFIGURE = { requestType: 0, request: 9, value: 1, index: 0, length: 0 };
const UNKNOWN = { requestType: 0xc0, request: 0x33, value: 0, index: 0, length: 4 };
/** A command wrapper with INQUIRY for 36 bytes. @see USB Mass Storage Bulk-Only 1.0, 5.1 */
const INQUIRY = Uint8Array.from(Buffer.from('55534243010000002400000080000612000000240000000000000000000000', 'hex'));

describe('the traffic of served dongles', () => {
  it('is in the file as a real client made it: descriptors, reports, disk, a stall, a transfer taken back, one left behind', async () => {
    const began = Date.now();
    const scene = await TracedBench.open(1);
    const dongle = await scene.imported(0);
    const descriptor = await dongle.control(DEVICE_DESCRIPTOR).completion;
    await dongle.control(CONFIGURE).completion;
    await dongle.control(UNKNOWN).completion;
    await dongle.out(2, INQUIRY).completion;
    const inquiry = await dongle.in(2, 36).completion;
    await dongle.in(2, 13).completion;
    const taken = dongle.in(1, 64);
    taken.unlink();
    expect(await taken.completion).toEqual({ status: 'unlinked' });
    const left = dongle.in(1, 64).completion.catch(() => 'lost');
    // It is answered when what was asked before has arrived.
    await dongle.control(DEVICE_DESCRIPTOR).completion;
    await dongle.close();
    expect(await left).toBe('lost');
    await scene.close();
    const records = scene.records();
    expect(records.map(sayRecord)).toEqual([
      ...['S control 80 -115 64< 0', 'C control 80 0 18 18'],
      ...['S control 00 -115 0 0', 'C control 00 0 0> 0'],
      ...['S control 80 -115 4< 0', 'C control 80 -32 0 0'],
      ...['S bulk 02 -115 31 31', 'C bulk 02 0 31> 0'],
      ...['S bulk 82 -115 36< 0', 'C bulk 82 0 36 36'],
      ...['S bulk 82 -115 13< 0', 'C bulk 82 0 13 13'],
      ...['S interrupt 81 -115 64< 0', 'C interrupt 81 -104 0 0'],
      'S interrupt 81 -115 64< 0',
      ...['S control 80 -115 64< 0', 'C control 80 0 18 18'],
      'C interrupt 81 -108 0 0',
    ]);
    expect(records[0]?.setup).toBe('8006000100004000');
    expect(descriptor).toMatchObject({ data: new Uint8Array(records[1]?.data ?? []) });
    expect(inquiry).toMatchObject({ data: new Uint8Array(records[9]?.data ?? []) });
    expect(String(records[9]?.data)).toContain('Transfer Dongle');
    const moments = records.map(({ seconds, microseconds }) => seconds * 1000 + microseconds / 1000);
    expect(moments).toEqual(moments.toSorted((one, other) => one - other));
    expect(moments[0]).toBeGreaterThanOrEqual(began - 1);
    expect(moments.at(-1)).toBeLessThanOrEqual(Date.now() + 1);
    expect(new Set(records.map(({ id }) => id)).size).toBe(9);
    expect(scene.told).toContainEqual({ event: 'trace.began', facts: { file: scene.file } });
    const facts = { file: scene.file, records: records.length, dropped: 0 };
    expect(scene.told.at(-1)).toEqual({ event: 'trace.ended', facts });
  });

  it('of several is told apart by their devices, and no number is that of two transfers', async () => {
    const scene = await TracedBench.open(2);
    expect(scene.addresses.map((address) => address.split('/').at(-1))).toEqual(['1-1', '1-2']);
    const dongles = [await scene.imported(0), await scene.imported(1)];
    await Promise.all(dongles.map((dongle) => dongle.control(DEVICE_DESCRIPTOR).completion));
    await dongles[1]?.control(CONFIGURE).completion;
    await scene.close();
    const records = scene.records();
    const of = (wanted: number): string[] =>
      records.filter(({ bus, device }) => bus === 1 && device === wanted).map(sayRecord);
    const asked = ['S control 80 -115 64< 0', 'C control 80 0 18 18'];
    expect(of(1)).toEqual(asked);
    expect(of(2)).toEqual([...asked, 'S control 00 -115 0 0', 'C control 00 0 0> 0']);
    expect(records).toHaveLength(6);
    expect(new Set(records.map(({ id }) => id)).size).toBe(3);
  });

  it('is not begun when the panel has no place, and lets the file go', async () => {
    const taken = net.createServer().listen(0, HOST);
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const file = path.join(makeFolder(), 'usb.pcap');
    const told: string[] = [];
    const log = { ...SILENT, info: (event: string) => void told.push(event) };
    const panel = { host: HOST, port: (taken.address() as net.AddressInfo).port };
    const opening = openBench({ host: HOST, port: 0, bind: undefined, log, panel, trace: file, ...IDS });
    await expect(opening).rejects.toMatchObject({ code: 'ADDRESS_TAKEN' });
    expect(told).toEqual(['trace.began', 'trace.ended']);
  });
});

describe('a device whose trace fails', () => {
  it('goes on all the same over a real connection, and the log says why', async () => {
    const told: { readonly event: string; readonly facts: Facts | undefined }[] = [];
    const error = (event: string, facts?: Facts): void => void told.push({ event, facts });
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const trace = openUsbTrace('usb.pcap', IDS.interval, { ...SILENT, error }, () => ({
      write: () => Promise.reject(full),
      truncate: () => Promise.reject(full),
      close: async () => undefined,
    }));
    const devices = new Map([['1-1', trace.tap('1-1', new EchoDevice())]]);
    const listening = await listenUsbip({ host: HOST, port: 0 }, devices, SILENT);
    onTestFinished(() => listening.close());
    const port = Number(listening.address.split(':').at(-1));
    const device = await connectUsbip({ host: HOST, port, busid: '1-1', patience: 10 });
    onTestFinished(() => device.close());
    for (const byte of [1, 2, 3]) {
      await device.out(ECHO.bulk, Uint8Array.of(byte)).completion;
      expect(await device.in(ECHO.bulk, 8).completion).toEqual({
        status: 'done',
        data: Uint8Array.of(byte),
        actual: 1,
      });
    }
    await trace.close();
    const facts = { file: 'usb.pcap', records: 0, dropped: expect.any(Number), why: 'the disk is full' };
    expect(told).toEqual([{ event: 'trace.failed', facts }]);
  });
});
