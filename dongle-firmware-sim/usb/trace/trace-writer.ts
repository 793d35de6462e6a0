import type { ServerLog } from '../../../carriers/server/server-port.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import { systemCode, systemWords } from '../../../container/store/file-failure.ts';
import { TRACE_HEADER, traceRecord, type UsbEvent } from './usbmon-record.ts';

/** A file that is written from its beginning to its end, without keeping anybody waiting. */
export interface TraceFile {
  /** @returns how many of the bytes it took */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface TraceLimits {
  /** Bytes of a record at most, the 64 of its header counted in. */
  readonly snapLength: number;
  /** Bytes that may wait for the disk; what comes while there are more is dropped. */
  readonly waiting: number;
  /** Bytes that are written at once, unless one record has more. */
  readonly batch: number;
  /** Seconds for which the disk has time to take what waits, once the trace is closed. */
  readonly patience: number;
}

/** A record has as much room as those of tcpdump, more than Linux asks of a disk at once. */
export const TRACE_LIMITS: TraceLimits = {
  snapLength: 256 * 1024,
  waiting: 8 * 1024 * 1024,
  batch: 1024 * 1024,
  patience: 5,
};

export interface TraceWriterOptions {
  readonly file: TraceFile;
  /** Its name, for the log. */
  readonly name: string;
  readonly log: ServerLog;
  /** Calls after so many seconds, unless it is cancelled. */
  readonly after: (seconds: number, over: () => void) => () => void;
  readonly limits?: Partial<TraceLimits>;
}

/**
 * Writes events behind the header of a trace. Nobody waits for the disk: of what it is too slow for, records are dropped, counted and
 * told in the log; when it fails, the trace ends with its last whole record.
 */
export class TraceWriter {
  readonly #options: TraceWriterOptions;
  readonly #limits: TraceLimits;
  readonly #queue: Uint8Array[] = [];
  /** Bytes that wait, those under way included. */
  #waiting = 0;
  #position = TRACE_HEADER;
  #written = 0;
  #dropped = 0;
  /** Records that were dropped since the disk fell behind; undefined as long as it keeps up. */
  #gap: number | undefined;
  #state: 'open' | 'closing' | 'over' = 'open';
  #flushing: Promise<void> | undefined;

  constructor(options: TraceWriterOptions) {
    this.#options = options;
    this.#limits = { ...TRACE_LIMITS, ...options.limits };
  }

  record(event: UsbEvent): void {
    if (this.#state !== 'open') return;
    if (this.#gap !== undefined) {
      this.#drop();
      return;
    }
    const record = traceRecord(event, this.#limits.snapLength);
    if (this.#waiting + record.length > this.#limits.waiting) {
      this.#options.log.warn('trace.behind', { file: this.#options.name });
      this.#drop();
      return;
    }
    this.#queue.push(record);
    this.#waiting += record.length;
    this.#flushing ??= this.#flush();
  }

  /** Gives the disk time to take what waits. Repeatable. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    const { after, file, log, name } = this.#options;
    await new Promise<void>((resolve) => {
      const cancel = after(this.#limits.patience, resolve);
      void (this.#flushing ?? Promise.resolve()).then(() => {
        cancel();
        resolve();
      });
    });
    if (this.#isOver()) return;
    this.#state = 'over';
    this.#dropped += this.#queue.length;
    this.#queue.length = 0;
    try {
      // What is still being written closes the file behind it.
      if (this.#flushing === undefined) await file.close();
    } catch (error) {
      this.#tellFailed(error);
      return;
    }
    const [records, dropped] = [this.#written, this.#dropped];
    if (dropped > 0) log.warn('trace.ended', { file: name, records, dropped });
    else log.info('trace.ended', { file: name, records, dropped });
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  #drop(): void {
    this.#gap = (this.#gap ?? 0) + 1;
    this.#dropped += 1;
  }

  async #flush(): Promise<void> {
    let batch: readonly Uint8Array[] = [];
    let done = 0;
    try {
      while (this.#queue.length > 0) {
        batch = this.#take();
        const bytes = concatBytes(...batch);
        while (done < bytes.length) done += await this.#write(bytes.subarray(done), this.#position + done);
        this.#position += bytes.length;
        this.#written += batch.length;
        this.#waiting -= bytes.length;
        [batch, done] = [[], 0];
        this.#catchUp();
      }
      this.#flushing = undefined;
      if (this.#isOver()) await this.#options.file.close();
    } catch (error) {
      await this.#fail(error, batch, done);
    }
  }

  /** The first records that wait, as many as are written at once. */
  #take(): readonly Uint8Array[] {
    let [count, bytes] = [0, 0];
    for (const { length } of this.#queue) {
      if (count > 0 && bytes + length > this.#limits.batch) break;
      count += 1;
      bytes += length;
    }
    return this.#queue.splice(0, count);
  }

  async #write(bytes: Uint8Array, position: number): Promise<number> {
    const taken = await this.#options.file.write(bytes, position);
    // A disk that takes nothing and says nothing would be asked for ever.
    if (taken === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    return taken;
  }

  /** What was dropped is told once there is room for a while. */
  #catchUp(): void {
    if (this.#gap === undefined || this.#waiting > this.#limits.waiting / 2) return;
    this.#options.log.warn('trace.dropped', { file: this.#options.name, records: this.#gap });
    this.#gap = undefined;
  }

  async #fail(error: unknown, batch: readonly Uint8Array[], done: number): Promise<void> {
    this.#state = 'over';
    this.#flushing = undefined;
    this.#dropped += batch.length + this.#queue.length;
    this.#queue.length = 0;
    for (const { length } of batch) {
      if (length > done) break;
      done -= length;
      this.#position += length;
      this.#written += 1;
      this.#dropped -= 1;
    }
    this.#tellFailed(error);
    const { file } = this.#options;
    // Whoever reads it is told of half a record, no more: it is let be where the disk takes nothing any more.
    await file.truncate(this.#position).catch(() => undefined);
    await file.close().catch(() => undefined);
  }

  #tellFailed(error: unknown): void {
    const facts = { file: this.#options.name, records: this.#written, dropped: this.#dropped };
    const why = systemCode(error) === undefined ? { error } : { why: systemWords(error) };
    this.#options.log.error('trace.failed', { ...facts, ...why });
  }
}
