import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { openSoftContainer } from '../../device-side/index.ts';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { moveStores } from '../../host/cli/move-places.adapter.ts';
import {
  containerIssuer,
  containerTarget,
  type MoveIssuer,
  type MoveOrder,
  runLicenseMove,
} from '../../state-machines/index.ts';
import type { FerryHere } from './ferry-here.ts';

/** What is cut off; nothing that comes after it happens. `issue` is carried out, and its answer is lost. */
export type CutOff = 'context' | 'issue' | 'apply' | 'settle';

export function seatsOrder(quantity: number): MoveOrder {
  return { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity }] };
}

/** Begins a move from the dongle as `ferry move` does, and loses the way to the other side at a step. */
export async function interrupt(world: FerryHere, step: CutOff, to = 'device', order = seatsOrder(2)): Promise<void> {
  const dongle = openDongle(path.join(world.folder, 'dongle'));
  const device = openSoftContainer(path.join(world.folder, to));
  const lost = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: to }));
  const [issuer, target] = [containerIssuer(dongle.client), containerTarget(device.client)];
  const { store, blobs, notebook } = moveStores(stateOf(world));
  const addressOf = (name: string): string => `sim:${path.join(world.folder, name)}`;
  const beginning = { from: addressOf('dongle'), to: addressOf(to), firm: null };
  try {
    const { state } = await runLicenseMove({
      issuer: { ...issuer, ...lostAt(step, issuer, lost) },
      target: step === 'context' || step === 'apply' ? { ...target, [step]: lost } : target,
      order,
      random: (length) => randomFillSync(new Uint8Array(length)),
      store,
      blobs,
      notes: { notebook, beginning, now: () => 800_000_000 },
    });
    if (state !== 'interrupted') throw new Error(`the move ended: ${state}`);
  } finally {
    dongle.close();
    device.close();
  }
}

function lostAt(step: CutOff, issuer: MoveIssuer, lost: () => Promise<never>): Partial<MoveIssuer> {
  if (step === 'settle') return { settle: lost };
  return step === 'issue' ? { issue: async (input) => issuer.issue(input).then(lost) } : {};
}

export function stateOf({ folder }: { readonly folder: string }): string {
  return path.join(folder, 'state');
}

/** Names and contents of all files of unfinished moves. */
export function keptIn(world: { readonly folder: string }): Record<string, string> {
  const moves = path.join(stateOf(world), 'moves');
  if (!fs.existsSync(moves)) return {};
  const found = fs.readdirSync(moves, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(files.sort().map((file) => [path.basename(file), fs.readFileSync(file, 'base64')]));
}

/** Writes another text into every file of unfinished moves whose name ends so. */
export function spoil(world: { readonly folder: string }, suffix: string, text: string): void {
  const moves = path.join(stateOf(world), 'moves');
  for (const name of fs.readdirSync(moves).filter((file) => file.endsWith(suffix)))
    fs.writeFileSync(path.join(moves, name), text);
}

/** Types every command that `ferry status` says, one after the other; each has to end well. */
export async function typeWhatStatusSays(
  world: FerryHere,
  ...addresses: readonly string[]
): Promise<readonly string[]> {
  const { next } = await world.json('status', ...addresses);
  const commands = next.map(({ command }: { readonly command: string }) => command);
  for (const command of commands) await world.must(...command.split(' ').slice(1));
  return commands;
}
