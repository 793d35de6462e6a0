import {
  encodeDevlistReply,
  encodeImportRefusal,
  encodeImportReply,
} from '../../../../../carriers/usbip/device-messages.ts';
import { ReplyReader, type UsbipReply } from '../../../../../carriers/usbip/reply-reader.ts';
import { Transfers, type UsbipCompletion } from '../../../../../carriers/usbip/transfers.ts';
import { encodeRetSubmit, encodeRetUnlink, type Garbled } from '../../../../../carriers/usbip/usbip-codec.ts';
import { concatBytes } from '../../../../../container/model/bytes.ts';
import { listedDevice } from '../../../../../dongle-firmware-sim/usb/exported-device.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';
import { DEVID } from './usbip-grammar.ts';
import { wholeDongle } from './whole-dongle.ts';

const LISTED = [listedDevice('1-1', wholeDongle()), listedDevice('1-2', wholeDongle())].filter(
  (device) => device !== undefined,
);
const IMPORTED = LISTED.slice(0, 1).map(encodeImportReply);
const DESCRIPTOR = { requestType: 0x80, request: 6, value: 0x0100, index: 0, length: 18 };
/** Bytes that each transfer may bring, in the order of their numbers; the last two are taken back, which have numbers, too. */
const ROOM = [18, 64, 64, 600, 0, 0, 64, 64] as const;
const UNLINKS = [9, 10] as const;
const MOST_DEVICES = 1024;

/** How bytes get to a reader. */
type Way = (reader: ReplyReader, input: Uint8Array, read: () => void) => void;

const WAYS: readonly Way[] = [
  (reader, input, read) => {
    reader.push(input.slice());
    read();
  },
  (reader, input, read) => {
    for (let at = 0; at < input.length; at += 7) {
      reader.push(input.slice(at, at + 7));
      read();
    }
  },
  // As a socket does that reads into the room of what has begun.
  (reader, input, read) => {
    for (let at = 0; at < input.length; ) {
      const { room } = reader;
      const piece = input.subarray(at, at + Math.min(room?.length ?? 19, 19));
      if (room === undefined) reader.push(piece.slice());
      else {
        room.set(piece);
        reader.filled(piece.length);
      }
      at += piece.length;
      read();
    }
  },
];

/** What became of every transfer of a client whose server says that, in words; the same in whatever pieces it comes. */
async function endings(input: Uint8Array, way: Way, packet: () => void): Promise<readonly string[]> {
  let transfers: Transfers | undefined;
  const reader = new ReplyReader('import', (seqnum) => transfers?.asked(seqnum));
  const ends: string[] = [];
  const into = new Uint8Array(600);
  let isOver = false;
  const begin = (): Transfers => {
    const under = new Transfers(DEVID, () => undefined);
    const submitted = [
      under.control(DESCRIPTOR),
      under.in(1, 64),
      under.in(1, 64),
      under.in(2, into),
      under.out(1, new Uint8Array(64)),
      under.out(2, new Uint8Array(31)),
      under.in(1, 64),
      under.in(1, 64),
    ];
    for (const [at, one] of submitted.entries()) follow(one.completion, at);
    for (const one of submitted.slice(6)) one.unlink();
    return under;
  };
  const follow = (completion: Promise<UsbipCompletion>, at: number): void => {
    const ended = (how: string): void => {
      if (ends[at] !== undefined) throw new Broken('a transfer ends twice');
      ends[at] = how;
    };
    completion.then(
      (became) => ended(wordsOf(became, ROOM[at] ?? 0)),
      (error: Error) => ended(error.message),
    );
  };
  const take = (reply: UsbipReply): Garbled | undefined => {
    if (transfers !== undefined) return transfers.answered(reply);
    if (reply.kind === 'imported') transfers = begin();
    else isOver = true;
    return undefined;
  };
  way(reader, input, () => {
    while (!isOver) {
      const reply = reader.next();
      if (reply === undefined) return;
      packet();
      const fault = reply.kind === 'garbled' ? reply : take(reply);
      if (fault === undefined) continue;
      isOver = true;
      transfers?.end(new Error('garbled'));
    }
  });
  transfers?.end(new Error('lost'));
  await Promise.resolve();
  await Promise.resolve();
  if (transfers !== undefined && ends.filter(Boolean).length !== ROOM.length) throw new Broken('a transfer never ends');
  return ends;
}

function wordsOf(became: UsbipCompletion, room: number): string {
  if (became.status === 'failed') return `failed ${became.errno}`;
  if (became.status !== 'done') return became.status;
  if (became.data.length > room) throw new Broken(`${became.data.length} bytes have come where ${room} have room`);
  return `${became.actual}: ${became.data.join()}`;
}

async function heard(input: Uint8Array, packet: () => void): Promise<Verdict> {
  // The same in every way, so they count once.
  const counted = (at: number): (() => void) => (at === 0 ? packet : () => undefined);
  const [whole = [], ...others] = await Promise.all(WAYS.map((way, at) => endings(input, way, counted(at))));
  for (const other of others)
    if (other.join(';') !== whole.join(';')) throw new Broken('what becomes of transfers depends on the pieces');
  return whole.some((end) => /^\d|stall|failed|unlinked/.test(end)) ? 'accepted' : 'refused';
}

function replies(random: Random): Uint8Array {
  const parts = random.oneIn(20) ? [encodeImportRefusal(random.below(5))] : [...IMPORTED];
  for (let count = random.below(12); count > 0; count--) {
    if (random.oneIn(4)) {
      const seqnum = random.oneIn(6) ? random.below(14) : random.pick(UNLINKS);
      parts.push(encodeRetUnlink({ seqnum, status: random.pick([0, -104]) }));
      continue;
    }
    const seqnum = random.oneIn(12) ? random.below(14) : 1 + random.below(ROOM.length);
    const room = ROOM[seqnum - 1] ?? 0;
    const actual = random.oneIn(16) ? random.pick([601, 0x7fff_ffff, 0xffff_ffff]) : random.below(room + 1);
    const status = random.oneIn(4) ? random.pick([-32, -104, -75, 1, -0x8000_0000]) : 0;
    parts.push(encodeRetSubmit({ seqnum, status, actual }), random.bytes(Math.min(actual, room)));
  }
  const bytes = concatBytes(...parts);
  return random.oneIn(3) ? mutated(random, bytes, [bytes]) : bytes;
}

/** A list of devices, in whatever pieces it comes. */
function listed(input: Uint8Array, packet: () => void): Verdict {
  packet();
  const lists = WAYS.map((way) => {
    const reader = new ReplyReader('devlist');
    let reply: UsbipReply | Garbled | undefined;
    way(reader, input, () => {
      reply ??= reader.next();
    });
    if (reply?.kind === 'devlist' && reply.devices.length > MOST_DEVICES)
      throw new Broken('too many devices are taken');
    return JSON.stringify(reply);
  });
  if (new Set(lists).size > 1) throw new Broken('a list depends on the pieces');
  return lists[0]?.includes('"devlist"') === true ? 'accepted' : 'refused';
}

function list(random: Random): Uint8Array {
  const devices = Array.from({ length: random.below(4) }, () => random.pick(LISTED));
  const bytes = encodeDevlistReply(devices);
  return random.oneIn(2) ? mutated(random, bytes, [bytes]) : bytes;
}

/** A client of a server that keeps to nothing. */
export function usbipClientTargets(): readonly FuzzTarget[] {
  return [
    { name: 'USB/IP, heard by a client', thousands: 20, make: replies, give: heard },
    { name: 'USB/IP, a list of devices', thousands: 20, make: list, give: listed },
  ];
}
