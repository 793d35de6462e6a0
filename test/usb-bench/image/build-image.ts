import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from '../programs.ts';
import { copyAddons } from './addons.ts';
import { takeKernel, takeModules } from './kernel.ts';
import type { PrivateApt } from './private-apt.ts';
import type { Recipe } from './recipe.ts';
import { makeRoot, unpack } from './unpack.ts';
import { furnish, putNode, putUsbipOnPath } from './userland.ts';

/** Packs a root folder as the kernel wants it; every file belongs to root, whoever made them. */
const PACK = `set -euo pipefail
find . -print0 | sort -z | cpio --null --create --format=newc --owner=+0:+0 --quiet >"$1"`;

/**
 * Makes the guest: its kernel, and all its files in one archive that the kernel keeps in memory.
 *
 * @param kernel the package of the kernel, and its release
 * @param folder where `kernel` and `root.cpio` go; exists
 * @param work an empty folder for what is not needed afterwards
 * @param say is told what was done
 */
export async function buildImage(
  recipe: Recipe,
  kernel: { readonly name: string; readonly release: string },
  apt: PrivateApt,
  { repository, folder, work }: { readonly repository: string; readonly folder: string; readonly work: string },
  say: (text: string) => void,
): Promise<void> {
  const { release } = kernel;
  const { distribution } = recipe;
  const unpacked = path.join(work, 'kernel');
  const root = path.join(work, 'root');
  makeRoot(unpacked);
  makeRoot(root);

  await unpack(await apt.download([kernel.name, ...distribution.modules(release)]), unpacked);
  await takeKernel(unpacked, release, path.join(folder, 'kernel'));
  say(`kernel ${release} unpacked`);

  const packages = await apt.downloadWithAll([...recipe.packages, ...distribution.usbip(release)]);
  await unpack(packages, root);
  furnish(root);
  putUsbipOnPath(root, release);
  say(`${packages.length} packages unpacked for the guest`);

  const modules = await takeModules(unpacked, release, recipe.modules, root);
  // Beside the mounted folder of the program, where Node looks for packages after that.
  copyAddons(recipe.addons, repository, path.join(root, 'opt'));
  await putNode(root);
  fs.copyFileSync(path.join(repository, 'test/usb-bench/image/init.sh'), path.join(root, 'init'));
  fs.chmodSync(path.join(root, 'init'), 0o755);
  await runProgram('/bin/bash', ['-c', PACK, 'bash', path.join(folder, 'root.cpio')], { cwd: root });
  const size = Math.round(fs.statSync(path.join(folder, 'root.cpio')).size / 2 ** 20);
  say(`image of ${size} MiB made, with ${modules} modules and ${recipe.addons.length} packages of Node`);
}
