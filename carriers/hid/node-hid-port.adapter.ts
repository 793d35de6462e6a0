import { FerryError } from '../../container/errors.ts';
import { closed, lost, openFailed } from './port-faults.adapter.ts';
import type { ReportPort } from './report-port.ts';
import { dongleAmong, dongleOf, type PluggedDongle } from './usb-host.ts';
import { hasUsb, hidPackage } from './usb-package.adapter.ts';

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
 * @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING; NO_USB; CARRIER_UNREACHABLE when it is not plugged in, or several are; CARRIER_FORBIDDEN when this user may not open it
 */
export async function openNodeHidPort(serial: string, where: string): Promise<ReportPort> {
  const there = (await reportDevices()).flatMap(({ path, ...device }) =>
    path === undefined ? [] : [{ ...device, path }],
  );
  // Nobody can plug it in where there is nothing to plug it into; what the driver has all the same is taken.
  if (there.length === 0 && !hasUsb()) throw new FerryError('NO_USB');
  const { path } = dongleAmong(there, serial, { namesOf, placeOf: (device) => device.path }, where);
  return openHidPath(path, where);
}

/** Opens one of those that `listHid` has. @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING, CARRIER_UNREACHABLE, CARRIER_FORBIDDEN */
export async function openHidPath(path: string, where: string): Promise<ReportPort> {
  const { HIDAsync } = await hidPackage();
  try {
    return portOf(await HIDAsync.open(path), where);
  } catch (error) {
    throw openFailed(where, path, error);
  }
}

/** The dongles that the system's driver for HID has. @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
export async function hidDongles(): Promise<readonly PluggedDongle[]> {
  const dongles = new Map<string, PluggedDongle>();
  for (const device of await reportDevices()) {
    const dongle = dongleOf(namesOf(device));
    if (dongle !== undefined) dongles.set(dongle.serial, dongle);
  }
  return [...dongles.values()];
}

function namesOf({ manufacturer, product, serialNumber }: Pick<HidFound, 'manufacturer' | 'product' | 'serialNumber'>) {
  return { maker: manufacturer, product, serial: serialNumber };
}

async function reportDevices() {
  const { devicesAsync } = await hidPackage();
  return (await devicesAsync()).filter(({ usagePage }) => usagePage === USAGE_PAGE);
}

type HidFound = import('node-hid').Device;
type HidDevice = Awaited<ReturnType<typeof import('node-hid')['HIDAsync']['open']>>;

function portOf(device: HidDevice, where: string): ReportPort {
  const port: ReportPort = {
    onReport: () => undefined,
    onGone: () => undefined,
    write: async (reports) => {
      try {
        for (const report of reports) await device.write(Buffer.of(NO_REPORT_ID, ...report));
      } catch (error) {
        throw lost(where, error);
      }
    },
    close: async () => {
      device.removeAllListeners();
      device.on('error', () => undefined);
      await closed(device.close());
    },
  };
  device.on('data', (report: Uint8Array) => port.onReport(report));
  device.on('error', (error: unknown) => port.onGone(error));
  return port;
}
