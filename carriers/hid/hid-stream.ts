import { Duplex } from 'node:stream';
import { MESSAGE } from '../../container/commands/device/messages.ts';
import { FerryError } from '../../container/errors.ts';
import { FRAME_HEADER, FRAME_PAYLOAD } from '../../container/wire/frame.ts';
import {
  Assembly,
  FIRST_PAYLOAD,
  type Report,
  type ReportError,
  readReport,
  readReportError,
  reportsOf,
} from '../../container/wire/report.ts';
import { type ChannelOptions, goneFrom, leaveChannel, openChannel } from './open-channel.ts';
import type { ReportPort } from './report-port.ts';

/** Bytes of a message at most. */
const LONGEST = FRAME_HEADER + FRAME_PAYLOAD;
/** Reports handed over at a time. */
const BATCH = 64;
/** Seconds after which a busy dongle is asked again, at first and at most. */
const FIRST_PAUSE = 0.005;
const LONGEST_PAUSE = 0.1;
/** Seconds for which a dongle may be at work on what it was sent, or say so. */
const LONGEST_WORK = 600;
/** Bytes that may come unread: a dongle sends no more than one window unasked. */
const MOST_UNREAD = 4 * MESSAGE.windowBytes;

/** What is being sent. */
interface Sending {
  readonly message: Uint8Array;
  readonly rest: Iterator<Uint8Array>;
  /** Called once; of a message of one report, when it cannot be sent again. */
  readonly done: (error?: Error) => void;
  /** Whether the dongle has asked for the rest. */
  isWanted: boolean;
}

/**
 * A channel of a dongle as a stream of bytes: what is written at once is one message. A dongle that is busy with somebody else is
 * asked again for as long as the patience. Emits `alive` when the dongle says that it is at work, or busy; that is believed for
 * LONGEST_WORK.
 *
 * @see docs/protocol.md, "Reports"
 */
export class HidStream extends Duplex {
  readonly #port: ReportPort;
  readonly #options: ChannelOptions;
  readonly #channel: number;
  #sending: Sending | undefined;
  #assembly: Assembly | undefined;
  #pause = FIRST_PAUSE;
  #waited = 0;
  #endWait: () => void = () => undefined;
  /** Whether a message waits to be sent again; what is written meanwhile, goes behind it. */
  #isWaiting = false;
  #behind: () => void = () => undefined;
  #endWork: () => void = () => undefined;

  private constructor(port: ReportPort, channel: number, options: ChannelOptions) {
    super();
    this.#port = port;
    this.#channel = channel;
    this.#options = options;
    port.onReport = (report) => this.#receive(report);
    port.onGone = (why) => this.destroy(goneFrom(options.where, why));
  }

  /** Opens a channel. The port is closed when that fails. @throws CARRIER_TIMEOUT, CARRIER_LOST, CARRIER_GARBLED */
  static async open(port: ReportPort, options: ChannelOptions): Promise<HidStream> {
    return new HidStream(port, await openChannel(port, options), options);
  }

  override _read(): void {
    // What comes is pushed as it comes; how much, is bounded.
  }

  override _write(bytes: Uint8Array, _: string, done: (error?: Error | null) => void): void {
    if (this.#isWaiting) this.#behind = () => this.#send(bytes, done);
    else this.#send(bytes, done);
  }

  #send(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#waited = 0;
    this.#pause = FIRST_PAUSE;
    const { after, where } = this.#options;
    this.#endWork();
    this.#endWork = after(LONGEST_WORK, () => this.destroy(new FerryError('CARRIER_SLOW', { where })));
    this.#begin(bytes, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#endWait();
    this.#endWork();
    this.#behind = () => undefined;
    this.#sending = undefined;
    this.#port.onGone = () => undefined;
    leaveChannel(this.#port, this.#channel, this.#options).then(
      () => done(error),
      (failed: Error) => done(error ?? failed),
    );
  }

