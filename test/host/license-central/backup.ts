import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { ItemId } from '../../../container/model/ids.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, type TestContainer } from '../../world/parties.ts';
import { deliverAndSettle, FIRM, type Scene, seats } from './scene.ts';

export const TO_DONGLE = { firmCode: FIRM, target: '3-1' };

/**
 * A server whose dongle holds ten seats, and what comes back of it: `restored` puts the copy that was made now into a new
 * folder and opens it, each time another server.
 */
export async function backedUp(
  scene: Scene,
  before?: (central: LicenseCentral, dongle: TestContainer) => Promise<unknown>,
) {
  const [folder, backup] = [scene.folder(), scene.folder()];
  const central = await scene.central(folder);
  const dongle = makeContainer('dongle', 1);
  await central.addContainer(dongle.certificate);
  const itemId = await grant(central, 10);
  await deliverAndSettle(central, dongle);
  await before?.(central, dongle);
  await central.close();
  copyServer(folder, backup);
  const live = await scene.another(folder, 'before the loss');
  const restored = async (name = 'restored', now?: number): Promise<LicenseCentral> => {
    const place = scene.folder();
    copyServer(backup, place);
    return scene.another(place, name, now);
  };
  return { live, restored, dongle, itemId, device: makeContainer('soft', 2) };
}

function copyServer(from: string, to: string): void {
  fs.copyFileSync(path.join(from, 'central.sqlite'), path.join(to, 'central.sqlite'));
}

export async function grant(central: LicenseCentral, quantity: number): Promise<ItemId> {
  const { itemIds } = await central.grantItems({ ...TO_DONGLE, items: [seats(quantity)] });
  return itemIds[0] ?? expect.fail('nothing was granted');
}

export async function channelOf(central: LicenseCentral) {
  return (await central.channels(FIRM)).find(({ serial }) => serial === '3-1') ?? expect.fail('there is no channel');
}

export async function lineOf(central: LicenseCentral, itemId: ItemId) {
  return (await central.ledger()).find((line) => line.itemId === itemId) ?? expect.fail('there is no such grant');
}

export async function applyAll(central: LicenseCentral, dongle: TestContainer) {
  const updates = await central.updatesFor(TO_DONGLE);
  return updates.map((update) => dongle.container.run('apply', { update }));
}
