import { FerryError } from '../../container/errors.ts';
import { networkWords } from '../network-words.ts';
import { optionalPackage } from '../optional-package.ts';
import type { ReportPort } from './report-port.ts';

/** The usage page of a dongle's reports. @see docs/protocol.md, "Reports" */
const USAGE_PAGE = 0xff00;
/** hidapi takes the number of a report before it; here there are none. */
const NO_REPORT_ID = 0;

/** One of the things that a HID device on this computer's USB is. */
export interface HidEntry {
  /** Where the system has it: `/dev/hidraw0`. */
  readonly path: string;
  readonly vendor: number;
  readonly product: number;
  /** Empty when it has none, or this user may not know it. */
  readonly serial: string;
  readonly usagePage: number;
}

/** What this computer has, as the system's driver for HID tells it. @throws PACKAGE_MISSING */
export async function listHid(): Promise<readonly HidEntry[]> {
  const { devicesAsync } = await hidPackage();
  return (await devicesAsync()).flatMap(({ path, vendorId: vendor, productId: product, serialNumber, usagePage }) =>
    path === undefined ? [] : [{ path, vendor, product, serial: serialNumber ?? '', usagePage: usagePage ?? 0 }],
  );
}

/**
 * Opens a dongle on this computer's USB by the system's driver for HID.
 *
 * @throws PACKAGE_MISSING; CARRIER_UNREACHABLE when it is not plugged in, or this user may not open it
 */
export async function openNodeHidPort(serial: string, where: string): Promise<ReportPort> {
  const found = (await listHid()).find((one) => one.serial === serial && one.usagePage === USAGE_PAGE);
  if (found === undefined) throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'it is not plugged in' });
  return openHidPath(found.path, where);
}

/** Opens one of those that `listHid` has. @throws PACKAGE_MISSING, CARRIER_UNREACHABLE */
export async function openHidPath(path: string, where: string): Promise<ReportPort> {
  const { HIDAsync } = await hidPackage();
  try {
    return portOf(await HIDAsync.open(path));
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
