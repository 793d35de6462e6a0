import fs from 'node:fs';
import path from 'node:path';
import { parseSync } from 'rolldown/utils';
import { expect, it } from 'vitest';
import { CATALOGUE, type CatalogueEntry } from '../../container/errors.ts';
import { isNode, type Node, nameOf, nodesIn } from '../architecture/syntax-tree.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const FOLDERS = ['container', 'state-machines', 'carriers', 'host', 'device-side', 'dongle-firmware-sim'];
/** What raises an error of the catalogue: its code, then its details. */
const RAISING: readonly string[] = ['FerryError', 'refuse', 'fail', 'explain', 'failure'];

/** Raised with details that stand in the code, of which some that the words need are missing. */
function lacking(file: string): readonly string[] {
  const { program } = parseSync(file, fs.readFileSync(path.join(ROOT, file), 'utf8'));
  const found: string[] = [];
  const visit = (node: Node): void => {
    found.push(...lackingAt(node).map((what) => `${file}: ${what}`));
    for (const child of nodesIn(node)) visit(child);
  };
  const root: unknown = program;
  if (isNode(root)) visit(root);
  return found;
}

function lackingAt(node: Node): readonly string[] {
  const { callee, arguments: given } = node;
  if (!isNode(callee) || !RAISING.includes(nameOf(callee) ?? '') || !Array.isArray(given)) return [];
  const [code, details] = given.filter(isNode);
  const value = code?.value;
  const entry: CatalogueEntry | undefined = Object.entries(CATALOGUE).find(([name]) => name === value)?.[1];
  if (entry === undefined) return [];
  const names = details === undefined ? [] : namesIn(details);
  if (names === undefined) return [];
  const wanted = [...`${entry.happened} ${entry.effect} ${entry.remedy}`.matchAll(/\{(\w+)\}/g)].map(
    ([, name]) => name,
  );
  return wanted.filter((name) => !names.includes(name ?? '')).map((name) => `${String(value)} without ${name}`);
}

/** The names of an object in the code; undefined when it is not known which it has. */
function namesIn({ type, properties }: Node): readonly string[] | undefined {
  if (type !== 'ObjectExpression' || !Array.isArray(properties)) return undefined;
  const names = properties.map((one: unknown) => (isNode(one) && isNode(one.key) ? nameOf(one.key) : undefined));
  return names.every((name) => name !== undefined) ? names : undefined;
}

it('every error is raised with all the details that its words name', () => {
  const files = FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(folder, file)),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(files.flatMap(lacking)).toEqual([]);
});
