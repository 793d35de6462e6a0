import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { Container } from '../../../container/container.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { type CentralOptions, type GrantSpec, LicenseCentral } from '../../../host/license-central/index.ts';
import { crypto, root, seededEnv, type TestContainer, TestFirm } from '../../world/parties.ts';

export const FIRM = 6000010;
export const PASSPHRASE = 'correct horse';
/** Guessing is not what these tests are about. */
const LOW_COST = { scryptN: 2, scryptR: 4, scryptP: 1 };

export const MOVABLE: GrantSpec['terms'] = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 4,
};

/** A license of `quantity` seats that may be moved. */
export function seats(quantity: number, productCode = 1001): GrantSpec {
  return { productCode, quantity, terms: MOVABLE, text: `Product ${productCode}` };
}

export interface Scene {
  /** A new, empty folder, removed after the test. */
  folder(): string;
  /** The options under which a License Central in that folder opens. */
  options(folder: string, seed?: string, now?: number): CentralOptions;
  /** A new License Central with one firm, closed after the test. */
  central(folder?: string): Promise<LicenseCentral>;
  /** One more instance on the same folder, closed after the test. */
  another(folder: string, seed: string, now?: number): Promise<LicenseCentral>;
}

export function licenseCentrals(): Scene {
  const folders: string[] = [];
  const open: LicenseCentral[] = [];
  afterEach(async () => {
    for (const central of open.splice(0)) await central.close();
    for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
  });
  const scene: Scene = {
    folder: () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-central-'));
      folders.push(folder);
      return folder;
    },
    options: (folder, seed = 'central', now) => ({
      folder,
      crypto,
      env: seededEnv(seed, now),
      passphrase: PASSPHRASE,
      passphraseCost: LOW_COST,
      root,
    }),
    central: async (folder = scene.folder()) => {
      const central = await LicenseCentral.init(scene.options(folder));
      open.push(central);
      await central.addFirm({ firmCode: FIRM, name: 'Acme' });
      return central;
    },
    another: async (folder, seed, now) => {
      const central = await LicenseCentral.open(scene.options(folder, seed, now));
      open.push(central);
      return central;
    },
  };
  return scene;
}

/** The container's present context for the firm. */
export async function contextFor(central: LicenseCentral, target: TestContainer): Promise<Uint8Array> {
  const certificate = await central.certificateOf(FIRM);
  return target.container.run('context', { certificate, firmCode: null }).context;
}

/** Applies everything in transit and gives the receipts; the server does not see them yet. */
export async function deliver(central: LicenseCentral, target: TestContainer): Promise<Uint8Array[]> {
  const updates = await central.updatesFor({ firmCode: FIRM, target: target.key });
  return updates.map((update) => target.container.run('apply', { update }).receipt);
}

/** Applies everything in transit and brings the receipts home. */
export async function deliverAndSettle(central: LicenseCentral, target: TestContainer): Promise<void> {
  for (const receipt of await deliver(central, target)) await central.receiveContext(receipt);
}

/** The first holding of a container. */
export function holdingOf({ container }: TestContainer): number {
  return container.run('list', {}).holdings[0]?.id ?? expect.fail('nothing is held');
}

/** The same container once more, as from a copied disk. */
export function copyOf(it: TestContainer): TestContainer {
  const flash = new MemoryFlash(it.parts.flash.geometry, it.parts.flash.image());
  const anchor = new MemoryAnchor();
  anchor.advance(it.parts.anchor.read() ?? expect.fail('there is no anchor'));
  const parts = { ...it.parts, flash, anchor, env: seededEnv('copy') };
  return { ...it, parts, container: Container.open(parts) };
}

/** Lets a container commit a few things that have nothing to do with the firm. */
export function makeBusy({ container }: TestContainer): void {
  for (const firmCode of [101, 102, 103])
    container.run('context', { certificate: new TestFirm(firmCode).certificate, firmCode: null });
}
