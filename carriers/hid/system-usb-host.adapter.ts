import { hidDongles, openNodeHidPort } from './node-hid-port.adapter.ts';
import { installedRule, ruleCommand } from './udev-rule.adapter.ts';
import type { UsbHost } from './usb-host.ts';
import { hasUsb, hidPackage, usbDevices, usbPackage } from './usb-package.adapter.ts';
import { watchDongles } from './watch-dongles.ts';

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
    watch: async (told) => watchDongles(await usbDevices(), told),
  };
}
