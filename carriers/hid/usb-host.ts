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
  /** Dongles of that serial number that are plugged in then: more than one where a container was copied. */
  readonly plugged: number;
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
  throw new FerryError('CARRIER_UNREACHABLE', { where, why: severalPlugged(found.length) });
}

/** Why none of several dongles of one serial number is opened. */
export function severalPlugged(count: number): string {
  return `${count} dongles of that serial number are plugged in: leave the one that is meant`;
}

/** Which dongles are there: tells of each that it comes or goes once, however often that is heard. */
export class PresentDongles {
  /** The serial number of the dongle at each place. */
  readonly #places = new Map<string, string>();
  readonly #told: (event: DongleEvent) => void;

  constructor(told: (event: DongleEvent) => void) {
    this.#told = told;
  }

  /** @param place where it is plugged in: tells two of one serial number apart */
  came(dongle: PluggedDongle, place: string, event: 'dongle.present' | 'dongle.attached'): void {
    if (this.#places.get(place) === dongle.serial) return;
    this.#places.set(place, dongle.serial);
    this.#tell(dongle, event);
  }

  /** @param place where it was plugged in */
  went(dongle: PluggedDongle, place: string): void {
    if (this.#places.get(place) !== dongle.serial) return;
    this.#places.delete(place);
    this.#tell(dongle, 'dongle.detached');
  }

  #tell(dongle: PluggedDongle, event: DongleEvent['event']): void {
    const plugged = [...this.#places.values()].filter((serial) => serial === dongle.serial).length;
    this.#told({ ...dongle, event, plugged });
  }
}
