import type { Duplex } from 'node:stream';
import { concatBytes, equalBytes } from '../../../../../container/model/bytes.ts';
import {
  BROADCAST,
  REPORT_KINDS,
  REPORT_SIZE,
  type ReportKind,
  reportsOf,
} from '../../../../../container/wire/report.ts';
import { ReportChannels } from '../../../../../dongle-firmware-sim/usb/report-channels.ts';
import { Waits } from '../../../../carriers/hid/fake-bus.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import type { Random } from '../random.ts';
import { anyReports, LONGEST, mixed } from './report-grammar.ts';
import { ReportTracker, word } from './report-tracker.ts';
import { Script } from './script.ts';

/** What may happen, by the number of a step. */
const STEP = { report: 0, pass: 4, taken: 5, served: 6, again: 7 } as const;
/** Channels are numbered so that a grammar knows them. */
const CHANNELS = [0x0101, 0x0101, 0x0202, 0x0202, 0x0303, 0x0404, BROADCAST, 0];
const KINDS = Object.keys(REPORT_KINDS) as ReportKind[];
const NONCE = 8;
/** Messages that may wait for a host, other than those that are answers. */
const MOST_WAITING = 256;
const MOST_CHANNELS = 32;
const MOST_UNREAD = 512 * 1024;
/** Seconds after which every message that is not whole was given up. */
const ALL_GIVEN_UP = 36;
const MOST_ANSWERS = 64;

interface Served {
  readonly stream: Duplex;
  readonly channel: number;
  /** What was brought whole, and not read. */
  unread: Uint8Array[];
  isEnded: boolean;
}

/** The channels of a dongle, and everything that is known of them from outside. */
class WatchedChannels {
  readonly waits = new Waits();
  readonly served: Served[] = [];
  readonly #channels: ReportChannels;
  /** What the host sent, and what the dongle says. */
  readonly #sent = new ReportTracker(LONGEST);
  readonly #said = new ReportTracker(LONGEST);
  #drawn = 0;
  #last: Uint8Array = new Uint8Array(REPORT_SIZE);
  #answers = 0;
  /** The message that is half said, and whether it may end there. */
  #saying: number | undefined;
  #mayBreakOff = false;
  taken = 0;

