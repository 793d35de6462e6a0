import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';

/** A program of this folder as one file that node runs by itself. */
export interface BundledProgram {
  readonly file: string;
  remove(): void;
}

export async function bundle(entry: string): Promise<BundledProgram> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-program-'));
  const file = path.join(folder, `${path.parse(entry).name}.mjs`);
  const input = path.join(import.meta.dirname, entry);
  await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'silent' });
  return { file, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
