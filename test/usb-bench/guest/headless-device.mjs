import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './claims.mjs';
import { copyLoaded, PRODUCT } from './ferry.mjs';
import { mounted } from './volume.mjs';

const WORK = '/run/headless';
const PACKAGED = '/opt/ferry/docs';
const SECTION = '## A device without a desktop';

/** Where its sticks are mounted. */
export const BELOW = '/run/ferry-sticks';
/** The folder of its container. */
export const DEVICE = '/var/lib/license-ferry/device';

/** The commands of the documentation, as a person types them: those for every system, those for systemd, and the server's without it. */
const [EVERYWHERE, WITH_SYSTEMD, SERVER] = [
  ...fs
    .readFileSync(path.join(PACKAGED, 'sticks.md'), 'utf8')
    .split(SECTION)[1]
    .matchAll(/^```sh\n([\s\S]*?)^```$/gm),
].map(([, commands]) => commands.replace(/^docs=.*$/m, ''));

/** What sets up a device as the documentation says, a script of the shell. */
export const SET_UP = `set -eu\ndocs=${PACKAGED}\n${EVERYWHERE}`;
export const SET_UP_SERVICE = `set -eu\ndocs=${PACKAGED}\n${WITH_SYSTEMD}`;
/** The server where there is no systemd: its command line, in words. */
export const SERVER_WORDS = SERVER.trim().split(/\s+/);

/** Sets up a device for the time of a check, and a vendor that knows it. @returns its serial number */
export async function setUpDevice() {
  fs.mkdirSync('/usr/local/bin', { recursive: true });
  fs.symlinkSync('/opt/ferry/dist/ferry.js', '/usr/local/bin/ferry');
  process.on('exit', tidy);
  await run('bash', '-c', SET_UP);
  fs.mkdirSync(WORK);
  copyLoaded('vendor', path.join(WORK, 'vendor'));
  await run('chown', '-R', 'license-ferry:', WORK);
  const { containers } = JSON.parse(await asService('list', `sim:${DEVICE}`, '--json'));
  return containers[0].serial;
}

/** Has the vendor issue one seat. @param to the device: its address before it is served, then its serial number @returns the update file */
export async function issueSeat(to) {
  const folder = fs.mkdtempSync(path.join(WORK, 'update-'));
  await run('chown', 'license-ferry:', folder);
  await asService(
    'central',
    'issue',
    path.join(WORK, 'vendor'),
    '--to',
    to,
    '--item',
    `${PRODUCT}x1`,
    '-o',
    `folder:${folder}`,
  );
  return path.join(
    folder,
    fs.readdirSync(folder).find((name) => name.endsWith('.ferry-update')),
  );
}

/** Has the vendor take home what lies in a folder. @returns what is said of it */
export function settle(folder) {
  return asService('settle', `central:${path.join(WORK, 'vendor')}`, `folder:${folder}`, '--json');
}

/** Puts a file on a volume that is not mounted. */
export function putOn(device, type, file) {
  return mounted(device, 'rw', (folder) => fs.copyFileSync(file, path.join(folder, path.basename(file))), type);
}

/** What is mounted at a place: type, source and all options; undefined when nothing is. */
export function mountAt(place) {
  return mountIn(fs.readFileSync('/proc/self/mountinfo', 'utf8'), place);
}

/** The same by the table that a process sees. Of several at one place, the last one is seen. */
export function mountIn(table, place) {
  const line = table.split('\n').findLast((each) => each.split(' ')[4] === place);
  if (line === undefined) return undefined;
  const [own, rest] = line.split(' - ');
  const [type, source, more] = rest.split(' ');
  return { type, source, options: [...own.split(' ')[5].split(','), ...more.split(',')] };
}

/** Waits until something holds. */
export async function until(what, holds) {
  for (const deadline = performance.now() + 60_000; !(await holds()); ) {
    if (performance.now() > deadline) throw new Error(`${what}: not within 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Runs the program as the user of the service. */
export function asService(...args) {
  const state = `FERRY_STATE=${path.join(WORK, 'state')}`;
  const user = ['--reuid=license-ferry', '--regid=license-ferry', '--init-groups'];
  return run('setpriv', ...user, 'env', state, '/usr/local/bin/ferry', ...args);
}

/** Leaves nothing of it to the checks that follow. */
function tidy() {
  const quietly = (command, ...args) => {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
    } catch {}
  };
  fs.rmSync('/etc/udev/rules.d/80-license-ferry-sticks.rules', { force: true });
  quietly('udevadm', 'control', '--reload');
  if (fs.existsSync(BELOW)) for (const name of fs.readdirSync(BELOW)) quietly('umount', '-l', path.join(BELOW, name));
  for (const command of ['userdel', 'groupdel']) quietly(command, 'license-ferry');
  for (const place of [BELOW, WORK, '/var/lib/license-ferry', '/usr/local/lib/license-ferry', '/usr/local/bin/ferry'])
    fs.rmSync(place, { recursive: true, force: true });
}