  constructor() {
    this.#channels = new ReportChannels({
      serve: (stream) => this.#serve(stream),
      blink: () => {
        this.taken += 1;
      },
      random: (length) => new Uint8Array(length).fill(++this.#drawn),
      timer: () => this.waits.timer(),
    });
  }

  #serve(stream: Duplex): void {
    stream.on('error', (error) => {
      throw new Broken(`a stream fails: ${error.message}`);
    });
    this.served.push({ stream, channel: (this.#drawn & 0xff) * 0x101, unread: [], isEnded: false });
    this.taken += 1;
    const open = this.served.filter((one) => !one.stream.destroyed).length;
    if (open > MOST_CHANNELS) throw new Broken(`${open} channels are open`);
  }

  receive(report: Uint8Array): void {
    this.#last = report;
    this.#mayBreakOff = true;
    const before = this.served.map(({ stream }) => stream.readableLength);
    this.#sent.take(report);
    const { whole } = this.#sent;
    this.#channels.receive(report.slice());
    for (const [at, one] of this.served.entries()) {
      const more = one.stream.readableLength - (before[at] ?? 0);
      if (more === 0 || one.stream.destroyed) continue;
      const isIts = one.channel === word(report, 0) && whole?.kind === REPORT_KINDS.message;
      if (!isIts || whole.bytes.length !== more)
        throw new Broken(`${more} bytes are brought that nobody has sent whole`);
      one.unread.push(whole.bytes);
      this.taken += 1;
      if (one.stream.readableLength > MOST_UNREAD) throw new Broken('more is unread than there may be');
    }
  }

  again(): void {
    this.receive(this.#last);
  }

  /** The host takes so many reports. @returns the messages that are whole with them */
  take(most: number): { readonly channel: number; readonly kind: number; readonly bytes: Uint8Array }[] {
    const messages: { channel: number; kind: number; bytes: Uint8Array }[] = [];
    for (let count = 0; count < most; count++) {
      const report = this.#channels.next();
      if (report === undefined) break;
      if (report.length !== REPORT_SIZE) throw new Broken(`a report of ${report.length} bytes`);
      const channel = word(report, 0);
      this.#follow(channel, this.#said.take(report));
      const { whole } = this.#said;
      if (whole !== undefined) messages.push({ channel, ...whole });
    }
    for (const { channel, kind, bytes } of messages)
      if (kind === REPORT_KINDS.message) this.#checkAnswer(channel, bytes);
    const waited = messages.filter(({ kind }) => kind !== REPORT_KINDS.message).length;
    if (waited > MOST_WAITING) throw new Broken(`${waited} messages have waited`);
    return messages;
  }

  #follow(channel: number, step: ReturnType<ReportTracker['take']>): void {
    if (step === 'out of order' || step === 'stray') throw new Broken(`a report is ${step}`);
    const isOther = this.#saying !== undefined && (step === 'begun' || this.#saying !== channel);
    if (isOther && !this.#mayBreakOff) throw new Broken('a message is broken off by another one');
    this.#saying = this.#said.isBegun(channel) ? channel : undefined;
    this.#mayBreakOff = false;
  }

  #checkAnswer(channel: number, bytes: Uint8Array): void {
    const from = this.served[(bytes[0] ?? 0) - 1];
    if (from?.channel !== channel || bytes.some((byte) => byte !== bytes[0]))
      throw new Broken('an answer is said on another channel');
  }

  /** What whoever serves a channel does. */
  work(at: number, what: number): void {
    const one = this.served[at % 16];
    if (one === undefined || one.stream.destroyed) return;
    this.#mayBreakOff = true;
    if (what < 4) this.#read(one);
    else if (what === 4) {
      one.isEnded = true;
      one.stream.destroy();
    } else if (!one.isEnded && this.#answers < MOST_ANSWERS) {
      this.#answers += 1;
      one.stream.write(new Uint8Array(1 + 60 * (what - 5)).fill((at % 16) + 1));
    }
  }

  #read(one: Served): void {
    const read: unknown = one.stream.read();
    const wanted = concatBytes(...one.unread);
    const isSame = read === null ? wanted.length === 0 : read instanceof Uint8Array && equalBytes(read, wanted);
    if (!isSame) throw new Broken('what is read is not what was sent');
    one.unread = [];
  }

  reset(): void {
    this.#channels.reset();
    this.#saying = undefined;
    if (this.#channels.next() !== undefined) throw new Broken('something is said after a reset');
    if (this.waits.size > 0) throw new Broken('something is waited for after a reset');
    if (this.served.some(({ stream }) => !stream.destroyed)) throw new Broken('a channel is open after a reset');
  }
}

function played(input: Uint8Array, packet: () => void): Verdict {
  const script = new Script(input);
  const channels = new WatchedChannels();
  while (!script.isOver) {
    const step = script.byte() % 8;
    if (step < STEP.pass) {
      packet();
      channels.receive(script.take(REPORT_SIZE));
    } else if (step === STEP.pass) channels.waits.pass(script.byte() / 40);
    else if (step === STEP.taken) channels.take(script.byte());
    else if (step === STEP.served) {
      const byte = script.byte();
      channels.work(byte & 15, byte >> 4);
    } else {
      for (let left = 4 * script.byte(); left > 0; left--) {
        packet();
        channels.again();
      }
    }
  }
  const { taken } = channels;
  checkStillServes(channels);
  channels.reset();
  return taken > 0 ? 'accepted' : 'refused';
}

/** Whatever came: once its time is over, anybody can open a channel, and a message is brought whole. */
function checkStillServes(channels: WatchedChannels): void {
  channels.waits.pass(ALL_GIVEN_UP);
  channels.take(Number.POSITIVE_INFINITY);
  const nonce = new Uint8Array(NONCE).fill(0xa7);
  for (const report of reportsOf(BROADCAST, 'open', nonce)) channels.receive(report);
  const [opened] = channels.take(Number.POSITIVE_INFINITY);
  if (opened?.kind !== REPORT_KINDS.opened || !equalBytes(opened.bytes.subarray(0, NONCE), nonce))
    throw new Broken('no channel can be opened any more');
  const channel = word(opened.bytes, NONCE);
  const message = new Uint8Array(300).fill(0x5c);
  const [first = message, ...rest] = reportsOf(channel, 'message', message);
  channels.receive(first);
  if (channels.take(1)[0]?.kind !== REPORT_KINDS.ready) throw new Broken('a dongle at rest is not ready');
  for (const report of rest) channels.receive(report);
  if (channels.served.at(-1)?.stream.readableLength !== message.length) throw new Broken('a message is not brought');
}

function conversation(random: Random): Uint8Array {
  const step = (report: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(STEP.report), report);
  const other = (): Uint8Array => {
    const kind = random.pick([STEP.pass, STEP.taken, STEP.served, STEP.served, STEP.again]);
    return Uint8Array.of(kind, kind === STEP.again ? random.below(random.oneIn(8) ? 200 : 2) : random.below(256));
  };
  const opens = random.oneIn(16) ? 40 : random.below(4);
  const opening = Array.from({ length: opens }, () =>
    step(anyReports(random, BROADCAST, 'open', 8)[0] ?? random.bytes(64)),
  );
  const sendings = Array.from({ length: 1 + random.below(5) }, () => {
    const kind = random.oneIn(2) ? 'message' : random.pick(KINDS);
    const isShort = kind === 'cancel' || kind === 'close' || kind === 'blink';
    return anyReports(random, random.pick(CHANNELS), kind, isShort && !random.oneIn(6) ? 0 : undefined);
  });
  return concatBytes(...opening, mixed(random, sendings, step, other));
}

/** A dongle that is sent reports by hosts that keep to nothing. */
export function hostReportTarget(): FuzzTarget {
  return { name: 'reports from a host', thousands: 20, make: conversation, give: played };
}
