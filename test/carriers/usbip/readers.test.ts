import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeDevlistReply,
  encodeDevlistRequest,
  encodeImportRefusal,
  encodeImportReply,
  encodeImportRequest,
} from '../../../carriers/usbip/device-messages.ts';
import { PartReader } from '../../../carriers/usbip/part-reader.ts';
import { type Asked, ReplyReader } from '../../../carriers/usbip/reply-reader.ts';
import { RequestReader } from '../../../carriers/usbip/request-reader.ts';
import {
  encodeCmdSubmit,
  encodeCmdUnlink,
  encodeRetSubmit,
  encodeRetUnlink,
  LONGEST_TRANSFER,
  NO_SETUP,
} from '../../../carriers/usbip/usbip-codec.ts';
import { concatBytes } from '../../../container/model/bytes.ts';

const DEVICE = {
  path: '/here',
  busid: '1-1',
  busnum: 1,
  devnum: 1,
  speed: 3,
  vendor: 1,
  product: 2,
  release: 3,
  class: 0,
  subclass: 0,
  protocol: 0,
  configurationValue: 1,
  configurations: 1,
  interfaceCount: 0,
};
const command = { devid: 0x0001_0001, endpoint: 2, setup: NO_SETUP };
const outOf = (seqnum: number, data: Uint8Array): Uint8Array =>
  concatBytes(encodeCmdSubmit({ ...command, seqnum, direction: 'out', length: data.length }), data);
const inOf = (seqnum: number, length: number): Uint8Array =>
  encodeCmdSubmit({ ...command, seqnum, direction: 'in', length });
const doneWith = (seqnum: number, data: Uint8Array): Uint8Array =>
  concatBytes(encodeRetSubmit({ seqnum, status: 0, actual: data.length }), data);

interface Reader<Message> {
  push(piece: Uint8Array): void;
  next(): Message | undefined;
}

/** What a reader makes of bytes that are cut there. */
function readIn<Message>(reader: Reader<Message>, bytes: Uint8Array, cuts: readonly number[], most = 100): Message[] {
  const read: Message[] = [];
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other);
  let start = 0;
  for (const end of ends) {
    reader.push(bytes.slice(start, end));
    start = end;
    for (let next = reader.next(); next !== undefined && read.length < most; next = reader.next()) read.push(next);
  }
  return read;
}

const cutsOf = fc.array(fc.nat(), { maxLength: 12 });
const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });

describe('what a client sends', () => {
  it('is the same requests in whatever pieces it arrives', () => {
    fc.assert(
      fc.property(bodies, cutsOf, (data, cuts) => {
        const requests = data.flatMap((one, at) => [outOf(3 * at, one), inOf(3 * at + 1, 64)]);
        const unlink = encodeCmdUnlink({ seqnum: 99, devid: command.devid, target: 1 });
        const bytes = concatBytes(encodeImportRequest('1-1'), ...requests, unlink);
        const read = readIn(new RequestReader(), bytes, cuts);
        expect(read).toEqual(readIn(new RequestReader(), bytes, []));
        expect(read.map(({ kind }) => kind)).toEqual(['import', ...requests.map(() => 'submit'), 'unlink']);
        const carried = read.flatMap((one) =>
          one.kind === 'submit' && one.command.direction === 'out' ? [one.data] : [],
        );
        expect(carried).toEqual(data.map((one) => Uint8Array.from(one)));
      }),
    );
  });

  it.each([
    ['another version', Uint8Array.of(0x01, 0x06, 0x80, 0x05, 0, 0, 0, 0), 'it does not begin with USB/IP 1.1.1'],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'it does not begin with USB/IP 1.1.1'],
    ['another operation', Uint8Array.of(0x01, 0x11, 0x80, 0x02, 0, 0, 0, 0), 'it asks for the unknown operation 32770'],
    ['a bus id without an end', encodeImportRequest('1-1').fill(0x31, 8), 'a bus id has no end'],
  ])('is garbled, and stays so, with %s', (_, bytes, why) => {
    const reader = new RequestReader();
    reader.push(bytes);
    expect(reader.next()).toEqual({ kind: 'garbled', why });
    reader.push(encodeDevlistRequest());
    expect(reader.next()).toEqual({ kind: 'garbled', why });
  });

  it('never crashes the reader, whatever it is', () => {
    const anything = fc.uint8Array({ maxLength: 500 });
    fc.assert(fc.property(anything, cutsOf, (bytes, cuts) => void readIn(new RequestReader(), bytes, cuts)));
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 3 }), cutsOf, (bytes, first, cuts) => {
        const header = concatBytes(encodeImportRequest('1-1'), Uint8Array.of(0, 0, 0, first), bytes);
        readIn(new RequestReader(), header, cuts);
      }),
    );
  });
});

