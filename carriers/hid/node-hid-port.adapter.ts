import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { optionalPackage } from '../optional-package.ts';
import type { ReportPort } from './report-port.ts';

/** The usage page of a dongle's reports. @see docs/protocol.md, "Reports" */
const USAGE_PAGE = 0xff00;
/** hidapi takes the number of a report before it; here there are none. */
const NO_REPORT_ID = 0;

/**
 * Opens a dongle on this computer's USB by the system's driver for HID.
 *
 * @throws PACKAGE_MISSING; CARRIER_UNREACHABLE when it is not plugged in, or this user may not open it
 */
export async function openNodeHidPort(serial: string, where: string): Promise<ReportPort> {
  const { devicesAsync, HIDAsync } = await hidPackage();
  const found = (await devicesAsync()).find(
    (one) => one.serialNumber === serial && one.usagePage === USAGE_PAGE && one.path !== undefined,
  );
  if (found?.path === undefined) throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'it is not plugged in' });
  try {
    return portOf(await HIDAsync.open(found.path));
  } catch (error) {
    throw new FerryError('CARRIER_UNREACHABLE', { where, why: networkWords(error) }, { cause: error });
  }
}

type HidDevice = Awaited<ReturnType<typeof import('node-hid')['HIDAsync']['open']>>;

function portOf(device: HidDevice): ReportPort {
  const port: ReportPort = {
    onReport: () => undefined,
    onGone: () => undefined,
    write: async (reports) => {
      for (const report of reports) await device.write(Buffer.of(NO_REPORT_ID, ...report));
    },
    close: async () => {
      device.removeAllListeners();
      device.on('error', () => undefined);
      await device.close();
    },
  };
  device.on('data', (report: Uint8Array) => port.onReport(report));
  device.on('error', (error: unknown) => port.onGone(error));
  return port;
}

function hidPackage(): Promise<typeof import('node-hid')> {
  return optionalPackage('A dongle on USB', 'node-hid', async () => (await import('node-hid')).default);
}
