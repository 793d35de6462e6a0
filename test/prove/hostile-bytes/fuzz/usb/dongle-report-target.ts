import { setImmediate } from 'node:timers/promises';
import { HidStream } from '../../../../../carriers/hid/hid-stream.ts';
import type { ReportPort } from '../../../../../carriers/hid/report-port.ts';
import { FerryError } from '../../../../../container/errors.ts';
import { concatBytes, equalBytes } from '../../../../../container/model/bytes.ts';
import {
  BROADCAST,
  REPORT_ERRORS,
  REPORT_KINDS,
  REPORT_SIZE,
  type ReportKind,
  reportsOf,
} from '../../../../../container/wire/report.ts';
import { Waits } from '../../../../carriers/hid/fake-bus.ts';
import { Broken, type FuzzTarget, type Verdict } from '../fuzz-target.ts';
import type { Random } from '../random.ts';
import { anyReports, LONGEST, mixed } from './report-grammar.ts';
import { ReportTracker, word } from './report-tracker.ts';
import { Script } from './script.ts';

const STEP = { report: 0, pass: 4, write: 5, other: 6, short: 7 } as const;
const NONCE = new Uint8Array(8).fill(0x3c);
const CHANNEL = 0x0101;
const KINDS = Object.keys(REPORT_KINDS) as ReportKind[];
const PATIENCE = 20;
const MOST_UNREAD = 1024 * 1024;
const MOST_WRITES = 8;

/** A client of a dongle, and what it was told and has said. */
class WatchedStream {
  readonly waits = new Waits();
  readonly port: ReportPort;
  stream: HidStream | undefined;
  failure: unknown;
  delivered = 0;
  readonly #said = new ReportTracker(LONGEST);
  readonly #written = new ReportTracker(LONGEST);
  #channel: number | undefined;
  #unread: Uint8Array[] = [];
  /** Whether reports are passed over until the next message begins. */
  #isReady = false;
  #closed = 0;
  #writes = 0;
  #answered = 0;

  constructor() {
    this.port = {
      onReport: () => undefined,
      onGone: () => undefined,
      write: async (reports) => {
        for (const report of reports) this.#follow(report);
      },
      close: async () => {
        this.#closed += 1;
      },
    };
    const options = {
      where: 'hid:3-1',
      random: () => NONCE,
      after: (seconds: number, over: () => void) => this.waits.after(seconds, over),
      patience: PATIENCE,
    };
    const failed = (error: unknown): void => {
      this.failure = error;
    };
    HidStream.open(this.port, options).then((stream) => {
      this.stream = stream;
      stream.on('error', failed);
    }, failed);
  }