describe('what a server sends', () => {
  const asked = (transfers: Readonly<Record<number, Asked>>) => (seqnum: number) => transfers[seqnum];

  it('is the same replies in whatever pieces it arrives', () => {
    fc.assert(
      fc.property(bodies, cutsOf, (data, cuts) => {
        const reader = () =>
          new ReplyReader('import', (seqnum) => ({ direction: seqnum < 90 ? 'in' : 'out', length: 300 }));
        const bytes = concatBytes(
          encodeImportReply(DEVICE),
          ...data.map((one, at) => doneWith(at, one)),
          encodeRetSubmit({ seqnum: 98, status: 0, actual: 300 }),
          encodeRetUnlink({ seqnum: 99, status: -104 }),
        );
        const read = readIn(reader(), bytes, cuts);
        expect(read).toEqual(readIn(reader(), bytes, []));
        expect(read.map(({ kind }) => kind)).toEqual([
          'imported',
          ...data.map(() => 'submitted'),
          'submitted',
          'unlinked',
        ]);
        const carried = read.flatMap((one) => (one.kind === 'submitted' && one.result.seqnum < 90 ? [one.data] : []));
        expect(carried.map((one) => Uint8Array.from(one))).toEqual(data.map((one) => Uint8Array.from(one)));
      }),
    );
  });

  it('may be read where it stays, once it has begun to arrive', () => {
    const reader = new ReplyReader('import', asked({ 1: { direction: 'in', length: 8 } }));
    reader.push(encodeImportReply(DEVICE));
    reader.next();
    expect(reader.room).toBeUndefined();
    reader.push(doneWith(1, Uint8Array.of(1, 2, 3, 4, 5, 6)).slice(0, 50));
    expect(reader.next()).toBeUndefined();
    expect(reader.room).toHaveLength(4);
    reader.room?.set([3, 4, 5]);
    reader.filled(3);
    expect(reader.next()).toBeUndefined();
    expect(reader.room).toHaveLength(1);
    reader.room?.set([6]);
    reader.filled(1);
    const reply = reader.next();
    expect(reply?.kind === 'submitted' && [...reply.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reader.room).toBeUndefined();
  });

  it('is put where it is wanted, in whatever pieces it arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(50), cutsOf, (data, more, cuts) => {
        const into = new Uint8Array(data.length + more);
        const reader = new ReplyReader('import', asked({ 1: { direction: 'in', length: into.length, into } }));
        const read = readIn(reader, concatBytes(encodeImportReply(DEVICE), doneWith(1, data)), cuts);
        expect(read.map(({ kind }) => kind)).toEqual(['imported', 'submitted']);
        expect([...into]).toEqual([...data, ...new Uint8Array(more)]);
      }),
    );
  });

  it('refuses an import in 8 bytes', () => {
    const reader = new ReplyReader('import');
    reader.push(encodeImportRefusal(1));
    expect(reader.next()).toEqual({ kind: 'refused', status: 1 });
  });

  const imported = (...rest: readonly Uint8Array[]) => concatBytes(encodeImportReply(DEVICE), ...rest);
  const twoDevices = encodeDevlistReply([]);
  twoDevices.set([0, 1, 0, 0], 8);
  it.each([
    ['another version', 'import', Uint8Array.of(1, 0, 0, 3, 0, 0, 0, 0), 'it does not begin with USB/IP 1.1.1'],
    ['a list for a device', 'import', encodeDevlistReply([]), 'it answers with the operation 5'],
    ['65536 devices', 'devlist', twoDevices, 'it lists 65536 devices'],
    [
      'a device without an end',
      'import',
      encodeImportReply(DEVICE).fill(0x2f, 8, 264),
      'the name of a device has no end',
    ],
    ['a command', 'import', imported(inOf(1, 5)), 'it has the unknown command 1'],
    [
      'what nobody asked',
      'import',
      imported(doneWith(7, Uint8Array.of(1))),
      'it answers the transfer 7, which nobody waits for',
    ],
    ['more than was asked', 'import', imported(doneWith(1, new Uint8Array(6))), 'a transfer of 5 bytes carried 6'],
    ['more than was sent', 'import', imported(doneWith(2, new Uint8Array(6))), 'a transfer of 5 bytes carried 6'],
  ] as const)('is garbled, and stays so, with %s', (_, operation, bytes, why) => {
    const transfers = asked({ 1: { direction: 'in', length: 5 }, 2: { direction: 'out', length: 5 } });
    const reader = new ReplyReader(operation, transfers);
    reader.push(bytes);
    const [last] = readIn(reader, new Uint8Array(0), [], 3).slice(-1);
    expect(last).toEqual({ kind: 'garbled', why });
  });

  it('never crashes the reader, whatever it is', () => {
    const transfers = (seqnum: number): Asked => ({
      direction: seqnum % 2 === 0 ? 'in' : 'out',
      length: LONGEST_TRANSFER,
    });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        cutsOf,
        fc.boolean(),
        fc.boolean(),
        (bytes, cuts, isList, isBegun) => {
          const reader = new ReplyReader(isList ? 'devlist' : 'import', transfers);
          const begun = isList ? encodeDevlistReply([]).slice(0, 8) : encodeImportReply(DEVICE);
          readIn(reader, isBegun ? concatBytes(begun, bytes) : bytes, cuts);
        },
      ),
    );
  });
});

describe('a part of a stream', () => {
  it('is a view of its piece when it lies within one, and is not copied', () => {
    const reader = new PartReader();
    const piece = Uint8Array.of(1, 2, 3, 4, 5);
    reader.push(piece);
    expect(reader.take(2)?.buffer).toBe(piece.buffer);
    expect(reader.take(3)).toEqual(Uint8Array.of(3, 4, 5));
  });

  it('is there only when its last byte is', () => {
    const reader = new PartReader();
    reader.push(Uint8Array.of(1));
    expect(reader.take(3)).toBeUndefined();
    reader.push(new Uint8Array(0));
    reader.push(Uint8Array.of(2));
    expect(reader.take(3)).toBeUndefined();
    reader.push(Uint8Array.of(3, 4));
    expect([...(reader.take(3) ?? [])]).toEqual([1, 2, 3]);
    expect([...(reader.take(1) ?? [])]).toEqual([4]);
    expect(reader.take(0)).toHaveLength(0);
    expect(reader.take(1)).toBeUndefined();
  });
});
