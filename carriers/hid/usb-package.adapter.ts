import fs from 'node:fs';
import { FerryError } from '../../container/errors.ts';
import { optionalPackage } from '../optional-package.ts';
import { missingLibrary } from './system-library.ts';
import type { DeviceNames } from './usb-host.ts';

/** Where Linux shows what is plugged in; without it the package `usb` ends the process. */
const LINUX_USB = '/sys/bus/usb';

/** Whether this computer has USB, as far as its system shows. */
export function hasUsb(): boolean {
  return process.platform !== 'linux' || fs.existsSync(LINUX_USB);
}

/** The devices that are plugged into this computer. @throws NO_USB, PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
export async function usbDevices() {
  if (!hasUsb()) throw new FerryError('NO_USB');
  return (await usbPackage()).usb;
}

/** What is plugged in. @throws NO_USB where the system does not tell */
export async function devicesOn<T>(usb: { getDevices(): Promise<readonly T[]> }): Promise<readonly T[]> {
  try {
    return await usb.getDevices();
  } catch (error) {
    throw new FerryError('NO_USB', {}, { cause: error });
  }
}

/** What the package `usb` tells of a device's names. */
export interface UsbNames {
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
}

/** Where a device is on the buses of this computer: no two that are plugged in at the same time have one place. */
export function placeOnUsb({ bus, address }: { readonly bus: string; readonly address: number }): string {
  return `${bus}/${address}`;
}

export function namesOnUsb({ manufacturerName, productName, serialNumber }: UsbNames): DeviceNames {
  return { maker: manufacturerName, product: productName, serial: serialNumber };
}

/** @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
export function usbPackage(): Promise<typeof import('usb')> {
  return nativePackage('usb', () => import('usb'));
}

/** @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
export function hidPackage(): Promise<typeof import('node-hid')> {
  return nativePackage('node-hid', async () => {
    const loaded = (await import('node-hid')).default;
    // Its native part is loaded with the first use.
    loaded.getHidapiVersion();
    return loaded;
  });
}

/** npm installs a package also where nobody has built its native part for the system, and where the system lacks what that needs. */
async function nativePackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  const what = 'A dongle on USB';
  try {
    return await optionalPackage(what, name, load);
  } catch (error) {
    if (error instanceof FerryError) throw error;
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const missing = missingLibrary(why);
    if (missing !== undefined) throw new FerryError('LIBRARY_MISSING', { what, ...missing }, { cause: error });
    throw new FerryError('PACKAGE_BROKEN', { what, package: name, why }, { cause: error });
  }
}
