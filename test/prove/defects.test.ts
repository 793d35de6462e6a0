import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const HERE = import.meta.dirname;
const ROOT = path.join(HERE, '../..');

interface Defect {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly noticedBy: Readonly<Record<string, readonly string[]>>;
}

const defects: readonly Defect[] = JSON.parse(fs.readFileSync(path.join(HERE, 'defects.json'), 'utf8'));

describe('the defects that npm run prove puts in', () => {
  it('each have a name of their own', () => {
    expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
  });

  it('each fit one place of the source, and change it', () => {
    const wrong = defects.filter(({ file, find, replace }) => {
      const parts = fs.readFileSync(path.join(ROOT, file), 'utf8').split(find);
      return parts.length !== 2 || find === replace;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('are each hunted in a layer that is there', () => {
    const layers = defects.flatMap(({ noticedBy }) => Object.keys(noticedBy));
    expect(defects.filter(({ noticedBy }) => Object.keys(noticedBy).length === 0)).toEqual([]);
    for (const layer of new Set(layers)) expect(fs.existsSync(path.join(HERE, layer, 'main.ts'))).toBe(true);
  });

  it('are hunted in a second layer, at least twenty of them', () => {
    const twice = defects.filter(({ noticedBy }) => Object.keys(noticedBy).length > 1);
    expect(twice.length).toBeGreaterThanOrEqual(20);
  });
});
