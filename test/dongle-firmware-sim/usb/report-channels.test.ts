import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FRAME_HEADER, FRAME_PAYLOAD } from '../../../container/wire/frame.ts';
import {
  Assembly,
  BROADCAST,
  REPORT_ERRORS,
  REPORT_SIZE,
  type ReportKind,
  readReport,
  reportsOf,
} from '../../../container/wire/report.ts';
import { FakeBus } from '../../carriers/hid/fake-bus.ts';

const LONGEST = FRAME_HEADER + FRAME_PAYLOAD;
const NONCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const NOTHING = new Uint8Array();

interface Said {
  readonly channel: number;
  readonly kind: ReportKind;
  readonly message: Uint8Array;
}

let bus: FakeBus;
beforeEach(() => {
  bus = new FakeBus();
});

/** What the dongle says now, message by message. */
function said(): Said[] {
  const messages: Said[] = [];
  const arriving = new Map<number, Assembly>();
  for (let bytes = bus.channels.next(); bytes !== undefined; bytes = bus.channels.next()) {
    const report = readReport(bytes) ?? expect.fail();
    if (report.position === 'first') arriving.set(report.channel, new Assembly(report.kind ?? expect.fail(), report));
    else expect(arriving.get(report.channel)?.add(report)).toBe(true);
    const { kind, message } = arriving.get(report.channel) ?? expect.fail('it goes on with nothing');
    if (message !== undefined) messages.push({ channel: report.channel, kind, message });
  }
  return messages;
}

function send(channel: number, kind: ReportKind, message = NOTHING, count = Number.POSITIVE_INFINITY): void {
  for (const report of [...reportsOf(channel, kind, message)].slice(0, count)) bus.channels.receive(report);
}

function open(): number {
  send(BROADCAST, 'open', NONCE);
  const { message } = said().find(({ kind }) => kind === 'opened') ?? expect.fail('nothing was opened');
  expect(message.subarray(0, 8)).toEqual(NONCE);
  return (message[8] ?? 0) * 256 + (message[9] ?? 0);
}

function error(channel: number, code: keyof typeof REPORT_ERRORS): Said {
  return { channel, kind: 'error', message: Uint8Array.of(REPORT_ERRORS[code]) };
}

/** What was brought to who serves a channel, by the order in which channels were opened. */
function brought(at: number): Uint8Array {
  return (bus.served[at]?.read() as Uint8Array | null) ?? NOTHING;
}

