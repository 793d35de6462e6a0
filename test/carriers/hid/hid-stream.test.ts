import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { HidStream } from '../../../carriers/hid/hid-stream.ts';
import type { ReportPort } from '../../../carriers/hid/report-port.ts';
import { FerryError } from '../../../container/errors.ts';
import { FRAME_HEADER, FRAME_PAYLOAD } from '../../../container/wire/frame.ts';
import { BROADCAST, REPORT_ERRORS, REPORT_SIZE, reportsOf } from '../../../container/wire/report.ts';
import { FakeBus } from './fake-bus.ts';

const LONGEST = FRAME_HEADER + FRAME_PAYLOAD;

function bytesOf(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + seed) & 0xff);
}

/** A channel, and the dongle's end of it, which answers with what it is sent. */
async function echoing(bus: FakeBus, port = bus.port()): Promise<HidStream> {
  const stream = await HidStream.open(port, bus.options());
  const served = bus.served.at(-1) ?? expect.fail('nothing is served');
  served.on('data', (piece: Uint8Array) => served.write(piece));
  return stream;
}

const CHANNEL = 0x0202;

/** A channel of a dongle that says nothing by itself. */
async function opened(port: ReportPort, bus: FakeBus): Promise<HidStream> {
  const opening = HidStream.open(port, bus.options());
  const answer = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, CHANNEL >> 8, CHANNEL & 0xff);
  for (const report of reportsOf(BROADCAST, 'opened', answer)) port.onReport(report);
  return opening;
}

function error(channel: number, code: keyof typeof REPORT_ERRORS): Uint8Array {
  const [report = expect.fail()] = reportsOf(channel, 'error', Uint8Array.of(REPORT_ERRORS[code]));
  return report;
}

async function answerTo(stream: HidStream, message: Uint8Array): Promise<Uint8Array> {
  stream.write(message);
  const [answer] = (await once(stream, 'data')) as [Uint8Array];
  return answer;
}

