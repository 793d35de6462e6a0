import { BenchError } from '../bench-error.ts';
import { lastLines, tryProgram } from '../programs.ts';

/** What the bench needs of this computer: a program to look for, and the package that has it. */
const NEEDED: readonly (readonly [program: string, packageName: string])[] = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['cpio', 'cpio'],
  ['mformat', 'mtools'],
  ['mkfs.vfat', 'dosfstools'],
  ['modprobe', 'kmod'],
  ['xz', 'xz-utils'],
  ['ldd', 'libc-bin'],
  ['tar', 'tar'],
];

/** Programs of the administrator are there, too, where a person's path has only the others. */
export const TOOL_PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/**
 * Installs what is missing, where that is allowed without asking: to root, and by a sudo that wants no password.
 *
 * @returns the packages that were installed
 * @throws BenchError with the command to type, where it is not allowed
 */
export async function needHostTools(): Promise<readonly string[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new BenchError(
      'cannotBegin',
      `The bench runs under Linux on x64, this is ${process.platform} on ${process.arch}.`,
    );
  if (!(await isThere('apt-get')) || !(await isThere('dpkg-deb')))
    throw new BenchError('cannotBegin', 'The bench needs Debian or Ubuntu: here is no apt-get.');
  const missing = await missingPackages();
  if (missing.length === 0) return [];
  await install(missing);
  const still = await missingPackages();
  if (still.length > 0) throw new BenchError('benchBroken', `Still missing after installing them: ${still.join(', ')}`);
  return missing;
}

async function missingPackages(): Promise<string[]> {
  const there = await Promise.all(NEEDED.map(([program]) => isThere(program)));
  return NEEDED.filter((_, at) => !there[at]).map(([, packageName]) => packageName);
}

async function isThere(program: string): Promise<boolean> {
  const found = await tryProgram('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { env: { PATH: TOOL_PATH } });
  return found.status === 0;
}

async function install(packages: readonly string[]): Promise<void> {
  const command = ['apt-get', 'install', '--yes', '--quiet=2', '--no-install-recommends', ...packages];
  const asRoot = await prefixOfRoot();
  if (asRoot === undefined)
    throw new BenchError(
      'cannotBegin',
      `The bench needs packages that are not installed: ${packages.join(', ')}\n` +
        `It may not install them itself here; type: sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const run = ([program = '', ...args]: readonly string[]) => tryProgram(program, args, { env });
  // Fails where the lists are old, or were never fetched: that is told by the second attempt.
  if ((await run([...asRoot, ...command])).status === 0) return;
  await run([...asRoot, 'apt-get', 'update', '--quiet=2']);
  const { status, stderr } = await run([...asRoot, ...command]);
  if (status !== 0)
    throw new BenchError('cannotBegin', `${command.join(' ')} ended with ${status}:\n${lastLines(stderr)}`);
}

async function prefixOfRoot(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  return (await tryProgram('sudo', ['-n', 'true'])).status === 0 ? ['sudo', '-n'] : undefined;
}
