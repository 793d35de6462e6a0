import { FerryError } from '../../container/errors.ts';
import { equalBytes } from '../../container/model/bytes.ts';
import { BROADCAST, type Report, readReport, reportsOf } from '../../container/wire/report.ts';
import { networkWords } from '../network-words.ts';
import type { ReportPort } from './report-port.ts';

/** What it takes to speak with a dongle. */
export interface ChannelOptions {
  /** The dongle, as errors name it. */
  readonly where: string;
  readonly random: (length: number) => Uint8Array;
  /** Calls back after so many seconds, unless the wait is ended before. @returns ends it */
  readonly after: (seconds: number, over: () => void) => () => void;
  /** Seconds for which nothing may come from the dongle while it owes something. */
  readonly patience: number;
}

/** Bytes of an `open`. */
const NONCE = 8;
/** Seconds for which a dongle is given time to hear that a channel is closed. */
const FAREWELL = 1;

/**
 * Opens a channel. The port is closed when that fails.
 *
 * @throws CARRIER_TIMEOUT, CARRIER_LOST, CARRIER_GARBLED
 * @see docs/protocol.md, "Reports"
 */
export async function openChannel(port: ReportPort, { where, random, after, patience }: ChannelOptions) {
  const nonce = random(NONCE);
  let endWait = (): void => undefined;
  try {
    return await new Promise<number>((resolve, reject) => {
      endWait = after(patience, () => reject(new FerryError('CARRIER_TIMEOUT', { where, seconds: patience })));
      port.onGone = (why) => reject(goneFrom(where, why));
      port.onReport = (bytes) => {
        const channel = openedBy(readReport(bytes), nonce);
        if (channel !== undefined) resolve(channel);
      };
      port.write([...reportsOf(BROADCAST, 'open', nonce)]).catch(reject);
    });
  } catch (error) {
    await port.close();
    throw error;
  } finally {
    endWait();
  }
}

/**
 * Lets the dongle know that a channel is closed, so that nobody who comes after is taken for whoever was here, and closes the port.
 * A dongle that takes no reports any more keeps nobody from leaving.
 */
export async function leaveChannel(
  port: ReportPort,
  channel: number,
  { after }: Pick<ChannelOptions, 'after'>,
): Promise<void> {
  let endWait = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    endWait = after(FAREWELL, resolve);
  });
  try {
    await Promise.race([port.write([...reportsOf(channel, 'close', new Uint8Array())]), late]);
  } catch (error) {
    // A dongle that is gone has forgotten its channels.
    if (!(error instanceof FerryError)) throw error;
  } finally {
    endWait();
    await port.close();
  }
}

/** What is said of a dongle that was there, by what its port says. */
export function goneFrom(where: string, why: unknown): FerryError {
  if (why instanceof FerryError) return why;
  return new FerryError('CARRIER_LOST', { where, why: networkWords(why) }, { cause: why });
}

/** The channel that a report says was opened by an `open` with that nonce. */
function openedBy(report: Report | undefined, nonce: Uint8Array): number | undefined {
  if (report?.position !== 'first' || report.channel !== BROADCAST || report.kind !== 'opened') return undefined;
  if (report.length !== NONCE + 2 || !equalBytes(report.payload.subarray(0, NONCE), nonce)) return undefined;
  return new DataView(report.payload.buffer, report.payload.byteOffset + NONCE).getUint16(0);
}
