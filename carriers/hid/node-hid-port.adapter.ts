import { FerryError } from '../../container/errors.ts';
import { closed, lost, openFailed } from './port-faults.adapter.ts';
import type { ReportPort } from './report-port.ts';
import { dongleOf, type PluggedDongle } from './usb-host.ts';
import { hidPackage } from './usb-package.adapter.ts';

/** The usage page of a dongle's reports. @see docs/protocol.md, "Reports" */
const USAGE_PAGE = 0xff00;
/** hidapi takes the number of a report before it; here there are none. */
const NO_REPORT_ID = 0;

/**
 * Opens a dongle on this computer's USB by the system's driver for HID.
 *
 * @throws PACKAGE_MISSING, PACKAGE_BROKEN; CARRIER_UNREACHABLE when it is not plugged in; CARRIER_FORBIDDEN when this user may not open it
 */
export async function openNodeHidPort(serial: string, where: string): Promise<ReportPort> {
  const { HIDAsync } = await hidPackage();
  const found = (await reportDevices()).find((one) => one.serialNumber === serial && one.path !== undefined);
  if (found?.path === undefined) throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'it is not plugged in' });
  try {
    return portOf(await HIDAsync.open(found.path), where);
  } catch (error) {
    throw openFailed(where, found.path, error);
  }
}

/** The dongles that the system's driver for HID has. @throws PACKAGE_MISSING, PACKAGE_BROKEN */
export async function hidDongles(): Promise<readonly PluggedDongle[]> {
  const dongles = new Map<string, PluggedDongle>();
  for (const { manufacturer, product, serialNumber } of await reportDevices()) {
    const dongle = dongleOf(manufacturer, product, serialNumber);
    if (dongle !== undefined) dongles.set(dongle.serial, dongle);
  }
  return [...dongles.values()];
}

async function reportDevices() {
  const { devicesAsync } = await hidPackage();
  return (await devicesAsync()).filter(({ usagePage }) => usagePage === USAGE_PAGE);
}

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
