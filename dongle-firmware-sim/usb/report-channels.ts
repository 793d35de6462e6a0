import type { Duplex } from 'node:stream';
import { toHex } from '../../container/model/bytes.ts';
import { FRAME_HEADER, FRAME_PAYLOAD } from '../../container/wire/frame.ts';
import { SLOWEST_RATE } from '../../container/wire/pace.ts';
import {
  Assembly,
  BROADCAST,
  NO_CHANNEL,
  REPORT_ERRORS,
  type Report,
  type ReportError,
  type ReportKind,
  readReport,
  reportsOf,
} from '../../container/wire/report.ts';
import { ChannelStream } from './channel-stream.ts';
import type { ReportSink } from './hid-function.ts';

/** A wait that may be ended before it is over. */
export interface WaitTimer {
  /** @param seconds until `over` is called, unless it is ended or started anew before */
  start(seconds: number, over: () => void): void;
  end(): void;
}

export interface ChannelOptions {
  /** Serves one channel as a stream to its end. */
  readonly serve: (stream: Duplex) => void;
  /** Lets the dongle be seen. */
  readonly blink: () => void;
  readonly random: (length: number) => Uint8Array;
  readonly timer: () => WaitTimer;
}

/** Channels at a time. A new one takes the place of the one unused for the longest. */
const MOST_CHANNELS = 32;
/** Seconds for which the next report of a message is waited for. */
const REST = 3;
/** Messages that wait for a host to take them; a host that takes none is told no more. */
const MOST_WAITING = 256;
/** Seconds between two signs of life while a command is worked on. */
const ALIVE = 0.1;
/** Bytes of an `open`, and of the number in it. */
const NONCE = 8;

/** Kinds that a host may send on its channel, and how long their messages may be. */
const LENGTHS: Readonly<Partial<Record<ReportKind, readonly [least: number, most: number]>>> = {
  message: [1, FRAME_HEADER + FRAME_PAYLOAD],
  cancel: [0, 0],
  close: [0, 0],
  blink: [0, 0],
};

interface Channel {
  readonly stream: ChannelStream;
  /** Runs while a command is worked on. */
  readonly alive: WaitTimer;
}

interface Arriving {
  readonly channel: number;
  readonly assembly: Assembly;
}

/**
 * Messages in reports, for several clients at a time: each opens a channel, which is a stream of its own towards whoever serves
 * it. One message arrives at a time: others are answered `busy` meanwhile, unless they end something, and disturb nothing. What is
 * broken off leaves nothing half done.
 *
 * @see docs/protocol.md, "Reports"
 */
