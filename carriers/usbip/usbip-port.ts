import { FerryError } from '../../container/errors.ts';
import { REPORT_SIZE } from '../../container/wire/report.ts';
import type { ChannelOptions } from '../hid/open-channel.ts';
import type { ReportPort } from '../hid/report-port.ts';
import type { SubmittedTransfer, UsbipCompletion } from './transfers.ts';
import { connectUsbip, listUsbip, type UsbipServer } from './usbip-client.adapter.ts';

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
 * @param place `patience` in seconds, for each step of it
 * @throws CARRIER_UNREACHABLE, CARRIER_BUSY, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function openUsbipPort(
  place: UsbipServer & { readonly busid: string } & Pick<ChannelOptions, 'after'>,
  where: string,
): Promise<ReportPort> {
  const dongle = await connectUsbip({ ...place, where, others: () => othersAt(place) });
  const settled = async ({ completion }: SubmittedTransfer): Promise<Done> => {
    const became = await completion;
    if (became.status === 'done') return became;
    throw new FerryError('CARRIER_LOST', { where, why: `a transfer ended with "${became.status}"` });
  };
  let endWait = (): void => undefined;
  try {
    const { patience, after } = place;
    const late = new Promise<never>((_, reject) => {
      endWait = after(patience, () => reject(new FerryError('CARRIER_TIMEOUT', { where, seconds: patience })));
    });
    await Promise.race([settled(dongle.control(CONFIGURE)), late]);
  } catch (error) {
    await dongle.close();
    throw error;
  } finally {
    endWait();
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

/** The bus ids that there are, for who gave another one; nothing where they are not told. */
async function othersAt(server: UsbipServer): Promise<string> {
  try {
    const found = (await listUsbip(server)).map(({ busid }) => busid);
    return found.length === 0 ? '; nothing is plugged in there' : `; there is ${found.join(', ')}`;
  } catch (error) {
    if (error instanceof FerryError) return '';
    throw error;
  }
}
