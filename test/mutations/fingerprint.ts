import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** A short hash of what a test file says: its own text and all that it imports within `test/`. */
export function fingerprintOfTest(file: string): string {
  return hashOf([...importsWithinTests(file)].sort());
}

export function fingerprintOf(file: string): string {
  return hashOf([file]);
}

/** Every source and test file that a file loads, itself included. */
export function loadedBy(file: string): ReadonlySet<string> {
  return followed(file, () => true);
}

function importsWithinTests(file: string): ReadonlySet<string> {
  return followed(file, (name) => name.startsWith('test/'));
}

function followed(file: string, isWanted: (name: string) => boolean): ReadonlySet<string> {
  const found = new Set([file]);
  for (const at of found) for (const name of importsOf(at)) if (isWanted(name)) found.add(name);
  return found;
}

const known = new Map<string, readonly string[]>();

function importsOf(file: string): readonly string[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const text = fs.readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^(?!import type).*?(?:from|import\() ?'(\.[^']+\.ts)'/gm)].map(([, name = '']) =>
    path.posix.join(path.posix.dirname(file), name),
  );
  known.set(file, found);
  return found;
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(fs.readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 12);
}