export class ReportChannels implements ReportSink {
  onReport: () => void = () => undefined;
  readonly #options: ChannelOptions;
  /** In the order of use. */
  readonly #channels = new Map<number, Channel>();
  readonly #outgoing: {
    readonly channel: number;
    readonly reports: Iterator<Uint8Array>;
    readonly sent: () => void;
  }[] = [];
  readonly #rest: WaitTimer;
  readonly #whole: WaitTimer;
  #arriving: Arriving | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#rest = options.timer();
    this.#whole = options.timer();
  }

  receive(bytes: Uint8Array): void {
    const report = readReport(bytes);
    if (report === undefined) return;
    if (report.position === 'next') this.#takeNext(report);
    else if (report.channel === BROADCAST) this.#open(report);
    else this.#takeFirst(report);
  }

  next(): Uint8Array | undefined {
    for (;;) {
      const [first] = this.#outgoing;
      if (first === undefined) return undefined;
      const { done, value } = first.reports.next();
      if (done !== true) return value;
      this.#outgoing.shift();
      first.sent();
    }
  }

  reset(): void {
    this.#drop();
    this.#outgoing.length = 0;
    for (const channel of [...this.#channels.keys()]) this.#close(channel);
  }

  #open(report: Extract<Report, { readonly position: 'first' }>): void {
    if (report.kind !== 'open') this.#fail(BROADCAST, 'unknownKind');
    else if (report.length !== NONCE) this.#fail(BROADCAST, 'wrongLength');
    else this.#openFor(report.payload.subarray(0, NONCE));
  }

  #openFor(nonce: Uint8Array): void {
    if (this.#channels.size >= MOST_CHANNELS) this.#close([...this.#channels.keys()][0] ?? 0);
    const channel = this.#freeNumber();
    const stream = new ChannelStream({
      write: (bytes, sent) => this.#answer(channel, bytes, sent),
      closed: () => this.#close(channel),
    });
    this.#channels.set(channel, { stream, alive: this.#options.timer() });
    const answer = new Uint8Array(NONCE + 2);
    answer.set(nonce);
    new DataView(answer.buffer).setUint16(NONCE, channel);
    this.#say(BROADCAST, 'opened', answer);
    this.#options.serve(stream);
  }

  /** Drawn, so that nobody speaks on the channel of somebody who was there before. */
  #freeNumber(): number {
    for (;;) {
      const number = Number.parseInt(toHex(this.#options.random(2)), 16);
      if (number !== NO_CHANNEL && number !== BROADCAST && !this.#channels.has(number)) return number;
    }
  }

  #takeFirst(report: Extract<Report, { readonly position: 'first' }>): void {
    const { channel, kind, length } = report;
    const bounds = kind === undefined ? undefined : LENGTHS[kind];
    const isOthers = this.#arriving !== undefined && this.#arriving.channel !== channel;
    // Who leaves does not come again: a channel that was not closed would stay open.
    const isBusy = isOthers && kind !== 'close' && kind !== 'cancel';
    // Whoever begins anew does not go on with what was before.
    if (!isOthers) this.#drop();
    if (!this.#channels.has(channel)) this.#fail(channel, 'noChannel');
    else if (isBusy) this.#fail(channel, 'busy');
    else if (kind === undefined || bounds === undefined) this.#fail(channel, 'unknownKind');
    else if (length < bounds[0] || length > bounds[1]) this.#fail(channel, 'wrongLength');
    else this.#begin(channel, new Assembly(kind, report), length);
  }

  #begin(channel: number, assembly: Assembly, length: number): void {
    if (assembly.message !== undefined) {
      this.#arrived(channel, assembly.kind, assembly.message);
      return;
    }
    this.#arriving = { channel, assembly };
    this.#rest.start(REST, () => this.#giveUp(channel));
    // Whoever sends a report now and then keeps nobody else out for long.
    this.#whole.start(REST + length / SLOWEST_RATE, () => this.#giveUp(channel));
    this.#say(channel, 'ready');
  }

  #takeNext(report: Extract<Report, { readonly position: 'next' }>): void {
    const arriving = this.#arriving;
    // What was on its way when its message was given up.
    if (arriving === undefined || arriving.channel !== report.channel) return;
    const { channel, assembly } = arriving;
    if (!assembly.add(report)) {
      this.#drop();
      this.#fail(channel, 'outOfSequence');
    } else if (assembly.message === undefined) this.#rest.start(REST, () => this.#giveUp(channel));
    else {
      this.#drop();
      this.#arrived(channel, assembly.kind, assembly.message);
    }
  }

  #giveUp(channel: number): void {
    this.#drop();
    this.#fail(channel, 'timedOut');
  }

  #drop(): void {
    this.#arriving = undefined;
    this.#rest.end();
    this.#whole.end();
  }

  #arrived(number: number, kind: ReportKind, message: Uint8Array): void {
    const channel = this.#channels.get(number);
    if (channel === undefined) return;
    this.#channels.delete(number);
    this.#channels.set(number, channel);
    switch (kind) {
      case 'message':
        this.#showWork(number, channel);
        if (!channel.stream.arrived(message)) this.#close(number);
        break;
      case 'blink':
        this.#options.blink();
        this.#say(number, 'blink');
        break;
      case 'cancel':
        this.#dropOutgoing(number);
        this.#say(number, 'cancel');
        break;
      case 'close':
        this.#close(number);
        break;
    }
  }

  #showWork(number: number, channel: Channel): void {
    channel.alive.start(ALIVE, () => {
      this.#say(number, 'working');
      this.#showWork(number, channel);
    });
  }

  #answer(number: number, bytes: Uint8Array, sent: () => void): void {
    this.#channels.get(number)?.alive.end();
    this.#outgoing.push({ channel: number, reports: reportsOf(number, 'message', bytes), sent });
    this.onReport();
  }

  #close(number: number): void {
    const channel = this.#channels.get(number);
    if (channel === undefined) return;
    this.#channels.delete(number);
    if (this.#arriving?.channel === number) this.#drop();
    channel.alive.end();
    channel.stream.hostClosed();
    this.#dropOutgoing(number);
  }

  /**
   * What one channel would be told, with what its server has written behind it and says once that is gone. A message that is half
   * sent is broken off, as its host knows by the next first report.
   */
  #dropOutgoing(number: number): void {
    for (;;) {
      const at = this.#outgoing.findIndex(({ channel }) => channel === number);
      if (at === -1) return;
      for (const { sent } of this.#outgoing.splice(at, 1)) sent();
    }
  }

  #fail(channel: number, error: ReportError): void {
    this.#say(channel, 'error', Uint8Array.of(REPORT_ERRORS[error]));
  }

  #say(channel: number, kind: ReportKind, message = new Uint8Array()): void {
    if (this.#outgoing.length >= MOST_WAITING) return;
    this.#outgoing.push({ channel, reports: reportsOf(channel, kind, message), sent: () => undefined });
    this.onReport();
  }
}
