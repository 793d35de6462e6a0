import path from 'node:path';
import type { Import, SourceFile } from './source-file.ts';
import {
  AMBIENT_GLOBALS,
  COMPOSITION_ROOT,
  DOOR,
  EDGE_FILE,
  IMPORT_TABLE,
  KERNEL_FOR_PAGES,
  KERNEL_GLOBALS,
  KERNEL_NODE_FILES,
  LONG_FILES,
  LONGEST_FILE,
  PURE_NODE_MODULES,
} from './table.ts';

/** Everything in one file that the architecture does not allow, as sentences. */
export function violationsOf(file: SourceFile): string[] {
  const found = file.imports.map((one) => importViolation(file.path, one));
  found.push(...file.globals.map((name) => globalViolation(file.path, name)));
  if (file.lines > LONGEST_FILE && !(file.path in LONG_FILES)) found.push(`has ${file.lines} lines`);
  return found.filter((text) => text !== undefined).map((text) => `${file.path} ${text}`);
}

function importViolation(from: string, { specifier, kind }: Import): string | undefined {
  if (specifier === undefined) return 'imports something that is computed at run time';
  if (specifier.startsWith('node:')) return nodeViolation(from, specifier, kind);
  if (specifier.startsWith('.')) return oursViolation(from, specifier, kind);
  return packageViolation(from, specifier);
}

function nodeViolation(from: string, specifier: string, kind: Import['kind']): string | undefined {
  if (from.startsWith('container/')) {
    const allowed = KERNEL_NODE_FILES.some(({ files, modules }) => files.test(from) && modules.test(specifier));
    return allowed ? undefined : `imports ${specifier}, but the kernel is pure`;
  }
  if (kind === 'type' || PURE_NODE_MODULES.has(specifier) || EDGE_FILE.test(from)) return undefined;
  return `imports ${specifier}, which only *.adapter.ts, main.ts and commands.ts may`;
}

function oursViolation(from: string, specifier: string, kind: Import['kind']): string | undefined {
  const target = resolveImport(from, specifier);
  if (from === COMPOSITION_ROOT && target === 'package.json') return undefined;
  if (!target.endsWith('.ts') && !target.endsWith('.tsx')) return `imports ${specifier} without its extension .ts`;
  const [here, there] = [topFolder(from), topFolder(target)];
  if (here === there) return undefined;
  if (DOOR.test(target) && from === COMPOSITION_ROOT) {
    return kind === 'dynamic' ? undefined : `imports ${target}, which it may only import dynamically`;
  }
  if (IMPORT_TABLE[here]?.ours.includes(there) !== true)
    return `imports ${target}, but ${here} may not import ${there}`;
  if (here === 'pages' && !KERNEL_FOR_PAGES.test(target)) return `imports ${target}, which is not for browsers`;
  return undefined;
}

function packageViolation(from: string, specifier: string): string | undefined {
  const [scope = '', name] = specifier.split('/');
  const packages = IMPORT_TABLE[topFolder(from)]?.packages ?? {};
  const part = packages[scope];
  if (part !== undefined && from.startsWith(`${part}/`)) return undefined;
  return `imports the package ${scope.startsWith('@') ? `${scope}/${name}` : scope}, which is not in the import table for it`;
}

function globalViolation(from: string, use: string): string | undefined {
  if (isPureKernel(from) && KERNEL_GLOBALS.test(use)) return `uses ${use}, but the kernel is pure`;
  if (EDGE_FILE.test(from) && !isPureKernel(from)) return undefined;
  const [name = use] = use.replace(/^new /, '').split(/[.(]/);
  const ambient = AMBIENT_GLOBALS.has(use) || (AMBIENT_GLOBALS.has(name) && name !== 'Date');
  return ambient ? `uses ${use}, which only *.adapter.ts, main.ts and commands.ts may` : undefined;
}

/** The whole kernel but its two doors; there even a file named *.adapter.ts touches nothing. */
function isPureKernel(file: string): boolean {
  return file.startsWith('container/') && !KERNEL_NODE_FILES.some(({ files }) => files.test(file));
}

/** The rings of files that import each other statically, types included, each told once. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(files.map((file) => [file.path, staticTargets(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start !== -1) cycles.push([...trail.slice(start), file].join(' -> '));
    if (start !== -1 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}

function staticTargets({ path: from, imports }: SourceFile): string[] {
  return imports.flatMap(({ specifier, kind }) =>
    kind !== 'dynamic' && specifier?.startsWith('.') === true ? [resolveImport(from, specifier)] : [],
  );
}

function resolveImport(from: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(from), specifier);
}

function topFolder(file: string): string {
  return file.split('/')[0] ?? file;
}
