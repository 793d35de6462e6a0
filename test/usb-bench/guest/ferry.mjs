import { run, runFailing } from './claims.mjs';

const PROGRAM = ['node', '/opt/ferry/dist/ferry.js'];

/** What the dongles of the bench are loaded with. */
export const PRODUCT = '6000010:1001';

/** Runs the program as it is built. @returns what it says @throws Error with all of that, when it fails */
export function ferry(...args) {
  return run(...PROGRAM, ...args);
}

/** Runs the program, which has to fail. @returns what it says */
export function ferryFailing(...args) {
  return runFailing(...PROGRAM, ...args);
}

/** @returns what it lists of the containers, in the order of their addresses */
export async function listed(...addresses) {
  return JSON.parse(await ferry('list', ...addresses, '--json')).containers;
}

/** Makes the container of a device. @returns its address */
export async function makeDevice(folder) {
  await ferry('device', 'create', folder);
  return `sim:${folder}`;
}

/** The seats of one container: those it may use or give, and those in transit from it. */
export function seatsOf({ holdings }) {
  const sum = (field) => holdings.reduce((seats, holding) => seats + holding[field], 0);
  return { free: sum('quantity'), pending: sum('pending') };
}
