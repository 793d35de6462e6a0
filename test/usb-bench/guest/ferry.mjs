import assert from 'node:assert/strict';
import fs from 'node:fs';
import { run, runFailing } from './claims.mjs';

export const PROGRAM = '/opt/ferry/dist/ferry.js';

/** What the dongles of the bench are loaded with. */
export const PRODUCT = '6000010:1001';

process.env.FERRY_STATE = '/run/ferry-state';
process.env.FERRY_PASSPHRASE = 'bench';

/** Runs the built program. @returns what it wrote to standard output @throws Error with all that it said, when it fails */
export function ferry(...args) {
  return run('node', PROGRAM, ...args);
}

/** Runs the built program, which has to fail. @returns what it says */
export function ferryFailing(...args) {
  return runFailing('node', PROGRAM, ...args);
}

/** What the program lists of the containers at some addresses, in their order. */
export async function listedAll(...addresses) {
  const { containers } = JSON.parse(await ferry('list', ...addresses, '--json'));
  assert.equal(containers.length, addresses.length, `${containers.length} containers at ${addresses.join(' ')}`);
  return addresses.map((address) => containers.find((container) => container.address === address));
}

/** What the program lists of the container at an address. */
export async function listed(address) {
  const [container] = await listedAll(address);
  return container;
}

/** The seats of PRODUCT in a container as it is listed: those that are free, and those in transit from it. */
export function seatsOf({ holdings }) {
  const these = holdings.filter(({ firmCode, productCode }) => `${firmCode}:${productCode}` === PRODUCT);
  const sum = (field) => these.reduce((seats, holding) => seats + holding[field], 0);
  return { free: sum('quantity'), pending: sum('pending') };
}

/** Copies what the host has made, `vendor` or `dongle`, to where a check works with it. */
export function copyLoaded(name, folder) {
  fs.cpSync(`/opt/ferry/loaded/${name}`, folder, { recursive: true });
}

/** Makes the container of a device. @returns its address */
export async function makeDevice(folder) {
  await ferry('device', 'create', folder);
  return `sim:${folder}`;
}
