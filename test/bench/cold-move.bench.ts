import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { crypto, load, TestFirm } from '../world/parties.ts';
import { asTestContainer } from './as-test-container.ts';
import { runFerryForMemory, runFerryProgram } from './ferry-program.ts';
import { type Figure, inFolder, median, report, time } from './measure.ts';

const ROUNDS = 9;
const MOVE = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--all', '--json'] as const;
/** Certificates, statements and the like of one move. */
const OTHER_SIGNATURES = 10;

/** A folder with a dongle that holds so many items, about 320 bytes each, and an empty device. */
function prepare(folder: string, items: number): void {
  runFerryProgram(folder, 'dongle', 'create', 'dongle', '--flash', '16M');
  runFerryProgram(folder, 'device', 'create', 'device');
  const dongle = openDongle(path.join(folder, 'dongle'));
  const protectedData = new Uint8Array(130).fill(7);
  const loaded = Array.from({ length: items }, () => ({ quantity: 1, protectedData }));
  load(new TestFirm(), asTestContainer(dongle), ...loaded);
  dongle.close();
}

/** Moves everything in a copy of the folder, by a process of its own. */
function measureMove(prepared: string, items: number): { readonly took: number; readonly peak: number } {
  return inFolder((folder) => {
    fs.cpSync(prepared, folder, { recursive: true });
    const { stdout, ...measured } = runFerryForMemory(folder, ...MOVE);
    const { state, moved, entries } = JSON.parse(stdout);
    expect([state, moved.length, entries.length]).toEqual(['moved', items, Math.ceil(items / 64)]);
    return measured;
  });
}

/** The verifications alone, by the crypto that the program uses; milliseconds. */
function measureVerifications(count: number): number {
  const seed = crypto.sha256(new Uint8Array([1]));
  const key = crypto.ed25519PublicKey(seed);
  const message = new Uint8Array(100);
  const signature = crypto.sign(seed, message);
  return time(() => {
    for (let at = 0; at < count; at++) crypto.verify(key, message, signature);
  });
}

it('a move by a process of its own costs at most eight times its verifications and under 300 MiB', () => {
  const figures: Figure[] = [];
  inFolder((folder) => {
    prepare(folder, 1000);
    const verifications = 1000 + OTHER_SIGNATURES;
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ...measureMove(folder, 1000),
      bare: measureVerifications(verifications),
    }));
    figures.push({
      name: `ferry move of 1000 items over ${verifications} verifications, ms`,
      value: median(rounds.map(({ took }) => took)),
      base: median(rounds.map(({ bare }) => bare)),
      target: 8,
    });
  });
  inFolder((folder) => {
    prepare(folder, 10_000);
    const rounds = Array.from({ length: ROUNDS }, () => measureMove(folder, 10_000));
    figures.push({
      name: 'ferry move of 10000 items, peak memory, MiB',
      value: median(rounds.map(({ peak }) => peak)),
      target: 300,
    });
  });
  report('Process of `ferry move` between two containers on disk', figures);
});
