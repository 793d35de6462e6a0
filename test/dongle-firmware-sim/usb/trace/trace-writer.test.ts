import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../../carriers/server/server-port.ts';
import { concatBytes } from '../../../../container/model/bytes.ts';
import {
  type TraceFile,
  type TraceLimits,
  TraceWriter,
} from '../../../../dongle-firmware-sim/usb/trace/trace-writer.ts';
import { traceHeader, type UsbEvent } from '../../../../dongle-firmware-sim/usb/trace/usbmon-record.ts';
import { readPcap } from './read-pcap.ts';

const SNAP = 164;
/** Bytes of each record here. */
const RECORD = 16 + 64 + 100;
const DISK_FULL = Object.assign(new Error('no space'), { code: 'ENOSPC' });

/** A disk that takes what the test lets it take, when the test lets it. */
class SlowFile implements TraceFile {
  bytes = traceHeader(SNAP);
  isClosed = false;
  readonly closed: Promise<void>;
  #tellClosed: () => void = () => undefined;
  /** Bytes of each write, in their order. */
  readonly asked: number[] = [];
  closing: Error | undefined;
  /** Ends the write that waits, if one does. */
  #answer: ((taken: number | Error) => void) | undefined;
  #asked: (() => void) | undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
  }

  write(piece: Uint8Array, position: number): Promise<number> {
    this.asked.push(piece.length);
    return new Promise((resolve, reject) => {
      this.#answer = (taken) => {
        this.#answer = undefined;
        if (taken instanceof Error) return reject(taken);
        const part = piece.subarray(0, taken);
        this.bytes = concatBytes(this.bytes.subarray(0, position), part);
        resolve(part.length);
      };
      this.#asked?.();
    });
  }

  /** Waits until something is to be written, and takes that many bytes of it, or all. */
  async take(taken: number | Error = Number.MAX_SAFE_INTEGER): Promise<void> {
    if (this.#answer === undefined) {
      await new Promise<void>((resolve) => {
        this.#asked = resolve;
      });
    }
    this.#answer?.(taken);
  }

  async truncate(length: number): Promise<void> {
    this.bytes = this.bytes.subarray(0, length);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.#tellClosed();
    if (this.closing !== undefined) throw this.closing;
  }
}

class WriterScene {
  readonly file = new SlowFile();
  readonly told: [level: string, event: string, facts: Facts | undefined][] = [];
  readonly writer: TraceWriter;
  patience: (() => void) | undefined;
  #recorded = 0;

  constructor(limits: Partial<TraceLimits> = {}) {
    const tell = (level: string) => (event: string, facts?: Facts) => void this.told.push([level, event, facts]);
    this.writer = new TraceWriter({
      file: this.file,
      name: 'usb.pcap',
      log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
      after: (_, over) => {
        this.patience = over;
        return () => {
          this.patience = undefined;
        };
      },
      limits: { snapLength: SNAP, ...limits },
    });
  }

