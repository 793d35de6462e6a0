import { describe, expect, it } from 'vitest';
import type { ItemId } from '../../../container/model/ids.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, order, seats as seatsOf, type TestContainer } from '../../world/parties.ts';
import { contextFor, deliver, FIRM, holdingOf, licenseCentrals, seats } from './scene.ts';
import { signerOf } from './stolen-secrets.ts';

const scene = licenseCentrals();

/** A dongle with ten seats of one product and of another, and devices, of all of which the server was told nothing since. */
async function untold() {
  const central = await scene.central();
  const [dongle, device, other] = [makeContainer('dongle', 1), makeContainer('soft', 2), makeContainer('soft', 3)];
  for (const { certificate } of [dongle, device, other]) await central.addContainer(certificate);
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(10), seats(10, 1002)] });
  for (const receipt of await deliver(central, dongle)) await central.receiveContext(receipt);
  const [itemId = expect.fail('two were granted'), second = itemId] = itemIds;
  const tell = async (teller: TestContainer) => central.receiveContext(await contextFor(central, teller));
  const writeOff = (target: TestContainer, through: number) =>
    central.writeOff({ firmCode: FIRM, from: '3-1', target: target.key, through });
  return { central, dongle, device, other, itemId, second, tell, writeOff };
}

/** Orders seats of an item, one order after the other, and lets the target apply them all; no receipt has arrived. */
function applied(from: TestContainer, to: TestContainer, ...orders: (readonly [ItemId, number])[]): Uint8Array[] {
  const updates = orders.flatMap(
    ([itemId, quantity]) => order(from, to, [{ holding: holdingIn(from, itemId), quantity }]).updates,
  );
  return updates.map((update) => to.container.run('apply', { update }).receipt);
}

/** The same with seats of which the server is told while they are in transit; the giver settles them then. */
async function settledSince(
  { dongle, itemId, tell }: Awaited<ReturnType<typeof untold>>,
  target: TestContainer,
  quantity: number,
): Promise<void> {
  const receipts = applied(dongle, target, [itemId, quantity]);
  await tell(dongle);
  settle(dongle, receipts);
}

function settle({ container }: TestContainer, receipts: readonly Uint8Array[]): void {
  for (const context of receipts) container.run('settle', { context });
}

function holdingIn({ container }: TestContainer, itemId: string): number {
  return container.run('list', {}).holdings.find((held) => held.itemId === itemId)?.id ?? expect.fail('it holds none');
}

/** A context by which a copy of a container shows that many seats of an item, that came to it by so many transfers. */
async function copied(
  central: LicenseCentral,
  container: TestContainer,
  itemId: ItemId,
  { quantity, transfers }: { readonly quantity: number; readonly transfers: number },
) {
  const holding = { itemId, quantity, pending: 0, units: null, usageStart: null, enabled: true };
  return signerOf(container).context(central, 1, { complete: true, holdings: [holding], logFirst: transfers + 1 });
}

describe('a write-off of which a part had been settled before', () => {
  for (const [before, after] of [
    [1, 2],
    [2, 2],
    [3, 2],
  ] as const)
    it(`excuses ${after} seats that were doubled, and not the ${before} that were settled`, async () => {
      const world = await untold();
      const { central, dongle, device, itemId, tell, writeOff } = world;
      await settledSince(world, device, before);
      const receipts = applied(dongle, device, [itemId, after]);
      await writeOff(device, 2);
      await deliver(central, dongle);
      settle(dongle, receipts);
      await tell(dongle);
      expect(await tell(device)).toMatchObject({ duplicates: [{ itemId, quantity: after }], surplus: [] });
      const more = await copied(central, device, itemId, { quantity: before + after + 1, transfers: 2 });
      expect(await central.receiveContext(more)).toMatchObject({ surplus: [{ itemId, quantity: 1 }] });
    });

  it('is told from another one that the same receipt confirms', async () => {
    const world = await untold();
    const { central, dongle, device, other, itemId, tell, writeOff } = world;
    await settledSince(world, device, 2);
    const receipts = applied(dongle, other, [itemId, 2]);
    for (const target of [device, other]) await writeOff(target, 1);
    await deliver(central, dongle);
    settle(dongle, receipts);
    for (const teller of [dongle, other]) await tell(teller);
    expect(await tell(device)).toMatchObject({ duplicates: [{ itemId, quantity: 2 }], surplus: [] });
    const more = await copied(central, device, itemId, { quantity: 3, transfers: 1 });
    expect(await central.receiveContext(more)).toMatchObject({ surplus: [{ itemId, quantity: 1 }] });
  });

  it('is told from another one that was confirmed before', async () => {
    const world = await untold();
    const { central, dongle, device, other, itemId, tell, writeOff } = world;
    const receipts = applied(dongle, other, [itemId, 2]);
    await tell(dongle);
    await writeOff(other, 1);
    await deliver(central, dongle);
    settle(dongle, receipts);
    await tell(dongle);
    await settledSince(world, device, 2);
    await writeOff(device, 1);
    await deliver(central, dongle);
    for (const teller of [dongle, other, device])
      expect(await tell(teller)).toMatchObject({ surplus: [], contradiction: null });
    const more = await copied(central, device, itemId, { quantity: 3, transfers: 1 });
    expect(await central.receiveContext(more)).toMatchObject({
      duplicates: [{ itemId, quantity: 2 }],
      surplus: [{ itemId, quantity: 1 }],
    });
  });
});

describe('a write-off that could not give all seats back, as they had come back another way', () => {
  it('is a duplicate of those that it gave back, and no alarm', async () => {
    const { central, dongle, itemId, tell, writeOff } = await untold();
    const [lost, between] = [makeContainer('dongle', 5), makeContainer('dongle', 6)];
    const receipts = applied(dongle, lost, [itemId, 2]);
    move(lost, between, [{ holding: holdingOf(lost), quantity: 1 }]);
    move(between, dongle, [{ holding: holdingOf(between), quantity: 1 }]);
    await tell(dongle);
    await writeOff(lost, 1);
    await deliver(central, dongle);
    settle(dongle, receipts);
    await tell(dongle);
    expect([seatsOf(dongle, itemId).held, seatsOf(lost, itemId).held]).toEqual([10, 1]);
    expect(await tell(lost)).toMatchObject({ duplicates: [{ itemId, quantity: 1 }], surplus: [] });
  });

  it('is one of what was in transit before it nevertheless', async () => {
    const { central, dongle, itemId, second, tell, writeOff } = await untold();
    const [lost, between] = [makeContainer('dongle', 5), makeContainer('dongle', 6)];
    const receipts = applied(dongle, lost, [second, 1], [itemId, 2]);
    move(lost, between, [{ holding: holdingIn(lost, itemId), quantity: 2 }]);
    move(between, dongle, [{ holding: holdingOf(between), quantity: 2 }]);
    await tell(dongle);
    await writeOff(lost, 2);
    await deliver(central, dongle);
    settle(dongle, receipts);
    await tell(dongle);
    expect([itemId, second].map((it) => seatsOf(dongle, it).held + seatsOf(lost, it).held)).toEqual([10, 11]);
    expect(await tell(lost)).toMatchObject({ duplicates: [{ itemId: second, quantity: 1 }], surplus: [] });
  });
});
