import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { run, runFailing } from './claims.mjs';

/** The bus of what came over USB/IP. */
export const USBIP_BUS = 'vhci_hcd';

const usbip = ({ port }, ...args) => ['usbip', '--tcp-port', String(port), ...args];

/** @returns what a server says that it has */
export function listRemote(server) {
  return run(...usbip(server, 'list', '--remote', server.host));
}

/** Takes a device. Devices and nodes appear later, as udev says. */
export function attach(server) {
  return run(...usbip(server, 'attach', '--remote', server.host, '--busid', server.busid));
}

/** @returns what is said when the device is refused, which it has to be */
export function attachRefused(server, busid = server.busid) {
  return runFailing(...usbip(server, 'attach', '--remote', server.host, '--busid', busid));
}

/** Gives back a device that was taken. @param device its folder in /sys */
export async function detach(device) {
  // Lines of hub, port, state, speed, device, socket, bus id.
  const ports = fs.readFileSync('/sys/devices/platform/vhci_hcd.0/status', 'utf8').split('\n');
  const port = ports
    .map((line) => line.trim().split(/ +/))
    .find((columns) => columns[6] === path.basename(device))?.[1];
  assert(port !== undefined, `no port has ${device}:\n${ports.join('\n')}`);
  await run('usbip', 'detach', '--port', String(Number(port)));
}

/** Lets others have a device of this computer, by the kernel's own server. @returns once it listens; ends with the program */
export async function serveOwn(busid, port) {
  await run('modprobe', 'usbip-host');
  await run('usbip', 'bind', '--busid', busid);
  const server = spawn('usbipd', ['--tcp-port', String(port), '--ipv4'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.on('exit', () => server.kill());
  await new Promise((resolve, reject) => {
    let text = '';
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`usbipd ended with ${code}: ${text}`)));
    for (const stream of [server.stdout, server.stderr])
      stream.setEncoding('utf8').on('data', (part) => {
        text += part;
        if (text.includes('listening on')) resolve();
      });
  });
  return { host: '127.0.0.1', port, busid, stop: () => server.kill() };
}
