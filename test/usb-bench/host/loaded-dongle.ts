import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from '../programs.ts';

const FIRM = '6000010';
const PRODUCT = `${FIRM}:1001`;
const SEATS = 20;

/**
 * Makes dongles as a vendor does, with the built program: each is loaded with seats, and has a work order by which every device that
 * asks for it gets one.
 *
 * @param folder exists; gets the folder of the vendor, `vendor`, and those of the dongles
 * @param names of the dongles
 */
export async function makeLoadedDongles(program: string, folder: string, names: readonly string[]): Promise<void> {
  const env = { FERRY_PASSPHRASE: 'bench', FERRY_STATE: path.join(folder, 'state') };
  const ferry = (...args: string[]) => runProgram(process.execPath, [program, ...args], { cwd: folder, env });
  await ferry('central', 'init', 'vendor', '--firm', `${FIRM}:Bench`);
  for (const name of names) {
    await ferry('dongle', 'create', name);
    await ferry('central', 'issue', 'vendor', '--to', `sim:${name}`, '--item', `${PRODUCT}x${SEATS}`, '--text', 'Seat');
    await ferry('move', '--from', 'central:vendor', '--to', `sim:${name}`, '--all');
    await ferry('order', 'arm', `sim:${name}`, '--item', PRODUCT, '--most', String(SEATS));
  }
  fs.rmSync(env.FERRY_STATE, { recursive: true, force: true });
}
