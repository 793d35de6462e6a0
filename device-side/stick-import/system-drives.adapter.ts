import fs from 'node:fs';
import path from 'node:path';
import { optionalPackage } from '../../carriers/optional-package.ts';
import { systemCode } from '../../container/store/file-failure.ts';
import type { Drive } from './which-sticks.ts';

/** Where Linux shows the block devices, as links into the tree of what they are plugged into. */
const BLOCK_DEVICES = '/sys/class/block';

/**
 * The drives of this computer, by drivelist. On Linux that starts `lsblk`, so it is asked only when something was mounted.
 *
 * @throws PACKAGE_MISSING; what the system answers where it cannot be asked
 */
export async function systemDrives(devices = BLOCK_DEVICES): Promise<readonly Drive[]> {
  const list = await drivelist();
  // After an `lsblk` that failed once, drivelist asks for less, and does not tell what is on USB any more.
  return (await list()).map(({ device, isUSB }) => ({ device, isUsb: isUSB ?? hangsOnUsb(devices, device) }));
}

/** What tells the drives, without asking for them yet. @throws PACKAGE_MISSING */
export function drivelist(): Promise<typeof import('drivelist').list> {
  return optionalPackage('Telling memory sticks from other drives', 'drivelist', lister);
}

/** On Linux without its native part, which is not installed: there it is not needed. */
async function lister(): Promise<typeof import('drivelist').list> {
  return process.platform === 'linux'
    ? (await import('drivelist/js/lsblk/index.js')).lsblk
    : (await import('drivelist')).list;
}

function hangsOnUsb(devices: string, device: string): boolean {
  try {
    return /\/usb\d+\//.test(fs.realpathSync(path.join(devices, path.basename(device))));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
