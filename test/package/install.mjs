/**
 * Packs the package, installs the tarball in empty folders elsewhere and uses it as a stranger would: the program, every
 * subpath, and the types of every subpath. Without the optional packages nothing else may be installed with it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');
/** A License Central keeps its data with the optional packages; everything else does without them. */
const NEEDS_OPTIONAL = new Set(['./central']);
const SHIPPED =
  /^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/.*|dist\/(.*\.js|types\/.*\.d\.ts|assets\/fatfs-[\w-]+\.wasm|panel\/(index\.html|panel\.css)))$/;

const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-package-'));
try {
  const tarball = pack();
  checkContents(tarball);

  const lean = install(tarball, 'lean', ['--omit=optional']);
  assert.deepEqual(packagesIn(lean), [manifest.name], 'the package alone is installed');
  assert.equal(run('npx', ['--no-install', 'ferry', '--version'], lean).trim(), manifest.version);
  assert.match(run('npx', ['--no-install', 'ferry', '--help'], lean), /^Usage: ferry/);
  importAll(
    subpaths.filter((subpath) => !NEEDS_OPTIONAL.has(subpath)),
    lean,
  );
  checkTypes(lean);

  const full = install(tarball, 'full', []);
  importAll(subpaths, full);
  process.stdout.write(`Installed and used: ferry ${manifest.version}, ${subpaths.join(', ')}.\n`);
} finally {
  fs.rmSync(temporary, { recursive: true, force: true });
}

function pack() {
  run('npm', ['pack', '--pack-destination', temporary], ROOT);
  const [tarball] = fs.readdirSync(temporary).filter((name) => name.endsWith('.tgz'));
  assert.ok(tarball !== undefined, 'npm pack made a tarball');
  return path.join(temporary, tarball);
}

function checkContents(tarball) {
  const names = run('tar', ['-tzf', tarball], temporary).trim().split('\n');
  assert.ok(names.includes('package/docs/70-license-ferry.rules'), 'the rule that lets users open dongles is shipped');
  for (const file of ['80-license-ferry-sticks.rules', 'license-ferry-stick', 'license-ferry-device.service'])
    assert.ok(names.includes(`package/docs/${file}`), `${file}, for a device without a desktop, is shipped`);
  for (const file of ['index.html', 'panel.css', 'panel.js'])
    assert.ok(names.includes(`package/dist/panel/${file}`), `${file} of the panel is shipped`);
  assert.deepEqual(
    names.filter((name) => !SHIPPED.test(name)),
    [],
    'nothing but the program, its types and its documentation is shipped',
  );
}

function install(tarball, name, options) {
  const folder = path.join(temporary, name);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', ...options, tarball], folder);
  return folder;
}

function packagesIn(folder) {
  return fs.readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
}

function importAll(names, folder) {
  for (const subpath of names) {
    const specifier = manifest.name + subpath.slice(1);
    const script = `if (Object.keys(await import('${specifier}')).length === 0) throw new Error('exports nothing')`;
    run(process.execPath, ['--input-type=module', '--eval', script], folder);
  }
}

/** Every subpath resolves to declarations that are complete with Node's types and the peers, which serve types only. */
function checkTypes(folder) {
  for (const peer of Object.keys(manifest.peerDependencies)) {
    fs.symlinkSync(path.join(ROOT, 'node_modules', peer), path.join(folder, 'node_modules', peer), 'dir');
  }
  const lines = subpaths.map((subpath, index) => `export * as m${index} from '${manifest.name}${subpath.slice(1)}';`);
  fs.writeFileSync(path.join(folder, 'consumer.ts'), lines.join('\n'));
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2023',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
  };
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  run(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], folder);
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}
