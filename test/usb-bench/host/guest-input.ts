import fs from 'node:fs';
import path from 'node:path';
import type { Check } from '../checks.ts';
import type { Image } from '../image/cached-image.ts';
import { readRecipe } from '../image/recipe.ts';
import { STICK } from './stick.ts';

/** A served dongle, as the guest reaches it over USB/IP. */
export interface ReachableDongle {
  readonly host: string;
  readonly port: number;
  readonly busid: string;
  readonly serial: string;
}

/** Copies folders that the host has made into `loaded`, from where a check takes copies to work with. */
export function copyLoaded(from: string, names: readonly string[], input: string): void {
  for (const name of names) fs.cpSync(path.join(from, name), path.join(input, 'loaded', name), { recursive: true });
}

/**
 * Puts into a folder what the guest reads: the program as it is built, the checks, and what they have to know. Copies, so that nothing
 * that is built meanwhile changes under it.
 */
export function fillInput(
  repository: string,
  folder: string,
  image: Image,
  checks: readonly Check[],
  run: { readonly cycles: number; readonly dongles: readonly ReachableDongle[] },
): void {
  for (const name of ['dist', 'docs', 'test/usb-bench/guest', 'package.json'])
    fs.cpSync(path.join(repository, name), path.join(folder, path.basename(name)), { recursive: true });
  const manifest = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));
  const { modules, addons, node } = readRecipe(repository);
  const settings = {
    release: image.release,
    node,
    version: manifest.version,
    optional: Object.keys(manifest.optionalDependencies),
    modules,
    addons,
    stick: STICK,
    ...run,
  };
  fs.writeFileSync(path.join(folder, 'guest-settings.json'), JSON.stringify(settings));
  const lines = checks.map(({ name, limit }) => `${name} ${limit}\n`);
  fs.writeFileSync(path.join(folder, 'guest-checks'), lines.join(''));
}
