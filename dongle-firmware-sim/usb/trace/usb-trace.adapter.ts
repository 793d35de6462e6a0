import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { rareWarnings } from '../../../carriers/server/rare-warnings.ts';
import type { ServerLog } from '../../../carriers/server/server-port.ts';
import { steadyClock } from '../../../container/crypto/native/system-env.adapter.ts';
import { FerryError } from '../../../container/errors.ts';
import { systemCode, systemWords } from '../../../container/store/file-failure.ts';
import { acquireLock, type FolderLock } from '../../../container/store/file-lock.adapter.ts';
import type { ExportedDevice } from '../exported-device.ts';
import { fineClock } from './fine-clock.ts';
import { TRACE_LIMITS, type TraceFile, TraceWriter } from './trace-writer.ts';
import { TracedDevice } from './traced-device.ts';
import { isTraceHeader, TRACE_HEADER, traceHeader } from './usbmon-record.ts';

/** The traffic of devices, as it is written to one file. */
export interface UsbTrace {
  /** The device of that bus id, such as `1-1`, with its transfers recorded. */
  readonly tap: (busid: string, device: ExportedDevice) => ExportedDevice;
  /** Waits a while until the disk has taken everything. */
  close(): Promise<void>;
}

/** Addresses of devices on a bus. @see USB 2.0, 9.4.6 */
const DEVICES = 127;

/**
 * Begins a trace, in place of an earlier one of that name.
 *
 * @param interval bInterval of the devices' reports
 * @param open opens the file
 * @throws OUTPUT_REFUSED for what is neither empty nor a trace, and for a trace that is being written; FILE_UNWRITABLE
 */
export function openUsbTrace(name: string, interval: number, log: ServerLog, open = openTraceFile): UsbTrace {
  const file = open(name);
  const writer = new TraceWriter({ file, name, log: rareWarnings(log, steadyClock), after });
  const moment = fineClock(
    () => Date.now(),
    () => performance.now(),
  );
  let ids = 0;
  const id = (): number => ++ids;
  log.info('trace.began', { file: name });
  return {
    tap: (busid, device) =>
      new TracedDevice(device, { ...placeOf(busid), interval, moment, id, record: (event) => writer.record(event) }),
    close: () => writer.close(),
  };
}

/** Bus and device number of a bus id: its own, unless it has more devices than a bus. */
export function placeOf(busid: string): { readonly bus: number; readonly device: number } {
  const [bus = 0, port = 0] = busid.split('-').map(Number);
  return { bus: bus + Math.floor((port - 1) / DEVICES), device: ((port - 1) % DEVICES) + 1 };
}

/** A pipe that took a file's place is not waited for; Windows knows neither flag nor danger. */
const PLAIN = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_NONBLOCK;
/** What goes over USB is for nobody else. */
const OWNER_ONLY = 0o600;

const write = promisify(fs.write);
const truncate = promisify(fs.ftruncate);
const close = promisify(fs.close);

/**
 * A file with nothing but the header of a trace, for its owner only. It is nobody else's until it is closed, or this process ends,
 * however it ends: a lock file is hidden beside it.
 *
 * @throws OUTPUT_REFUSED, FILE_UNWRITABLE
 */
export function openTraceFile(name: string, snapLength = TRACE_LIMITS.snapLength): TraceFile {
  try {
    const there = fs.statSync(name, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile()) throw refused(name, 'it is not a plain file');
    const handle = fs.openSync(name, PLAIN, OWNER_ONLY);
    const lock = begun(handle, name, snapLength);
    return {
      write: async (bytes, position) => (await write(handle, bytes, 0, bytes.length, position)).bytesWritten,
      truncate: (length) => truncate(handle, length),
      close: () => close(handle).finally(() => lock.release()),
    };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new FerryError('FILE_UNWRITABLE', { file: name, why: systemWords(error) }, { cause: error });
  }
}

/** Closes the file again when it is not to be had. */
function begun(handle: number, name: string, snapLength: number): FolderLock {
  let lock: FolderLock | undefined;
  try {
    // Before it is read or written: a trace that somebody writes stays as it is.
    lock = lockTrace(name);
    beginTrace(handle, name, snapLength);
    return lock;
  } catch (error) {
    lock?.release();
    fs.closeSync(handle);
    throw error;
  }
}

function lockTrace(name: string): FolderLock {
  const file = fs.realpathSync(name);
  try {
    return acquireLock(path.dirname(file), OWNER_ONLY, `.${path.basename(file)}`);
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    const { process, why = 'its lock file is damaged' } = error.details;
    if (error.code === 'CONTAINER_IN_USE') throw refused(name, `it is being written by process ${process}`);
    throw new FerryError('FILE_UNWRITABLE', { file: name, why: String(why) }, { cause: error });
  }
}

function beginTrace(handle: number, name: string, snapLength: number): void {
  const found = fs.fstatSync(handle);
  if (!found.isFile()) throw refused(name, 'it is not a plain file');
  const start = new Uint8Array(TRACE_HEADER);
  const read = fs.readSync(handle, start, 0, TRACE_HEADER, 0);
  if (found.size > 0 && !isTraceHeader(start.subarray(0, read)))
    throw refused(name, 'there is something else than a USB trace in it');
  fs.fchmodSync(handle, OWNER_ONLY);
  fs.ftruncateSync(handle, 0);
  const header = traceHeader(snapLength);
  for (let done = 0; done < header.length; ) done += fs.writeSync(handle, header, done, header.length - done, done);
}

function refused(place: string, why: string): FerryError {
  return new FerryError('OUTPUT_REFUSED', { place, why });
}

function after(seconds: number, over: () => void): () => void {
  const timer = setTimeout(over, seconds * 1000);
  return () => clearTimeout(timer);
}
