import fs from 'node:fs';
import path from 'node:path';
import { BenchError } from '../bench-error.ts';

/** A package of the lock file that the built program loads, and does not contain. */
export interface Addon {
  /** Its folder, as the lock file has it: `node_modules/serialport`. */
  readonly folder: string;
  readonly version: string;
}

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };

/** The lock file does not say which C library a package is for; its name does. */
const WITH_MUSL = /-musl$/;

/** Prepared binaries for other computers, by far the most of some packages. */
const FOREIGN = /[\\/]prebuilds[\\/](?![^\\/]*linux-x64([\\/]|$))|[.-]musl\.node$/;

/**
 * The packages with native parts that the program loads where they are installed, with all that they need, for Linux with glibc on
 * x64: the optional dependencies of the lock file, which the build leaves to npm.
 */
export function addonsOf(lock: Lock): Addon[] {
  const found = new Map<string, Addon>();
  const visit = (from: string, name: string): void => {
    const folder = resolveFrom(lock, from, name);
    const locked = folder === undefined ? undefined : lock.packages[folder];
    if (folder === undefined || locked === undefined || found.has(folder)) return;
    if (!runsInGuest(locked) || WITH_MUSL.test(folder)) return;
    found.set(folder, { folder, version: locked.version ?? '' });
    for (const next of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) visit(folder, next);
  };
  for (const name of Object.keys(lock.packages['']?.optionalDependencies ?? {})) visit('', name);
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** As Node looks for a package: beside the one that needs it, then further out. */
function resolveFrom({ packages }: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (folder === '') return undefined;
  }
}

function runsInGuest({ os, cpu }: LockedPackage): boolean {
  const has = (list: readonly string[] | undefined, value: string) => list?.includes(value) ?? true;
  return has(os, 'linux') && has(cpu, 'x64');
}

/**
 * Copies them into a folder, as they are installed here.
 *
 * @throws BenchError that names one which is not installed
 */
export function copyAddons(addons: readonly Addon[], repository: string, to: string): void {
  for (const { folder, version } of addons) {
    const from = path.join(repository, folder);
    if (!fs.existsSync(from))
      throw new BenchError('cannotBegin', `${folder} ${version} is not installed: npm ci --include=optional`);
    fs.cpSync(fs.realpathSync(from), path.join(to, folder), {
      recursive: true,
      filter: (file) => !FOREIGN.test(file) && !file.slice(from.length).includes(`${path.sep}node_modules`),
    });
  }
}
