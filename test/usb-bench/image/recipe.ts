import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Addon, addonsOf } from './addons.ts';
import { type Distribution, distributionOf } from './distribution.ts';

/** What the guest has of the distribution, beside `usbip`; all that these depend on comes with them. */
const PACKAGES = [
  'bash',
  'busybox-static',
  'coreutils',
  'dosfstools',
  'e2fsprogs',
  'exfatprogs',
  'kmod',
  'libstdc++6',
  'mount',
  'passwd',
  'sg3-utils',
  'systemd',
  'tcpdump',
  'udev',
  'usbutils',
  'usr-is-merged',
  'util-linux',
];

/** What the guest can load, by what it is there for. */
const MODULES = [
  ...['virtio_pci', 'virtio_net', '9p', '9pnet_virtio'],
  ...['vhci-hcd', 'usbip-host', 'usbmon', 'xhci-pci'],
  ...['usbhid', 'hid-generic', 'usb-storage', 'uas', 'sd_mod', 'sg'],
  ...['vfat', 'nls_cp437', 'nls_ascii', 'nls_iso8859-1', 'nls_utf8', 'exfat', 'ext4', 'loop'],
  ...['dummy_hcd', 'libcomposite', 'usb_f_hid', 'usb_f_mass_storage'],
];

/** Everything that decides what an image contains, except the release of the kernel. */
export interface Recipe {
  readonly distribution: Distribution;
  readonly packages: readonly string[];
  readonly modules: readonly string[];
  readonly addons: readonly Addon[];
  /** The version of this Node, which the guest has, too. */
  readonly node: string;
  /** Hash of the files beside this one: the image is made anew after a change of how it is made. */
  readonly making: string;
}

/**
 * The recipe for this repository and this computer.
 *
 * @param repository its root folder
 * @param osRelease the text that says which distribution this is
 */
export function readRecipe(repository: string, osRelease = fs.readFileSync('/etc/os-release', 'utf8')): Recipe {
  const read = (...name: string[]) => fs.readFileSync(path.join(...name), 'utf8');
  const here = path.join(repository, 'test/usb-bench/image');
  const making = createHash('sha256');
  for (const name of fs.readdirSync(here).sort()) making.update(`${name}\0${read(here, name)}\0`);
  return {
    distribution: distributionOf(osRelease),
    packages: PACKAGES,
    modules: MODULES,
    addons: addonsOf(JSON.parse(read(repository, 'package-lock.json'))),
    node: process.version,
    making: making.digest('hex'),
  };
}

/** Names a recipe in 12 hexadecimal digits; what differs in content differs in name. */
export function nameOfRecipe(recipe: Recipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
}
