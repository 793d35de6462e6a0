import { hidDongles, openNodeHidPort } from './node-hid-port.adapter.ts';
import { installedRule, ruleCommand } from './udev-rule.adapter.ts';
import { type DongleEvent, dongleOf, PresentDongles, type UsbHost } from './usb-host.ts';
import {
  devicesOn,
  hasUsb,
  hidPackage,
  namesOnUsb,
  type UsbNames,
  usbDevices,
  usbPackage,
} from './usb-package.adapter.ts';

/** The USB of the computer on which this runs. */
export function systemUsbHost(): UsbHost {
  return {
    needsRule: process.platform === 'linux',
    hasUsb,
    rule: () => ({ installed: installedRule(), command: ruleCommand() }),
    load: async (name) => {
      await (name === 'usb' ? usbPackage() : hidPackage());
    },
    dongles: hidDongles,
    tryOpen: async ({ serial, address }) => (await openNodeHidPort(serial, address)).close(),
    watch: watchUsb,
  };
}

/** @throws NO_USB, PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
async function watchUsb(told: (event: DongleEvent) => void): Promise<() => void> {
  const devices = await usbDevices();
  const present = new PresentDongles(told);
  const came = (device: UsbNames, event: 'dongle.present' | 'dongle.attached'): void => {
    const dongle = donglePlugged(device);
    if (dongle !== undefined) present.came(dongle, event);
  };
  const attached = ({ device }: { readonly device: UsbNames }): void => came(device, 'dongle.attached');
  const detached = ({ device }: { readonly device: UsbNames }): void => {
    const dongle = donglePlugged(device);
    if (dongle !== undefined) present.went(dongle);
  };
  devices.addEventListener('connect', attached);
  devices.addEventListener('disconnect', detached);
  const end = (): void => {
    devices.removeEventListener('connect', attached);
    devices.removeEventListener('disconnect', detached);
  };
  try {
    for (const device of await devicesOn(devices)) came(device, 'dongle.present');
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

function donglePlugged(device: UsbNames) {
  return dongleOf(namesOnUsb(device));
}
