/**
 * Makes a fresh clone ready, once: checks the Node version, installs the packages of the lock file, builds `dist`.
 *
 * `npm start` and `npm test` run it first. It needs nothing but Node and npm, says nothing when there is nothing to do,
 * and lets one process work while others that start at the same time wait for it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const NEEDED = [20, 19];
const LOCK = path.join(ROOT, '.setup-lock');
/** Both stamps lie in node_modules, so that deleting that folder makes everything start again. */
const INSTALLED_FROM = path.join(ROOT, 'node_modules', '.license-ferry-installed');
const BUILT_FROM = path.join(ROOT, 'node_modules', '.license-ferry-built');
const PROGRAM = path.join(ROOT, 'dist', 'ferry.js');
/** A lock without a process id is one whose owner was stopped in the moment of taking it. */
const ORPHAN_LOCK_MS = 10_000;
const SOURCES = ['carriers', 'container', 'device-side', 'dongle-firmware-sim', 'host', 'pages', 'state-machines'];

const HELP = `Usage: node set-up.mjs

Makes this folder ready: installs the packages of package-lock.json by \`npm ci\`
and builds dist, each where it was not done yet or what it is made from has
changed. Says nothing where there is nothing to do. Deleting node_modules makes
everything start again.

\`npm start\` and \`npm test\` run it first; nobody has to.
`;

readArguments(process.argv.slice(2));
checkNodeVersion();
if (!isInstalled() || !isBuilt()) {
  takeLock();
  try {
    if (!isInstalled()) install();
    if (!isBuilt()) build();
  } finally {
    fs.rmSync(LOCK, { recursive: true, force: true });
  }
}

function readArguments([first]) {
  if (first === undefined) return;
  if (first === '--help' || first === '-h') {
    process.stdout.write(HELP);
    process.exit(0);
  }
  process.stderr.write(`set-up.mjs takes no '${first}'; \`node set-up.mjs --help\` says what it does.\n`);
  process.exit(2);
}

function checkNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  fail(
    `License Ferry needs Node ${NEEDED.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer one from https://nodejs.org, then run the same command again.',
  );
}

function isInstalled() {
  return readStamp(INSTALLED_FROM) === hashOfFiles(['package-lock.json']);
}

function isBuilt() {
  return fs.existsSync(PROGRAM) && readStamp(BUILT_FROM) === hashOfFiles(sources());
}

function install() {
  say('Installing packages (once) ...');
  const npm = npmCommand();
  fs.rmSync(INSTALLED_FROM, { force: true });
  const lockFile = hashOfFiles(['package-lock.json']);
  runQuietly(npm.command, [...npm.args, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], {
    shell: npm.shell,
    onFailure: '`npm ci` failed. Check the network and the free disk space, then run the same command again.',
  });
  fs.writeFileSync(INSTALLED_FROM, lockFile);
}

function build() {
  say('Building (once) ...');
  fs.rmSync(BUILT_FROM, { force: true });
  const built = hashOfFiles(sources());
  runQuietly(process.execPath, [path.join('node_modules', 'rolldown', 'bin', 'cli.mjs'), '-c', 'rolldown.config.ts'], {
    shell: false,
    onFailure: 'The build failed; the messages above say where.',
  });
  fs.writeFileSync(BUILT_FROM, built);
}

/** The npm that started this script, else the one on the path. */
function npmCommand() {
  const started = process.env.npm_execpath;
  if (started !== undefined && path.basename(started) === 'npm-cli.js') {
    return { command: process.execPath, args: [started], shell: false };
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

function runQuietly(command, args, { shell, onFailure }) {
  const run = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', shell, maxBuffer: 64 * 1024 * 1024 });
  if (run.status === 0) return;
  process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ? `${run.error.message}\n` : ''}`);
  // `fail` would skip the `finally` that gives the lock back.
  fs.rmSync(LOCK, { recursive: true, force: true });
  fail(onFailure);
}

/** Everything that decides what `dist` contains. */
function sources() {
  const found = ['package.json', 'package-lock.json', 'rolldown.config.ts'];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(name);
      else if (/\.(ts|tsx|json|html|css)$/.test(entry.name)) found.push(name);
    }
  };
  for (const folder of SOURCES) if (fs.existsSync(path.join(ROOT, folder))) walk(folder);
  return found.sort();
}

function hashOfFiles(names) {
  const hash = createHash('sha256');
  for (const name of names) {
    const bytes = fs.readFileSync(path.join(ROOT, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function readStamp(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Returns when this process holds the lock; takes over the lock of a process that is gone. */
function takeLock() {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let told = false;
  for (;;) {
    try {
      fs.mkdirSync(LOCK);
      fs.writeFileSync(path.join(LOCK, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) {
      fs.rmSync(LOCK, { recursive: true, force: true });
      continue;
    }
    if (!told) say('Waiting for another set-up in this folder ...');
    told = true;
    Atomics.wait(pause, 0, 0, 200);
  }
}

function isAbandoned() {
  const owner = Number(readStamp(path.join(LOCK, 'pid')));
  try {
    if (!Number.isInteger(owner) || owner <= 0) return Date.now() - fs.statSync(LOCK).mtimeMs > ORPHAN_LOCK_MS;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function say(text) {
  process.stderr.write(`License Ferry: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