describe('a channel of a dongle', () => {
  it('brings messages of every length there and back whole', async () => {
    const stream = await echoing(new FakeBus());
    for (const length of [1, 54, 55, 56, 115, 116, 4096, LONGEST])
      expect(await answerTo(stream, bytesOf(length)), `${length} bytes`).toEqual(Buffer.from(bytesOf(length)));
  });

  it('brings any messages one after the other whole', async () => {
    const stream = await echoing(new FakeBus());
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async (message) => {
        expect(await answerTo(stream, message)).toEqual(Buffer.from(message));
      }),
      { numRuns: 50 },
    );
  });

  it('has 92 of 100 bytes of its reports for messages of 4 KiB and more', async () => {
    const bus = new FakeBus();
    const stream = await echoing(bus);
    for (const length of [4096, 8192, LONGEST]) {
      const before = { ...bus.traffic };
      await answerTo(stream, bytesOf(length));
      // The dongle says once that it is ready for more than one report.
      const toHost = bus.traffic.toHost - before.toHost - 1;
      const toDongle = bus.traffic.toDongle - before.toDongle;
      expect(length / (toHost * REPORT_SIZE)).toBeGreaterThan(0.92);
      expect(length / (toDongle * REPORT_SIZE)).toBeGreaterThan(0.92);
    }
  });

  it('passes over reports of another size, before it is opened and after', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const write = port.write;
    port.write = async (reports) => {
      for (const length of [0, 3, 63, 65]) port.onReport(new Uint8Array(length));
      await write(reports);
    };
    const stream = await HidStream.open(port, bus.options());
    const served = bus.served[0] ?? expect.fail('nothing is served');
    served.on('data', (piece: Uint8Array) => served.write(piece));
    expect(await answerTo(stream, bytesOf(5000))).toEqual(Buffer.from(bytesOf(5000)));
  });

  it('keeps two clients apart that speak at once', async () => {
    const bus = new FakeBus();
    const [one, other] = [await echoing(bus), await echoing(bus)];
    const both = Promise.all([answerTo(one, bytesOf(3000, 1)), answerTo(other, bytesOf(3000, 2))]);
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      bus.waits.pass(0.01);
    }
    const [first, second] = await both;
    expect(first).toEqual(Buffer.from(bytesOf(3000, 1)));
    expect(second).toEqual(Buffer.from(bytesOf(3000, 2)));
  });

  it('asks a busy dongle again until it has time', async () => {
    const bus = new FakeBus();
    const [stream, stranger] = [await echoing(bus), bus.port()];
    await HidStream.open(stranger, bus.options());
    const channel = channelOf(bus);
    const [first = expect.fail(), ...rest] = reportsOf(channel, 'message', bytesOf(300));
    await stranger.write([first]);
    const answer = answerTo(stream, bytesOf(40));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    bus.waits.pass(0.01);
    await stranger.write(rest);
    bus.waits.pass(0.2);
    expect(await answer).toEqual(Buffer.from(bytesOf(40)));
  });

  it('gives up on a dongle that stays busy for longer than its patience', async () => {
    const bus = new FakeBus();
    const stream = await echoing(bus);
    const port = bus.port();
    await HidStream.open(port, bus.options());
    const channel = channelOf(bus);
    const failed = once(stream, 'error');
    for (let second = 0; second < 25; second += 2) {
      await port.write([...reportsOf(channel, 'message', bytesOf(300))].slice(0, 1));
      if (second === 0) stream.write(bytesOf(40));
      for (let turn = 0; turn < 400; turn++) {
        await Promise.resolve();
        bus.waits.pass(0.005);
      }
    }
    expect(await failed).toMatchObject([{ code: 'CARRIER_BUSY' }]);
  });

  it('sends a message once to a dongle that says more than once that it is ready', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const stream = await echoing(bus, port);
    const ready = [...reportsOf(channelOf(bus), 'ready', bytesOf(0))];
    const answer = answerTo(stream, bytesOf(300));
    for (const report of [...ready, ...ready, ...ready]) port.onReport(report);
    expect(await answer).toEqual(Buffer.from(bytesOf(300)));
    for (const report of ready) port.onReport(report);
    expect(await answerTo(stream, bytesOf(400))).toEqual(Buffer.from(bytesOf(400)));
  });

  it('waits once for a dongle that says more than once that it is busy', async () => {
    const bus = new FakeBus();
    const port = { ...bus.port(), write: async () => undefined };
    const stream = await opened(port, bus);
    const failed = once(stream, 'error');
    stream.write(bytesOf(300));
    port.onReport(error(CHANNEL, 'busy'));
    port.onReport(error(CHANNEL, 'busy'));
    expect(await failed).toMatchObject([{ code: 'CARRIER_GARBLED' }]);
    expect(bus.waits.size).toBe(0);
  });

  it('sends what is written while a message waits for a busy dongle behind it', async () => {
    const bus = new FakeBus();
    const written: Uint8Array[] = [];
    const port = { ...bus.port(), write: async (reports: readonly Uint8Array[]) => void written.push(...reports) };
    const stream = await opened(port, bus);
    written.length = 0;
    stream.write(bytesOf(9, 1));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    port.onReport(error(CHANNEL, 'busy'));
    stream.write(bytesOf(300, 2));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    const [one] = reportsOf(CHANNEL, 'message', bytesOf(9, 1));
    const [other] = reportsOf(CHANNEL, 'message', bytesOf(300, 2));
    expect(written).toEqual([one]);
    bus.waits.pass(1);
    expect(written).toEqual([one, one, other]);
  });

  it('waits for nothing any more when it ends, although more was written while it waited for a busy dongle', async () => {
    const bus = new FakeBus();
    const port = { ...bus.port(), write: async () => undefined };
    const stream = await opened(port, bus);
    const failed = new Promise((resolve) => stream.once('error', resolve));
    stream.write(bytesOf(9));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    port.onReport(error(CHANNEL, 'busy'));
    stream.write(bytesOf(300));
    port.onReport(error(CHANNEL, 'busy'));
    expect(await failed).toMatchObject({ code: 'CARRIER_GARBLED' });
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(bus.waits.size).toBe(0);
  });

  it('does not go on with a dongle that is busy after it was ready', async () => {
    const bus = new FakeBus();
    const port = { ...bus.port(), write: async () => undefined };
    const stream = await opened(port, bus);
    const failed = once(stream, 'error');
    stream.write(bytesOf(300));
    for (const report of reportsOf(CHANNEL, 'ready', bytesOf(0))) port.onReport(report);
    port.onReport(error(CHANNEL, 'busy'));
    expect(await failed).toMatchObject([{ code: 'CARRIER_GARBLED' }]);
  });

  it('passes over what is no report of the right size', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const opening = HidStream.open(port, bus.options());
    for (const length of [0, 1, 63, 65]) port.onReport(bytesOf(length));
    const stream = await opening;
    for (const length of [0, 1, 63, 65]) port.onReport(bytesOf(length));
    bus.served[0]?.write(bytesOf(3));
    expect(await once(stream, 'data')).toEqual([Buffer.from(bytesOf(3))]);
  });

  it('tells that the dongle is there each time that it is busy, so that its patience with that is what counts', async () => {
    const bus = new FakeBus();
    const port = { ...bus.port(), write: async () => undefined };
    const stream = await opened(port, bus);
    let signs = 0;
    stream.on('alive', () => {
      signs += 1;
    });
    stream.write(bytesOf(10));
    for (let time = 0; time < 3; time++) {
      port.onReport(error(CHANNEL, 'busy'));
      bus.waits.pass(0.1);
    }
    expect(signs).toBe(3);
    stream.destroy();
  });

  it('goes on with a long message that the dongle says something before', async () => {
    const bus = new FakeBus();
    const stream = await HidStream.open(bus.port(), bus.options());
    const served = bus.served[0] ?? expect.fail('nothing is served');
    const [said, heard] = [once(stream, 'data'), once(served, 'data')];
    served.write(bytesOf(3));
    const written = new Promise((resolve) => stream.write(bytesOf(5000), resolve));
    expect(await said).toEqual([Buffer.from(bytesOf(3))]);
    await written;
    expect(await heard).toEqual([Buffer.from(bytesOf(5000))]);
  });

  it('ends where a dongle that was busy cannot be asked again', async () => {
    const bus = new FakeBus();
    const port = { ...bus.port(), write: async (): Promise<void> => undefined };
    const stream = await opened(port, bus);
    const failed = once(stream, 'error');
    stream.write(bytesOf(10));
    port.onReport(error(CHANNEL, 'busy'));
    port.write = () => Promise.reject(new FerryError('CARRIER_LOST', { where: 'hid:3-1', why: 'x' }));
    bus.waits.pass(0.1);
    expect(await failed).toMatchObject([{ code: 'CARRIER_LOST' }]);
  });

  it('ends with a dongle that says for ten minutes that it is at work, and for no less', async () => {
    const bus = new FakeBus();
    const stream = await HidStream.open(bus.port(), bus.options());
    const failed = once(stream, 'error');
    stream.write(bytesOf(10));
    bus.waits.pass(599);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.destroyed).toBe(false);
    bus.waits.pass(1);
    expect(await failed).toMatchObject([{ code: 'CARRIER_SLOW', details: { where: 'hid:3-1' } }]);
  });

  it('tells that the dongle is at work, and nothing more once it has answered', async () => {
    const bus = new FakeBus();
    const stream = await HidStream.open(bus.port(), bus.options());
    let signs = 0;
    stream.on('alive', () => {
      signs += 1;
    });
    stream.write(bytesOf(10));
    for (let tenth = 0; tenth < 5; tenth++) {
      bus.waits.pass(0.1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(signs).toBe(5);
    bus.served[0]?.write(bytesOf(3));
    await once(stream, 'data');
    bus.waits.pass(10);
    expect([signs, bus.waits.size]).toEqual([5, 0]);
  });

  it('ends with what its dongle was pulled out with', async () => {
    const bus = new FakeBus();
    const stream = await echoing(bus);
    const failed = once(stream, 'error');
    bus.unplug();
    expect(await failed).toMatchObject([{ code: 'CARRIER_LOST' }]);
    expect(bus.served[0]?.destroyed).toBe(true);
  });

  it('ends the dongle’s end when it is closed', async () => {
    const bus = new FakeBus();
    const stream = await echoing(bus);
    stream.destroy();
    await once(stream, 'close');
    expect(bus.served[0]?.destroyed).toBe(true);
  });

  it('is closed although the dongle takes no reports any more', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const close = vi.spyOn(port, 'close');
    const stream = await HidStream.open(port, bus.options());
    port.write = () => new Promise(() => undefined);
    const failed = once(stream, 'error');
    stream.destroy(new FerryError('CARRIER_TIMEOUT', { where: 'hid:3-1', seconds: 20 }));
    bus.waits.pass(1);
    expect(await failed).toMatchObject([{ code: 'CARRIER_TIMEOUT' }]);
    expect([close.mock.calls.length, bus.waits.size]).toEqual([1, 0]);
  });

  it('is not opened where no dongle answers in time', async () => {
    const bus = new FakeBus();
    const port = { ...bus.port(), write: async () => undefined };
    const opening = HidStream.open(port, bus.options());
    bus.waits.pass(20);
    await expect(opening).rejects.toMatchObject({ code: 'CARRIER_TIMEOUT' });
  });

  it.each([
    ['announces more than a message may have', [...reportsOf(1, 'message', bytesOf(LONGEST + 1))].slice(0, 1)],
    ['leaves a report out', [...reportsOf(1, 'message', bytesOf(300))].filter((_, at) => at !== 2)],
    ['says something of an unknown kind', [Uint8Array.from([0, 1, 0, 0, 99, ...new Uint8Array(59)])]],
  ])('does not go on with a dongle that %s', async (_, reports) => {
    const bus = new FakeBus();
    const port = bus.port();
    const stream = await HidStream.open(port, bus.options());
    const failed = once(stream, 'error');
    const channel = channelOf(bus);
    for (const report of reports) {
      new DataView(report.buffer).setUint16(0, channel);
      port.onReport(report);
    }
    expect(await failed).toMatchObject([{ code: 'CARRIER_GARBLED' }]);
  });
});

/** The channel that was opened last: numbers are drawn one after the other here. */
function channelOf({ served }: FakeBus): number {
  return served.length * 0x0101;
}
