import { type DongleEvent, dongleOf, PresentDongles } from './usb-host.ts';
import { devicesOn, namesOnUsb, placeOnUsb, type UsbNames } from './usb-package.adapter.ts';

/** A device as the package `usb` shows it. */
interface UsbDevice extends UsbNames {
  readonly bus: string;
  readonly address: number;
}

type Listener = (event: { readonly device: UsbDevice }) => void;

/** What is heard of a computer's USB. */
interface HeardUsb {
  getDevices(): Promise<readonly UsbDevice[]>;
  addEventListener(type: 'connect' | 'disconnect', listener: Listener): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: Listener): void;
}

/** Tells which dongles are there, then those that come and go. @returns ends it @throws NO_USB */
export async function watchDongles(usb: HeardUsb, told: (event: DongleEvent) => void): Promise<() => void> {
  const present = new PresentDongles(told);
  const came = (device: UsbDevice, event: 'dongle.present' | 'dongle.attached'): void => {
    const dongle = dongleOf(namesOnUsb(device));
    if (dongle !== undefined) present.came(dongle, placeOnUsb(device), event);
  };
  const attached: Listener = ({ device }) => came(device, 'dongle.attached');
  const detached: Listener = ({ device }) => {
    const dongle = dongleOf(namesOnUsb(device));
    if (dongle !== undefined) present.went(dongle, placeOnUsb(device));
  };
  usb.addEventListener('connect', attached);
  usb.addEventListener('disconnect', detached);
  const end = (): void => {
    usb.removeEventListener('connect', attached);
    usb.removeEventListener('disconnect', detached);
  };
  try {
    for (const device of await devicesOn(usb)) came(device, 'dongle.present');
  } catch (error) {
    end();
    throw error;
  }
  return end;
}
