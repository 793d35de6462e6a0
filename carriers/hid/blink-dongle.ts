import { FerryError } from '../../container/errors.ts';
import { readReport, readReportError, reportsOf } from '../../container/wire/report.ts';
import { type ChannelOptions, goneFrom, leaveChannel, openChannel } from './open-channel.ts';
import type { ReportPort } from './report-port.ts';

/** Seconds after which a dongle that takes a message of somebody else is asked again. */
const PAUSE = 0.05;

/**
 * Has a dongle show by its LED which one it is, and resolves once it says that it does. The port is closed in any case.
 *
 * @throws CARRIER_TIMEOUT, CARRIER_BUSY, CARRIER_LOST, CARRIER_GARBLED
 * @see docs/protocol.md, "Reports"
 */
export async function blinkDongle(port: ReportPort, options: ChannelOptions): Promise<void> {
  const channel = await openChannel(port, options);
  const { where, after, patience } = options;
  const waits: (() => void)[] = [];
  const ask = () => port.write([...reportsOf(channel, 'blink', new Uint8Array())]);
  try {
    await new Promise<void>((resolve, reject) => {
      let why = new FerryError('CARRIER_TIMEOUT', { where, seconds: patience });
      waits.push(after(patience, () => reject(why)));
      port.onGone = (why) => reject(goneFrom(where, why));
      port.onReport = (bytes) => {
        const report = readReport(bytes);
        if (report?.position !== 'first' || report.channel !== channel) return;
        const error = report.kind === 'error' ? readReportError(report.payload) : undefined;
        if (report.kind === 'blink') resolve();
        else if (error === 'busy') {
          why = new FerryError('CARRIER_BUSY', { where });
          waits.push(after(PAUSE, () => void ask().catch(reject)));
        } else
          reject(new FerryError('CARRIER_GARBLED', { where, why: `it answers "${error ?? report.kind}" to a blink` }));
      };
      ask().catch(reject);
    });
  } finally {
    for (const end of waits) end();
    await leaveChannel(port, channel, options);
  }
}
