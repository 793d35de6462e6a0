import fs from 'node:fs';
import path from 'node:path';
import type { FerryHere } from './ferry-here.ts';

export const FIRM = 6000010;
const OTHER_FIRM = 6000020;
export const DEVICES = ['one', 'two', 'three'] as const;
export const SERIALS = ['130-1000000001', '130-1000000002', '130-1000000003'] as const;

/** A folder with the program to work in it, in this process or another one. */
type World = Pick<FerryHere, 'folder'> & { must(...args: readonly string[]): string | Promise<string> };

/** Makes a vendor of two firms and three devices, of which the vendor knows the contexts, and an empty stick. */
export async function setUpVendor(world: World): Promise<void> {
  await world.must('central', 'init', 'vendor', '--firm', `${FIRM}:First`, '--firm', `${OTHER_FIRM}:Second`);
  for (const [at, device] of DEVICES.entries()) {
    await world.must('device', 'create', device, '--serial', SERIALS[at] ?? '');
    await world.must('context', `sim:${device}`, '--for', 'central:vendor', '--firm', `${FIRM}`, '-o', 'folder:known');
  }
  await world.must('settle', 'central:vendor', 'folder:known');
  fs.mkdirSync(path.join(world.folder, 'stick'));
}

/** Grants one seat more to each device than to the one before, none of which is delivered. */
export async function grantToAll(world: World): Promise<void> {
  for (const [at, serial] of SERIALS.entries())
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      serial,
      '--item',
      `${FIRM}:1001x${at + 1}`,
      '-o',
      'folder:lost',
    );
}

/** Has every device take in what lies on the stick. */
export async function plugIntoAll(world: World): Promise<void> {
  for (const device of DEVICES) await world.must('device', 'import', device, 'stick');
}

export function onStick(world: Pick<World, 'folder'>): readonly string[] {
  return fs.readdirSync(path.join(world.folder, 'stick')).sort();
}

export function updateOf(serial: string, content = '1'): string {
  return `firm-${FIRM}-for-${serial}-${content}.ferry-update`;
}

export function receiptOf(serial: string): string {
  return `${serial}-for-firm-${FIRM}-receipt.ferry-context`;
}