  get #isOpen(): boolean {
    return this.stream?.destroyed === false;
  }

  /** The dongle says something. */
  hear(report: Uint8Array): void {
    if (this.stream === undefined && this.failure === undefined) this.#hearOpened(report);
    const isFor = this.#isOpen && report.length === REPORT_SIZE && word(report, 0) === this.#channel;
    if (isFor) this.#said.take(report);
    const whole = isFor ? this.#said.whole : undefined;
    if (whole?.kind === REPORT_KINDS.ready) this.#isReady = true;
    this.port.onReport(report.slice());
    if (whole?.kind === REPORT_KINDS.message && this.#isOpen && whole.bytes.length > 0) {
      this.#unread.push(whole.bytes);
      this.delivered += 1;
    }
    this.#checkUnread();
  }

  #hearOpened(report: Uint8Array): void {
    const isOpened = word(report, 0) === BROADCAST && word(report, 2) === 0 && report[4] === REPORT_KINDS.opened;
    const isFor = word(report, 5) === 0 && word(report, 7) === 10 && equalBytes(report.subarray(9, 17), NONCE);
    if (isOpened && isFor && report.length === REPORT_SIZE) this.#channel ??= word(report, 17);
  }

  #checkUnread(): void {
    if (this.stream === undefined || !this.#isOpen) return;
    const wanted = this.#unread.reduce((sum, { length }) => sum + length, 0);
    const { readableLength } = this.stream;
    if (readableLength !== wanted) throw new Broken(`${readableLength} bytes have come of ${wanted}`);
    if (readableLength > MOST_UNREAD) throw new Broken('more is unread than there may be');
  }

  read(): void {
    if (!this.#isOpen) return;
    const read: unknown = this.stream?.read();
    const wanted = concatBytes(...this.#unread);
    const isSame = read === null ? wanted.length === 0 : read instanceof Uint8Array && equalBytes(read, wanted);
    if (!isSame) throw new Broken('what is read is not what the dongle said');
    this.#unread = [];
  }

  write(length: number): void {
    if (!this.#isOpen || this.#writes >= MOST_WRITES) return;
    this.#writes += 1;
    this.stream?.write(new Uint8Array(length).fill(this.#writes), () => {
      this.#answered += 1;
    });
  }

  /** What the client says: whole messages of what was written, the rest of a long one only when it is asked for. */
  #follow(report: Uint8Array): void {
    if (report.length !== REPORT_SIZE) throw new Broken(`a report of ${report.length} bytes is sent`);
    const step = this.#written.take(report);
    if (step === 'out of order' || step === 'stray') throw new Broken(`a report is sent that is ${step}`);
    if (word(report, 2) === 0) this.#isReady = false;
    else if (!this.#isReady) throw new Broken('more of a message is sent before the dongle is ready');
    const { whole } = this.#written;
    if (whole?.kind !== REPORT_KINDS.message) return;
    const number = whole.bytes[0] ?? 0;
    if (number < 1 || number > this.#writes || whole.bytes.some((byte) => byte !== number))
      throw new Broken('a message is sent that nobody has written');
  }

  /** It ends, and leaves nothing behind. */
  async end(): Promise<void> {
    if (this.stream === undefined) this.waits.pass(PATIENCE + 1);
    else this.stream.destroy();
    await setImmediate();
    await setImmediate();
    if (this.#closed !== 1) throw new Broken(`its port was closed ${this.#closed} times`);
    if (this.waits.size > 0) throw new Broken('something is waited for at the end');
    if (this.#answered > this.#writes) throw new Broken('one write is done more than once');
    const { failure } = this;
    if (failure !== undefined && !(failure instanceof FerryError && failure.code.startsWith('CARRIER_'))) throw failure;
  }
}

async function played(input: Uint8Array, packet: () => void): Promise<Verdict> {
  const script = new Script(input);
  const lost: unknown[] = [];
  const onLost = (error: unknown): void => void lost.push(error);
  process.on('unhandledRejection', onLost);
  try {
    const client = new WatchedStream();
    while (!script.isOver) {
      const step = script.byte() % 8;
      if (step < STEP.pass || step === STEP.short) packet();
      if (step < STEP.pass) client.hear(script.take(REPORT_SIZE));
      else if (step === STEP.pass) client.waits.pass(script.byte() / 10);
      else if (step === STEP.write) client.write(1 + script.byte() * 8);
      else if (step === STEP.short) client.hear(script.take(script.byte() % REPORT_SIZE));
      else happen(client, script.byte());
      await setImmediate();
      if (lost.length > 0) throw lost[0];
    }
    await client.end();
    await setImmediate();
    if (lost.length > 0) throw lost[0];
    return client.delivered > 0 ? 'accepted' : 'refused';
  } finally {
    process.off('unhandledRejection', onLost);
  }
}

function happen(client: WatchedStream, what: number): void {
  if (what < 200) client.read();
  else if (what < 230) client.port.onGone(new Error('it was pulled out'));
  else client.stream?.destroy();
}

const OPENED = concatBytes(NONCE, Uint8Array.of(CHANNEL >> 8, CHANNEL & 0xff));
const ERRORS = Object.values(REPORT_ERRORS);

function conversation(random: Random): Uint8Array {
  const step = (report: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(STEP.report), report);
  const other = (): Uint8Array => {
    const kind = random.pick([STEP.pass, STEP.write, STEP.write, STEP.other, STEP.short]);
    const byte = random.below(256);
    return concatBytes(
      Uint8Array.of(kind, byte),
      kind === STEP.short ? random.bytes(byte % REPORT_SIZE) : new Uint8Array(),
    );
  };
  const opened = random.oneIn(12) ? [] : [...reportsOf(BROADCAST, 'opened', OPENED)];
  const sendings = Array.from({ length: 1 + random.below(5) }, () => {
    const channel = random.oneIn(5) ? random.pick([0x0202, BROADCAST, 0]) : CHANNEL;
    if (random.oneIn(4)) return [...reportsOf(channel, 'error', Uint8Array.of(random.pick([...ERRORS, 0, 99])))];
    if (random.oneIn(3)) return [...reportsOf(channel, 'ready', new Uint8Array())];
    return anyReports(
      random,
      channel,
      random.oneIn(4) ? random.pick(KINDS) : 'message',
      random.oneIn(4) ? undefined : random.below(200),
    );
  });
  return concatBytes(...opened.map(step), ...(random.oneIn(2) ? [other()] : []), mixed(random, sendings, step, other));
}

/** A client of a dongle that keeps to nothing. */
export function dongleReportTarget(): FuzzTarget {
  return { name: 'reports from a dongle', thousands: 10, make: conversation, give: played };
}
