import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENTRY_POINTS } from '../../rolldown.config.ts';
import { importCycles, violationsOf } from './rules.ts';
import { readSource } from './source-file.ts';
import { IMPORT_TABLE, LONG_FILES, LONGEST_FILE, TOP_LEVEL_FOLDERS } from './table.ts';

const ROOT = path.join(import.meta.dirname, '../..');
/** Made by set-up, build and demo; none of them is in the repository. */
const MADE = /^(node_modules|dist|coverage|license-ferry-demo.*|\..*)$/;

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

/** Folders with files: an empty one is not in the repository. */
const folders = fs
  .readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !MADE.test(entry.name))
  .map((entry) => entry.name)
  .filter((folder) => filesIn(folder).length > 0);

const textOf = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
const read = (file: string) => readSource(file, textOf(file));
const isSource = (file: string): boolean => /\.tsx?$/.test(file);
const product = folders
  .filter((folder) => folder in IMPORT_TABLE)
  .flatMap((folder) => filesIn(folder).filter(isSource).map(read));

describe('the repository', () => {
  it('keeps the import table, the package table and the ambient rule in every file', () => {
    expect(product.length).toBeGreaterThan(0);
    expect(product.flatMap(violationsOf)).toEqual([]);
  });

  it('has no files that import each other in a ring', () => {
    expect(importCycles(product)).toEqual([]);
  });

  it('has no test file over 400 lines and no exception for a file that needs none', () => {
    const tests = filesIn('test').filter(isSource);
    expect(tests.filter((file) => textOf(file).split('\n').length > LONGEST_FILE)).toEqual([]);
    const long = product.filter((file) => file.lines > LONGEST_FILE).map((file) => file.path);
    expect(Object.keys(LONG_FILES).filter((file) => !long.includes(file))).toEqual([]);
  });

  it('has only the folders of the architecture, each with a README', () => {
    expect(folders.filter((folder) => !TOP_LEVEL_FOLDERS.has(folder))).toEqual([]);
    expect(folders.filter((folder) => !fs.existsSync(path.join(ROOT, folder, 'README.md')))).toEqual([]);
  });

  it('exports from its package exactly what the build makes, with types', () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const { ferry, ...subpaths } = ENTRY_POINTS;
    expect(manifest.bin).toEqual({ ferry: 'dist/ferry.js' });
    expect(ferry).toBe('host/cli/main.ts');
    expect(manifest.exports).toEqual({
      ...Object.fromEntries(
        Object.entries(subpaths).map(([name, source]) => [
          `./${name}`,
          { types: `./dist/types/${source.replace(/\.ts$/, '.d.ts')}`, default: `./dist/${name}.js` },
        ]),
      ),
      './package.json': './package.json',
    });
    expect(JSON.parse(fs.readFileSync(path.join(ROOT, 'tsconfig.build.json'), 'utf8')).include).toEqual(
      Object.values(subpaths),
    );
  });

  it('names no registry in its lock file', () => {
    expect(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"|https?:\/\/registry/);
  });
});
