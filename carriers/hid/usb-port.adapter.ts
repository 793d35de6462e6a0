import { closed, lost, openFailed } from './port-faults.adapter.ts';
import type { ReportPort } from './report-port.ts';
import { dongleAmong } from './usb-host.ts';
import { devicesOn, namesOnUsb, placeOnUsb, usbDevices } from './usb-package.adapter.ts';
import { UsbReports } from './usb-reports.adapter.ts';

/** The interface for reports, and its endpoints. @see docs/protocol.md, "Reports" */
const REPORT_INTERFACE = 0;
const REPORT_ENDPOINT = 1;
const CONFIGURATION = 1;

type Device = Awaited<ReturnType<typeof import('usb')['usb']['getDevices']>>[number];

/** What the package tells of a configuration, in types of browsers that are not known here. @see WebUSB, 7.1 */
interface Configuration {
  readonly interfaces: readonly {
    readonly interfaceNumber: number;
    readonly alternate: {
      readonly endpoints: readonly { readonly direction: 'in' | 'out'; readonly endpointNumber: number }[];
    };
  }[];
}

/**
 * Opens a dongle on this computer's USB by itself, without the system's driver for HID.
 *
 * @param patience seconds for which an answer is waited for at most
 * @throws PACKAGE_MISSING; NO_USB; CARRIER_UNREACHABLE when it is not plugged in, or several are; CARRIER_FORBIDDEN when this user may not open it
 */
export async function openUsbPort(serial: string, where: string, patience: number): Promise<ReportPort> {
  const devices = await devicesOn(await usbDevices());
  const device = dongleAmong(devices, serial, { namesOf: namesOnUsb, placeOf: placeOnUsb }, where);
  try {
    await device.open();
    if (device.configuration?.configurationValue !== CONFIGURATION) await device.selectConfiguration(CONFIGURATION);
    // It fails where no driver has it; where one has, claiming it fails.
    if (process.platform === 'linux') await device.detachKernelDriver(REPORT_INTERFACE).catch(() => undefined);
    await device.claimInterface(REPORT_INTERFACE);
  } catch (error) {
    if (device.opened) {
      await attachDriver(device);
      await closed(device.close());
    }
    throw openFailed(where, nodeOf(device), error);
  }
  return portOf(device, where, patience);
}

/** Its file on Linux, where the bus has a number. */
function nodeOf({ bus, address }: Device): string | undefined {
  if (!/^\d+$/.test(bus)) return undefined;
  return `/dev/bus/usb/${bus.padStart(3, '0')}/${String(address).padStart(3, '0')}`;
}

function portOf(device: Device, where: string, patience: number): ReportPort {
  const reports = new UsbReports(device, {
    toDongle: endpointOf(device, 'out'),
    fromDongle: endpointOf(device, 'in'),
    patience,
  });
  const port: ReportPort = {
    onReport: () => undefined,
    onGone: () => undefined,
    write: async (written) => {
      try {
        await reports.write(written);
      } catch (error) {
        throw lost(where, error);
      }
    },
    close: async () => {
      if (!(await reports.end())) return;
      await giveBack(device);
      await closed(device.close());
    },
  };
  reports.listen(
    (report) => port.onReport(report),
    (why) => port.onGone(why),
  );
  return port;
}

/** The endpoint for reports of a direction: a dongle that a kernel makes of its own functions has it where that kernel puts it. */
function endpointOf(device: Device, direction: 'in' | 'out'): number {
  const configuration: Configuration | undefined = device.configuration;
  const reports = configuration?.interfaces.find(({ interfaceNumber }) => interfaceNumber === REPORT_INTERFACE);
  const found = reports?.alternate.endpoints.find((endpoint) => endpoint.direction === direction);
  return found?.endpointNumber ?? REPORT_ENDPOINT;
}

/** Lets the system's driver have its interface again: otherwise `hid:` does not find the dongle until it is plugged in anew. */
async function giveBack(device: Device): Promise<void> {
  // A dongle that is gone has nothing to give back.
  await device.releaseInterface(REPORT_INTERFACE).catch(() => undefined);
  await attachDriver(device);
}

async function attachDriver(device: Device): Promise<void> {
  // Some systems have no such driver, and one that has its interface already is not attached again.
  if (process.platform === 'linux') await device.attachKernelDriver(REPORT_INTERFACE).catch(() => undefined);
}