describe('the channels of a dongle', () => {
  it('have numbers that differ, and none of them is the one for everybody', () => {
    const numbers = Array.from({ length: 32 }, open);
    expect(new Set(numbers).size).toBe(32);
    expect(numbers).not.toContain(BROADCAST);
    expect(numbers).not.toContain(0);
  });

  it('make room for a new one where the one unused for the longest is', () => {
    const numbers = Array.from({ length: 32 }, open);
    send(numbers[0] ?? 0, 'blink');
    said();
    open();
    send(numbers[0] ?? 0, 'blink');
    send(numbers[1] ?? 0, 'blink');
    expect(said().map(({ kind }) => kind)).toEqual(['blink', 'error']);
    expect(bus.served[1]?.destroyed).toBe(true);
  });

  it('bring a message whole, once its last report is there', () => {
    const channel = open();
    send(channel, 'message', new Uint8Array(300).fill(7), 5);
    expect([brought(0).length, said()]).toEqual([0, [{ channel, kind: 'ready', message: NOTHING }]]);
    bus.channels.receive([...reportsOf(channel, 'message', new Uint8Array(300).fill(7))][5] ?? NOTHING);
    expect(brought(0)).toEqual(Buffer.alloc(300, 7));
  });

  it('answer "busy" to others while a message arrives, which is not disturbed', () => {
    const [one, other] = [open(), open()];
    send(one, 'message', new Uint8Array(100).fill(7), 1);
    said();
    send(other, 'message', Uint8Array.of(1));
    send(other, 'blink');
    expect(said()).toEqual([error(other, 'busy'), error(other, 'busy')]);
    bus.channels.receive([...reportsOf(one, 'message', new Uint8Array(100).fill(7))][1] ?? NOTHING);
    expect(brought(0)).toEqual(Buffer.alloc(100, 7));
  });

  it('give up what they say, and are closed, also while a message of another one arrives', () => {
    const [one, other] = [open(), open()];
    send(one, 'message', new Uint8Array(100).fill(7), 1);
    said();
    bus.served[1]?.write(new Uint8Array(1000));
    send(other, 'cancel');
    expect(said()).toEqual([{ channel: other, kind: 'cancel', message: NOTHING }]);
    send(other, 'close');
    expect(bus.served.map(({ destroyed }) => destroyed)).toEqual([false, true]);
    bus.channels.receive([...reportsOf(one, 'message', new Uint8Array(100).fill(7))][1] ?? NOTHING);
    expect(brought(0)).toEqual(Buffer.alloc(100, 7));
  });

  it('give a message up whose next report does not come, or that comes too slowly, and are free for others', () => {
    const [one, other] = [open(), open()];
    send(one, 'message', new Uint8Array(100), 1);
    said();
    bus.waits.pass(3);
    expect(said()).toEqual([error(one, 'timedOut')]);
    const reports = [...reportsOf(one, 'message', new Uint8Array(LONGEST))];
    for (const report of reports.slice(0, 20)) {
      bus.channels.receive(report);
      bus.waits.pass(2);
    }
    expect(said()).toEqual([{ channel: one, kind: 'ready', message: NOTHING }, error(one, 'timedOut')]);
    send(other, 'message', Uint8Array.of(9));
    expect([brought(0).length, brought(1)]).toEqual([0, Buffer.of(9)]);
  });

  it('take nothing of a message that lacks a report, and pass over what comes of it still', () => {
    const channel = open();
    const reports = [...reportsOf(channel, 'message', new Uint8Array(400).fill(1))];
    for (const report of reports.filter((_, at) => at !== 2)) bus.channels.receive(report);
    expect(said()).toEqual([{ channel, kind: 'ready', message: NOTHING }, error(channel, 'outOfSequence')]);
    send(channel, 'message', Uint8Array.of(5));
    expect(brought(0)).toEqual(Buffer.of(5));
  });

  it('begin anew with who begins anew, and leave what he had begun', () => {
    const channel = open();
    send(channel, 'message', new Uint8Array(400), 2);
    send(channel, 'message', Uint8Array.of(5));
    expect(brought(0)).toEqual(Buffer.of(5));
  });

  it.each([
    ['a message of nothing', 'message', 0, 'wrongLength'],
    ['a message that is too long', 'message', LONGEST + 1, 'wrongLength'],
    ['a close with something in it', 'close', 1, 'wrongLength'],
    ['what only a dongle says', 'working', 0, 'unknownKind'],
    ['an open on a channel', 'open', 8, 'unknownKind'],
  ] as const)('refuse %s with an error of its own, and go on', (_, kind, length, code) => {
    const channel = open();
    send(channel, kind, new Uint8Array(length), 1);
    expect(said()).toEqual([error(channel, code)]);
    send(channel, 'blink');
    expect([said().length, bus.blinks]).toEqual([1, 1]);
  });

  it('refuse kinds that there are not, other things than an open to everybody, and channels that nobody opened', () => {
    const channel = open();
    const [unknown = NOTHING] = reportsOf(channel, 'message', Uint8Array.of(1));
    unknown[4] = 200;
    bus.channels.receive(unknown);
    send(BROADCAST, 'blink');
    send(BROADCAST, 'open', Uint8Array.of(1));
    send(channel + 1, 'message', Uint8Array.of(1));
    expect(said()).toEqual([
      error(channel, 'unknownKind'),
      error(BROADCAST, 'unknownKind'),
      error(BROADCAST, 'wrongLength'),
      error(channel + 1, 'noChannel'),
    ]);
  });

  it('say no more of an answer that its client cancels, and bring the next one whole', () => {
    const channel = open();
    bus.served[0]?.write(new Uint8Array(1000).fill(1));
    for (let taken = 0; taken < 3; taken++) expect(bus.channels.next()).toHaveLength(REPORT_SIZE);
    send(channel, 'cancel');
    bus.served[0]?.write(Uint8Array.of(2));
    expect(said()).toEqual([
      { channel, kind: 'cancel', message: NOTHING },
      { channel, kind: 'message', message: Uint8Array.of(2) },
    ]);
  });

  it.each(['cancel', 'close'] as const)('say nothing more of answers of which several wait, after a %s', (kind) => {
    const channel = open();
    for (const length of [1000, 1001, 1002]) bus.served[0]?.write(new Uint8Array(length));
    expect(bus.channels.next()).toHaveLength(REPORT_SIZE);
    send(channel, kind);
    expect(said()).toEqual(kind === 'cancel' ? [{ channel, kind, message: NOTHING }] : []);
  });

  it('end with what their client closes, and with the host', () => {
    const [one] = [open(), open()];
    send(one, 'close');
    expect(bus.served.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    bus.served[1]?.write(Uint8Array.of(2));
    bus.channels.reset();
    expect([bus.served[1]?.destroyed, said(), bus.waits.size]).toEqual([true, [], 0]);
  });

  it('close a channel whose client sends more than can wait to be read', () => {
    const channel = open();
    for (let sent = 0; sent < 20; sent++) send(channel, 'message', new Uint8Array(FRAME_PAYLOAD));
    expect(bus.served[0]?.destroyed).toBe(true);
  });

  it('keep no more than a few messages for a host that takes none', () => {
    const channel = open();
    for (let sent = 0; sent < 10_000; sent++) send(channel, 'blink');
    expect(said().length).toBeLessThanOrEqual(256);
  });

  it('bear any reports', () => {
    const channel = open();
    const report = fc.uint8Array({ minLength: REPORT_SIZE, maxLength: REPORT_SIZE });
    const aimed = report.map((bytes) => {
      new DataView(bytes.buffer, bytes.byteOffset).setUint16(0, channel);
      bytes.fill(0, 2, 4);
      bytes[4] = (bytes[4] ?? 0) % 12;
      return bytes;
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(report, aimed), { maxLength: 40 }), (reports) => {
        for (const bytes of reports) bus.channels.receive(bytes);
        bus.waits.pass(100);
        while (bus.channels.next() !== undefined);
      }),
    );
    expect(open()).not.toBe(0);
  });
});
