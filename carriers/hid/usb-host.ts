import { FerryError } from '../../container/errors.ts';

/** A dongle that is plugged into this computer. */
export interface PluggedDongle {
  readonly serial: string;
  /** `hid:SERIAL` */
  readonly address: string;
}

/** A dongle that comes or goes. `present`: it was there already. */
export interface DongleEvent extends PluggedDongle {
  readonly event: 'dongle.present' | 'dongle.attached' | 'dongle.detached';
}

/** What a dongle calls its maker and itself. @see USB 2.0, 9.6.7 */
const MAKER = 'License Ferry';
const PRODUCT = 'Transfer Dongle';

/** The packages by which dongles are reached: by the system's driver for HID, and without it. */
export const USB_PACKAGES = ['node-hid', 'usb'] as const;
export type UsbPackage = (typeof USB_PACKAGES)[number];

/** The USB of this computer, as far as dongles need it. */
export interface UsbHost {
  /** Whether users need a rule of udev to open dongles. */
  readonly needsRule: boolean;
  hasUsb(): boolean;
  /** The rule that lets users open dongles: where it is installed, if it is, and what installs it. */
  rule(): { readonly installed: string | undefined; readonly command: string };
  /** Loads a package, its native part included. @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
  load(name: UsbPackage): Promise<void>;
  /** The dongles that the system's driver for HID has, each once. @throws PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
  dongles(): Promise<readonly PluggedDongle[]>;
  /** Opens it by the system's driver, and closes it. @throws CARRIER_UNREACHABLE, CARRIER_FORBIDDEN */
  tryOpen(dongle: PluggedDongle): Promise<void>;
  /** Tells which dongles are there, then those that come and go. @returns ends it @throws NO_USB, PACKAGE_MISSING, PACKAGE_BROKEN, LIBRARY_MISSING */
  watch(told: (event: DongleEvent) => void): Promise<() => void>;
}

/** What a device says of itself, as far as the system tells it. */
export interface DeviceNames {
  readonly maker: string | null | undefined;
  readonly product: string | null | undefined;
  readonly serial: string | null | undefined;
}

/**
 * The dongle that a device of those names is; undefined for any other device. A maker that is not told is taken for ours: Windows
 * keeps it from the package `usb`.
 */
export function dongleOf({ maker, product, serial }: DeviceNames): PluggedDongle | undefined {
  if ((maker || MAKER) !== MAKER || product !== PRODUCT || !serial) return undefined;
  return { serial, address: `hid:${serial}` };
}

/**
 * The one device that is the dongle of that serial number: no other device is ever opened for it, whatever its serial number.
 *
 * @param placeOf tells devices apart
 * @throws CARRIER_UNREACHABLE when it is not plugged in, or several are
 */
export function dongleAmong<T>(
  devices: readonly T[],
  serial: string,
  { namesOf, placeOf }: { readonly namesOf: (device: T) => DeviceNames; readonly placeOf: (device: T) => string },
  where: string,
): T {
  const fitting = devices.filter((device) => dongleOf(namesOf(device))?.serial === serial);
  const found = [...new Map(fitting.map((device) => [placeOf(device), device])).values()];
  const [dongle, ...others] = found;
  if (dongle === undefined) throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'it is not plugged in' });
  if (others.length === 0) return dongle;
  const why = `${found.length} dongles of that serial number are plugged in: leave the one that is meant`;
  throw new FerryError('CARRIER_UNREACHABLE', { where, why });
}

/** Which dongles are there: tells of each that it comes or goes once, however often that is heard. */
export class PresentDongles {
  readonly #serials = new Set<string>();
  readonly #told: (event: DongleEvent) => void;

  constructor(told: (event: DongleEvent) => void) {
    this.#told = told;
  }

  came(dongle: PluggedDongle, event: 'dongle.present' | 'dongle.attached'): void {
    if (this.#serials.has(dongle.serial)) return;
    this.#serials.add(dongle.serial);
    this.#told({ ...dongle, event });
  }

  went(dongle: PluggedDongle): void {
    if (this.#serials.delete(dongle.serial)) this.#told({ ...dongle, event: 'dongle.detached' });
  }
}
