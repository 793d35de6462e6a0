import { missingLibrary } from '../../../carriers/hid/system-library.ts';
import type { DongleEvent, PluggedDongle, UsbHost } from '../../../carriers/hid/usb-host.ts';
import { FerryError } from '../../../container/errors.ts';

/** The USB of a computer that is as the test says. */
export class FakeUsbHost implements UsbHost {
  needsRule = true;
  isUsbThere = true;
  installed: string | undefined = '/etc/udev/rules.d/70-license-ferry.rules';
  /** Why a package, or a dongle by its address, does not work. */
  readonly faults = new Map<string, FerryError>();
  readonly plugged: PluggedDongle[] = [];
  tell: (event: DongleEvent) => void = () => undefined;
  isWatched = false;

  plugIn(serial: string): PluggedDongle {
    const dongle = { serial, address: `hid:${serial}` };
    this.plugged.push(dongle);
    return dongle;
  }

  hasUsb(): boolean {
    return this.isUsbThere;
  }

  rule() {
    return { installed: this.installed, command: 'sudo cp rule there' };
  }

  async load(name: string): Promise<void> {
    const fault = this.faults.get(name);
    if (fault !== undefined) throw fault;
  }

  async dongles(): Promise<readonly PluggedDongle[]> {
    await this.load('node-hid');
    return this.plugged;
  }

  async tryOpen({ address }: PluggedDongle): Promise<void> {
    await this.load(address);
  }

  async watch(told: (event: DongleEvent) => void): Promise<() => void> {
    if (!this.isUsbThere) throw new FerryError('NO_USB');
    await this.load('usb');
    this.isWatched = true;
    this.tell = told;
    for (const [at, dongle] of this.plugged.entries()) {
      const plugged = this.plugged.slice(0, at + 1).filter(({ serial }) => serial === dongle.serial).length;
      told({ ...dongle, event: 'dongle.present', plugged });
    }
    return () => {
      this.isWatched = false;
    };
  }
}

export function missing(name: string): FerryError {
  return new FerryError('PACKAGE_MISSING', { what: 'A dongle on USB', package: name });
}

export function forbidden(where: string): FerryError {
  return new FerryError('CARRIER_FORBIDDEN', { where, node: '/dev/hidraw0', fix: 'sudo cp rule there' });
}

export function broken(name: string): FerryError {
  return new FerryError('PACKAGE_BROKEN', { what: 'A dongle on USB', package: name, why: 'it is for another system' });
}

export function withoutLibrary(): FerryError {
  const found = missingLibrary('libusb-1.0.so.0: cannot open shared object file: No such file or directory');
  return new FerryError('LIBRARY_MISSING', { what: 'A dongle on USB', library: '', fix: '', ...found });
}
