import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';
import { afterAll } from 'vitest';

/** Builds a program of this folder into one file that node runs by itself; it is removed after the tests of the file. */
export async function bundled(entry: string): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-program-'));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, `${path.parse(entry).name}.mjs`);
  const input = path.join(import.meta.dirname, entry);
  await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'silent' });
  return file;
}