  record(count: number): void {
    for (let more = 0; more < count; more++) this.writer.record(numbered(++this.#recorded));
  }

  /** The numbers of the records that are in the file. */
  get ids(): number[] {
    return readPcap(this.file.bytes).records.map(({ id }) => Number(id));
  }
}

function numbered(id: number): UsbEvent {
  const place = { moment: 0, id, bus: 1, device: 1, type: 'bulk', endpoint: 0x02, interval: 0 } as const;
  return { ...place, kind: 'submit', length: 100, setup: undefined, data: new Uint8Array(100) };
}

describe('what writes a trace', () => {
  it('writes at once, what comes meanwhile together, and says at the end how much it was', async () => {
    const scene = new WriterScene();
    scene.record(1);
    scene.record(3);
    await scene.file.take();
    await scene.file.take();
    scene.record(1);
    await scene.file.take();
    await scene.writer.close();
    scene.record(1);
    expect(scene.file.asked).toEqual([RECORD, 3 * RECORD, RECORD]);
    expect(scene.ids).toEqual([1, 2, 3, 4, 5]);
    expect(scene.told).toEqual([['info', 'trace.ended', { file: 'usb.pcap', records: 5, dropped: 0 }]]);
    expect(scene.file.isClosed).toBe(true);
    expect(scene.patience).toBeUndefined();
  });

  it('writes no more at once than a batch, but a record that is longer whole, and goes on where the disk took a part', async () => {
    const scene = new WriterScene({ batch: 2 * RECORD });
    scene.record(4);
    await scene.file.take(7);
    await scene.file.take();
    await scene.file.take();
    await scene.file.take();
    await scene.writer.close();
    expect(scene.file.asked).toEqual([RECORD, RECORD - 7, 2 * RECORD, RECORD]);
    expect(scene.ids).toEqual([1, 2, 3, 4]);
    const narrow = new WriterScene({ batch: 10 });
    narrow.record(2);
    await narrow.file.take();
    await narrow.file.take();
    expect(narrow.file.asked).toEqual([RECORD, RECORD]);
  });

  it('drops what a slow disk has no time for, keeps a bound, takes more once half of it is free, and tells what is missing', async () => {
    const scene = new WriterScene({ waiting: 5 * RECORD, batch: RECORD });
    scene.record(10);
    await scene.file.take();
    await scene.file.take();
    scene.record(1);
    expect(scene.told).toEqual([['warn', 'trace.behind', { file: 'usb.pcap' }]]);
    await scene.file.take();
    await scene.file.take();
    expect(scene.told.slice(1)).toEqual([['warn', 'trace.dropped', { file: 'usb.pcap', records: 6 }]]);
    scene.record(2);
    await scene.file.take();
    await scene.file.take();
    await scene.file.take();
    await scene.writer.close();
    expect(scene.ids).toEqual([1, 2, 3, 4, 5, 12, 13]);
    expect(scene.told.slice(2)).toEqual([['warn', 'trace.ended', { file: 'usb.pcap', records: 7, dropped: 6 }]]);
  });

  it.each([
    ['between records', RECORD, [1, 2]],
    ['in the middle of one', RECORD + 30, [1, 2]],
    ['before any of them', 0, [1]],
  ])('ends when the disk is full %s, with the last whole record, and takes no more', async (_, taken, ids) => {
    const scene = new WriterScene();
    scene.record(1);
    scene.record(3);
    await scene.file.take();
    if (taken > 0) await scene.file.take(taken);
    await scene.file.take(DISK_FULL);
    await scene.file.closed;
    scene.record(1);
    await scene.writer.close();
    const facts = { file: 'usb.pcap', records: ids.length, dropped: 4 - ids.length, why: 'the disk is full' };
    expect(scene.told).toEqual([['error', 'trace.failed', facts]]);
    expect(scene.ids).toEqual(ids);
    expect(scene.file.isClosed).toBe(true);
    expect(scene.file.asked.at(-1)).toBe(3 * RECORD - taken);
  });

  it('is told when the disk fails only at the end, and when it takes nothing and says nothing', async () => {
    const scene = new WriterScene();
    scene.file.closing = DISK_FULL;
    scene.record(1);
    await scene.file.take();
    await scene.writer.close();
    expect(scene.told).toMatchObject([['error', 'trace.failed', { why: 'the disk is full', records: 1 }]]);
    const other = new WriterScene();
    other.record(1);
    await other.file.take(0);
    await other.writer.close();
    expect(other.told).toMatchObject([['error', 'trace.failed', { why: 'the disk reports an error', records: 0 }]]);
  });

  it('shows a defect of its own as one', async () => {
    const scene = new WriterScene();
    const error = new Error('a defect');
    scene.record(1);
    await scene.file.take(error);
    await scene.writer.close();
    expect(scene.told).toEqual([['error', 'trace.failed', { file: 'usb.pcap', records: 0, dropped: 1, error }]]);
  });

  it('waits at its end for what is on its way, but not for ever', async () => {
    const scene = new WriterScene({ batch: RECORD });
    scene.record(3);
    const closed = scene.writer.close();
    await scene.file.take();
    scene.patience?.();
    await closed;
    expect(scene.told).toEqual([['warn', 'trace.ended', { file: 'usb.pcap', records: 1, dropped: 1 }]]);
    expect(scene.file.isClosed).toBe(false);
    await scene.file.take();
    await scene.writer.close();
    expect(scene.ids).toEqual([1, 2]);
    expect(scene.file.isClosed).toBe(true);
    expect(scene.told).toHaveLength(1);
  });
});
