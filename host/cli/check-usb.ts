import { type PluggedDongle, USB_PACKAGES, type UsbHost, type UsbPackage } from '../../carriers/hid/usb-host.ts';
import { explain, FerryError } from '../../container/errors.ts';

/** What one look at this computer found. */
export interface UsbCheck {
  readonly check: 'bus' | UsbPackage | 'rule' | 'dongles' | 'dongle' | 'disk';
  /** What is looked at, as people read it. */
  readonly about: string;
  readonly state: 'ok' | 'notOk' | 'doesNotApply';
  readonly found: string;
  /** What to do about it; empty when there is nothing to do. */
  readonly remedy: string;
}

/** Looks at all that a dongle on USB needs of this computer. Changes nothing, and needs no rights. */
export async function checkUsb(host: UsbHost): Promise<readonly UsbCheck[]> {
  const packages: UsbCheck[] = [];
  for (const name of USB_PACKAGES) packages.push(await checkPackage(host, name));
  const [isHidThere, hasUsb] = [packages[0]?.state === 'ok', host.hasUsb()];
  const dongles = !hasUsb
    ? [noDongles('there is no USB')]
    : isHidThere
      ? await checkDongles(host)
      : [noDongles('they cannot be looked for without node-hid')];
  return [checkBus(hasUsb), ...packages, checkRule(host, hasUsb), ...dongles, DISK];
}

function checkBus(hasUsb: boolean): UsbCheck {
  const common = { check: 'bus', about: 'USB of this computer' } as const;
  if (hasUsb) return { ...common, state: 'ok', found: 'it is there', remedy: '' };
  const { remedy } = explain('NO_USB');
  return { ...common, state: 'notOk', found: 'the system shows none', remedy };
}

const PURPOSE: Readonly<Record<UsbPackage, string>> = {
  'node-hid': 'package node-hid, for hid:',
  usb: 'package usb, for usb: and ferry watch',
};

async function checkPackage(host: UsbHost, name: UsbPackage): Promise<UsbCheck> {
  const common = { check: name, about: PURPOSE[name] } as const;
  try {
    await host.load(name);
    return { ...common, state: 'ok', found: 'it works', remedy: '' };
  } catch (error) {
    return { ...common, state: 'notOk', found: shortly(error), remedy: told(error) };
  }
}

/** Why a package does not work here, in few words. */
export function shortly(error: unknown): string {
  if (!(error instanceof FerryError)) throw error;
  const { library, package: name } = error.details;
  if (error.code === 'LIBRARY_MISSING') return `${library} is not installed here`;
  return error.code === 'PACKAGE_MISSING' ? `${name} is not installed here` : `${name} does not work here`;
}

/** Why something failed, and what to do about it. */
function told(error: unknown): string {
  if (!(error instanceof FerryError)) throw error;
  const { happened, remedy } = explain(error.code, error.details);
  return `${happened} ${remedy}`;
}

function checkRule(host: UsbHost, hasUsb: boolean): UsbCheck {
  const common = { check: 'rule', about: 'udev rule for users' } as const;
  if (!host.needsRule) return { ...common, state: 'doesNotApply', found: 'this system needs none', remedy: '' };
  if (!hasUsb) return { ...common, state: 'doesNotApply', found: 'there is no USB', remedy: '' };
  const { installed, command } = host.rule();
  if (installed !== undefined) return { ...common, state: 'ok', found: installed, remedy: '' };
  return { ...common, state: 'notOk', found: 'it is not installed', remedy: `Once: ${command}` };
}

async function checkDongles(host: UsbHost): Promise<readonly UsbCheck[]> {
  const dongles = await host.dongles();
  if (dongles.length === 0) return [noDongles('none is found')];
  const checks: UsbCheck[] = [];
  for (const dongle of dongles) checks.push(await checkDongle(host, dongle));
  return checks;
}

function noDongles(found: string): UsbCheck {
  return { check: 'dongles', about: 'dongles', state: 'doesNotApply', found, remedy: '' };
}

async function checkDongle(host: UsbHost, dongle: PluggedDongle): Promise<UsbCheck> {
  const common = { check: 'dongle', about: `dongle ${dongle.serial}` } as const;
  try {
    await host.tryOpen(dongle);
    return { ...common, state: 'ok', found: `${dongle.address} can be opened`, remedy: '' };
  } catch (error) {
    return { ...common, state: 'notOk', found: 'it cannot be opened', remedy: told(error) };
  }
}

const DISK: UsbCheck = {
  check: 'disk',
  about: 'disk of a dongle',
  state: 'ok',
  found: 'it is a disk like any other: nothing is needed',
  remedy: '',
};
