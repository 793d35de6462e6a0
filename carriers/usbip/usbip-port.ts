import { FerryError } from '../../container/errors.ts';
import { REPORT_SIZE } from '../../container/wire/report.ts';
import type { ReportPort } from '../hid/report-port.ts';
import type { SubmittedTransfer, UsbipCompletion } from './transfers.ts';
import { connectUsbip } from './usbip-client.adapter.ts';

/** Interrupt endpoints of a dongle, there and back. @see docs/protocol.md, "Reports" */
const REPORT_ENDPOINT = 1;
/** Reports from the dongle that are asked for at a time. */
const ASKED = 8;
/** SET_CONFIGURATION of the one configuration that a dongle has. @see USB 2.0, 9.4.7 */
const CONFIGURE = { requestType: 0, request: 9, value: 1, index: 0, length: 0 } as const;

type Done = Extract<UsbipCompletion, { readonly status: 'done' }>;

/**
 * Takes a dongle at a USB/IP server, without any driver.
 *
 * @param place `patience` in seconds
 * @throws CARRIER_UNREACHABLE, CARRIER_BUSY, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function openUsbipPort(
  place: { readonly host: string; readonly port: number; readonly busid: string; readonly patience: number },
  where: string,
): Promise<ReportPort> {
  const dongle = await connectUsbip(place);
  const settled = async ({ completion }: SubmittedTransfer): Promise<Done> => {
    const became = await completion;
    if (became.status === 'done') return became;
    throw new FerryError('CARRIER_LOST', { where, why: `a transfer ended with "${became.status}"` });
  };
  try {
    await dongle.within(settled(dongle.control(CONFIGURE)));
  } catch (error) {
    await dongle.close();
    throw error;
  }
  const port: ReportPort = {
    onReport: () => undefined,
    onGone: () => undefined,
    write: async (reports) => {
      await Promise.all(reports.map((report) => settled(dongle.out(REPORT_ENDPOINT, report))));
    },
    close: () => dongle.close(),
  };
  const listen = async (): Promise<void> => {
    try {
      for (;;) {
        const { data } = await settled(dongle.in(REPORT_ENDPOINT, REPORT_SIZE));
        port.onReport(data);
      }
    } catch (error) {
      port.onGone(error);
    }
  };
  for (let asked = 0; asked < ASKED; asked++) void listen();
  return port;
}