  #begin(message: Uint8Array, done: (error?: Error) => void): void {
    const rest = reportsOf(this.#channel, 'message', message);
    // A message of one report is told to be refused, if it is, where its answer would be.
    const isOne = isOfOneReport(message);
    const refused = (error?: Error): void => {
      if (error !== undefined) this.destroy(error);
    };
    const sending: Sending = { message, rest, done: isOne ? refused : done, isWanted: false };
    this.#sending = sending;
    this.#port.write(take(rest, 1)).then(
      () => (isOne ? done() : undefined),
      (error: Error) => {
        // Whoever has asked for the rest by now is told that it failed where that fails.
        if (sending.isWanted && !isOne) return;
        if (this.#sending === sending) this.#sending = undefined;
        done(error);
      },
    );
  }

  #receive(bytes: Uint8Array): void {
    // Dongles that a kernel plays send an empty one after each, as a full packet ends no transfer for some controllers.
    const report = readReport(bytes);
    if (report?.channel !== this.#channel || this.destroyed) return;
    if (report.position === 'first') this.#takeFirst(report);
    else if (this.#assembly !== undefined && !this.#assembly.add(report)) this.#garbled('a report is missing');
    const { kind, message } = this.#assembly ?? {};
    if (message === undefined) return;
    this.#assembly = undefined;
    switch (kind) {
      case 'message':
        this.#take(message);
        break;
      case 'ready':
        void this.#sendRest();
        break;
      case 'working':
        this.emit('alive');
        break;
      case 'error':
        this.#failed(readReportError(message));
        break;
    }
  }

  #take(message: Uint8Array): void {
    this.#endWork();
    // A longer one waits to be asked for all the same: this answers something before it.
    if (this.#sending !== undefined && isOfOneReport(this.#sending.message)) this.#sending = undefined;
    if (this.readableLength + message.length > MOST_UNREAD) this.#garbled('it says more than was asked for');
    else this.push(message);
  }

  #takeFirst(report: Extract<Report, { readonly position: 'first' }>): void {
    if (report.kind === undefined) this.#garbled('it sends a report of an unknown kind');
    else if (report.length > LONGEST) this.#garbled(`it announces a message of ${report.length} bytes`);
    else this.#assembly = new Assembly(report.kind, report);
  }

  async #sendRest(): Promise<void> {
    const sending = this.#sending;
    if (sending === undefined || sending.isWanted) return;
    sending.isWanted = true;
    try {
      for (;;) {
        const batch = take(sending.rest, BATCH);
        if (batch.length === 0 || this.#sending !== sending) break;
        await this.#port.write(batch);
      }
      sending.done();
    } catch (error) {
      sending.done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #failed(error: ReportError | undefined): void {
    const { where, patience } = this.#options;
    const sending = this.#sending;
    if (error === 'noChannel')
      this.destroy(new FerryError('CARRIER_LOST', { where, why: 'it has forgotten this channel' }));
    else if (error !== 'busy' || sending === undefined || sending.isWanted)
      this.#garbled(`it answers "${error ?? 'an unknown error'}"`);
    else if (this.#waited > patience) this.destroy(new FerryError('CARRIER_BUSY', { where }));
    else this.#askAgain(sending);
  }

  #askAgain({ message, done }: Sending): void {
    // Nothing is being sent meanwhile that the dongle could ask for, or refuse.
    this.#sending = undefined;
    this.emit('alive');
    const pause = this.#pause;
    this.#waited += pause;
    this.#pause = Math.min(LONGEST_PAUSE, 2 * pause);
    this.#isWaiting = true;
    this.#endWait = this.#options.after(pause, () => {
      this.#isWaiting = false;
      this.#begin(message, done);
      const behind = this.#behind;
      this.#behind = () => undefined;
      behind();
    });
  }

  #garbled(why: string): void {
    this.destroy(new FerryError('CARRIER_GARBLED', { where: this.#options.where, why }));
  }
}

function isOfOneReport(message: Uint8Array): boolean {
  return message.length <= FIRST_PAYLOAD;
}

function take(reports: Iterator<Uint8Array>, count: number): Uint8Array[] {
  const taken: Uint8Array[] = [];
  while (taken.length < count) {
    const { done, value } = reports.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}
