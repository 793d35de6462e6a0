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
  /** Loads a package, its native part included. @throws PACKAGE_MISSING, PACKAGE_BROKEN */
  load(name: UsbPackage): Promise<void>;
  /** The dongles that the system's driver for HID has, each once. @throws PACKAGE_MISSING, PACKAGE_BROKEN */
  dongles(): Promise<readonly PluggedDongle[]>;
  /** Opens it by the system's driver, and closes it. @throws CARRIER_UNREACHABLE, CARRIER_FORBIDDEN */
  tryOpen(dongle: PluggedDongle): Promise<void>;
  /** Tells which dongles are there, then those that come and go. @returns ends it @throws NO_USB, PACKAGE_MISSING, PACKAGE_BROKEN */
  watch(told: (event: DongleEvent) => void): Promise<() => void>;
}

/** The dongle that a device of that maker, name and serial number is; undefined for any other device. */
export function dongleOf(
  maker: string | null | undefined,
  product: string | null | undefined,
  serial: string | null | undefined,
): PluggedDongle | undefined {
  if (maker !== MAKER || product !== PRODUCT || !serial) return undefined;
  return { serial, address: `hid:${serial}` };
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
