import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from '../programs.ts';

/** Nothing of this is read in the guest. */
const SUPERFLUOUS = [
  ...['doc', 'man', 'locale', 'info', 'perl', 'perl5', 'lintian', 'bash-completion', 'zoneinfo'].map(
    (name) => `usr/share/${name}`,
  ),
  ...['perl', 'perl-base', 'gconv'].map((name) => `usr/lib/x86_64-linux-gnu/${name}`),
  'usr/bin/perl',
];

/** Where `usbip` looks for the names of makers, and where the distributions have them. */
const USB_NAMES = { wanted: 'usr/share/hwdata/usb.ids', there: ['usr/share/misc/usb.ids', 'var/lib/usbutils/usb.ids'] };

/** Makes what the packages unpacked into a root folder usable without an installation. */
export function furnish(root: string): void {
  for (const name of SUPERFLUOUS) fs.rmSync(path.join(root, name), { recursive: true, force: true });
  for (const name of ['dev', 'proc', 'sys', 'run', 'tmp', 'etc', 'root', 'opt/ferry', 'out', 'usr/lib/busybox', 'var'])
    fs.mkdirSync(path.join(root, name), { recursive: true });
  replaceByLink(root, 'usr/bin/sh', 'bash');
  // `usbip attach` writes there, and fails without.
  replaceByLink(root, 'var/run', '/run');
  const names = USB_NAMES.there.find((name) => fs.existsSync(path.join(root, name)));
  if (names !== undefined && !fs.existsSync(path.join(root, USB_NAMES.wanted)))
    replaceByLink(root, USB_NAMES.wanted, `/${names}`);
  for (const name of ['passwd', 'group']) fs.copyFileSync(`/etc/${name}`, path.join(root, 'etc', name));
  fs.writeFileSync(path.join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
}

/** Ubuntu has `usbip` in a folder of its kernel's tools, and on the path only a script that looks for it. */
export function putUsbipOnPath(root: string, release: string): void {
  const tool = `usr/lib/linux-tools-${release}/usbip`;
  const shorter = `usr/lib/linux-tools-${release.replace(/-[a-z]+$/, '')}/usbip`;
  const found = [tool, shorter].find((name) => fs.existsSync(path.join(root, name)));
  if (found !== undefined) replaceByLink(root, 'usr/sbin/usbip', `/${found}`);
}

/** Gives the guest this Node, and the libraries that it and the addons need and the packages have not brought. */
export async function putNode(root: string): Promise<void> {
  fs.copyFileSync(process.execPath, path.join(root, 'usr/bin/node'));
  const addons = fs
    .readdirSync(path.join(root, 'opt/node_modules'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.node'))
    .map((name) => path.join(root, 'opt/node_modules', name));
  for (const program of [process.execPath, ...addons]) {
    const lines = (await runProgram('ldd', [program])).toString();
    for (const [, library = ''] of lines.matchAll(/=> (\/\S+)/g)) {
      const to = path.join(root, library);
      if (fs.existsSync(to) || fs.existsSync(path.join(root, 'usr', library))) continue;
      fs.mkdirSync(path.dirname(to), { recursive: true });
      fs.copyFileSync(library, to);
    }
  }
}

function replaceByLink(root: string, name: string, to: string): void {
  const link = path.join(root, name);
  fs.rmSync(link, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.symlinkSync(to, link);
}
