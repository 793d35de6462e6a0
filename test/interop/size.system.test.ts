import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { requiredPython } from './python.ts';

const FOLDER = import.meta.dirname;
const modules = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.py'));
const sourceOf = (file: string): string => fs.readFileSync(path.join(FOLDER, file), 'utf8');
const linesOf = (file: string): number => sourceOf(file).split('\n').length - 1;

/** Modules of this folder that a program imports, over others too. */
function importedBy(file: string, seen = new Set<string>()): Set<string> {
  for (const [, name] of sourceOf(file).matchAll(/^(?:from|import) (\w+)/gm)) {
    const imported = `${name}.py`;
    if (!modules.includes(imported) || seen.has(imported)) continue;
    seen.add(imported);
    importedBy(imported, seen);
  }
  return seen;
}

it('keeps both programs and every module under 400 lines, and what both share within 400 together', () => {
  for (const file of modules) expect([file, linesOf(file) < 400]).toEqual([file, true]);
  const ofDevice = importedBy('device.py');
  const shared = [...importedBy('client.py')].filter((file) => ofDevice.has(file));
  expect(shared.reduce((sum, file) => sum + linesOf(file), 0)).toBeLessThanOrEqual(400);
});

it('is compiled without a word, and needs nothing but the standard library and cryptography', () => {
  const files = modules.map((file) => path.join(FOLDER, file));
  const compiled = `import pathlib, sys
for name in sys.argv[1:]: compile(pathlib.Path(name).read_text("utf-8"), name, "exec")`;
  expect(python(['-W', 'error', '-c', compiled, ...files])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  const imports = modules.flatMap((file) => [...sourceOf(file).matchAll(/^(?:from|import) (\w+)/gm)]);
  const beside = new Set(imports.map(([, name]) => `${name}`).filter((name) => !modules.includes(`${name}.py`)));
  const foreign = `import importlib.util, sys
print(*(name for name in sys.argv[1:] if importlib.util.find_spec(name) is None))`;
  expect(python(['-S', '-c', foreign, ...beside])).toMatchObject({ status: 0, stdout: 'cryptography\n' });
});

function python(args: readonly string[]) {
  return spawnSync(requiredPython(), args, { cwd: '/', encoding: 'utf8' });
}
