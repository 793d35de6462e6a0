import fs from 'node:fs';
import path from 'node:path';
import { BenchError } from '../bench-error.ts';
import { TOOL_PATH } from '../host/host-tools.ts';
import { runProgram, tryProgram } from '../programs.ts';

const XZ_MAGIC = Buffer.from('fd377a585a00', 'hex');
const ELF_MAGIC = Buffer.from('7f454c46', 'hex');

/**
 * Makes the kernel that QEMU starts. A compressed image takes an emulated processor seconds to unpack, so that what is inside is
 * taken out of it here where that is xz, as Debian's; any other one is started as it is.
 *
 * @param unpacked folder with the unpacked packages of the kernel
 * @see Documentation/arch/x86/boot.rst of Linux
 */
export async function takeKernel(unpacked: string, release: string, to: string): Promise<void> {
  const file = path.join(unpacked, 'boot', `vmlinuz-${release}`);
  if (!fs.existsSync(file)) throw new BenchError('benchBroken', `The package of the kernel has no vmlinuz-${release}.`);
  const image = fs.readFileSync(file);
  // The magic occurs in the program that unpacks, too.
  for (let at = image.indexOf(XZ_MAGIC); at !== -1; at = image.indexOf(XZ_MAGIC, at + 1)) {
    // What follows the stream ends with an error, after everything is out.
    const { stdout } = await tryProgram('xz', ['--decompress', '--stdout', '--single-stream'], {
      input: image.subarray(at),
    });
    if (!stdout.subarray(0, 4).equals(ELF_MAGIC)) continue;
    fs.writeFileSync(to, stdout);
    return;
  }
  fs.writeFileSync(to, image);
}

/**
 * Copies modules and all that they need into the root folder of the guest.
 *
 * @returns how many files
 * @throws BenchError that names a module which this kernel does not have
 */
export async function takeModules(
  unpacked: string,
  release: string,
  modules: readonly string[],
  root: string,
): Promise<number> {
  const env = { PATH: TOOL_PATH };
  const from = path.join(unpacked, 'lib/modules', release);
  const to = path.join(root, 'usr/lib/modules', release);
  await runProgram('depmod', ['-b', unpacked, release], { env });
  const files = new Set<string>();
  for (const module of modules) {
    const lines = await runProgram('modprobe', ['-d', unpacked, '-S', release, '--show-depends', module], { env });
    for (const [, file = ''] of lines.toString().matchAll(/^insmod (\S+)/gm)) files.add(path.relative(from, file));
  }
  for (const file of [...files, 'modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    fs.copyFileSync(path.join(from, file), path.join(to, file));
  }
  await runProgram('depmod', ['-b', root, release], { env });
  return files.size;
}
