import { describe, expect, it } from 'vitest';
import type { ItemId } from '../../../container/model/ids.ts';
import type { GrantSpec, LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, seats as seatsOf, type TestContainer } from '../../world/parties.ts';
import { backedUp, lineOf, TO_DONGLE } from './backup.ts';
import { contextFor, copyOf, deliverAndSettle, FIRM, licenseCentrals, MOVABLE, seats } from './scene.ts';

const scene = licenseCentrals();

function give(from: TestContainer, to: TestContainer, itemId: string, quantity: number): void {
  const held = from.container.run('list', {}).holdings.find((holding) => holding.itemId === itemId);
  const before = seatsOf(to, itemId).held;
  move(from, to, [{ holding: held?.id ?? 0, quantity }]);
  expect(seatsOf(to, itemId).held).toBe(before + quantity);
}

async function tell(central: LicenseCentral, ...tellers: TestContainer[]) {
  const reports = [];
  for (const teller of tellers) reports.push(await central.receiveContext(await contextFor(central, teller)));
  return reports;
}

/** A container learns that the firm knows its custody log, and forgets that. */
async function acknowledge(central: LicenseCentral, ...containers: TestContainer[]): Promise<void> {
  for (const container of containers) {
    await tell(central, container);
    await deliverAndSettle(central, container);
  }
}

/** Where the seats of a license are, as the ledger says. */
async function whereIs(central: LicenseCentral, itemId: Parameters<typeof lineOf>[1]) {
  const { places, held, movedOn, unaccounted, surplus } = await lineOf(central, itemId);
  const at = places.map(({ serial, quantity, leftSince }) => [serial, quantity, leftSince]);
  return { at, held, movedOn, unaccounted, surplus };
}

const NOTHING_WRONG = { movedOn: 0, unaccounted: 0, surplus: 0 };

/** Two of ten seats went on to the device before the loss, and the dongle has forgotten that, as the server knew it. */
async function forgotten() {
  const world = await backedUp(scene);
  const { live, restored, dongle, device, itemId } = world;
  give(dongle, device, itemId, 2);
  await acknowledge(live, dongle);
  const central = await restored();
  await central.restored(FIRM);
  return { ...world, central };
}

describe('the ledger of a restored server, after a move that one of both can never tell of again', () => {
  it.each([false, true])('is as true as the words of both, whoever tells first', async (deviceFirst) => {
    const { central, dongle, device, itemId } = await forgotten();
    await tell(central, ...(deviceFirst ? [device, dongle] : [dongle, device]));
    const at = [
      ['130-2', 2, 0],
      ['3-1', 8, 0],
    ];
    expect(await whereIs(central, itemId)).toEqual({ at, held: 10, ...NOTHING_WRONG });
  });

  it('is true again once all has come back, and the license can be withdrawn', async () => {
    const { central, dongle, device, itemId } = await forgotten();
    await tell(central, dongle, device);
    give(device, dongle, itemId, 2);
    await tell(central, device, dongle);
    expect(await whereIs(central, itemId)).toEqual({ at: [['3-1', 10, 0]], held: 10, ...NOTHING_WRONG });
    await central.withdrawItem({ firmCode: FIRM, itemId });
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId).held).toBe(0);
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'withdrawn', held: 0, surplus: 0 });
  });

  it('still shows what has left since, when only the target told of it', async () => {
    const { central, dongle, device, itemId } = await forgotten();
    await tell(central, dongle, device);
    give(dongle, device, itemId, 3);
    await tell(central, device);
    const at = [
      ['130-2', 5, 0],
      ['3-1', 8, 3],
    ];
    expect(await whereIs(central, itemId)).toEqual({ at, held: 10, ...NOTHING_WRONG });
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({
      code: 'PLACE_UNKNOWN',
      details: { where: '3-1' },
    });
  });

  it('still shows seats that are unaccounted for', async () => {
    const { central, dongle, itemId } = await forgotten();
    await tell(central, dongle);
    expect(await whereIs(central, itemId)).toMatchObject({ held: 8, unaccounted: 2 });
  });

  it('is as true as the words of all when a hop before was forgotten by both', async () => {
    const { live, restored, dongle, device, itemId } = await backedUp(scene);
    const between = makeContainer('dongle', 4);
    give(dongle, between, itemId, 7);
    give(between, device, itemId, 5);
    await acknowledge(live, dongle, between);
    const central = await restored();
    await central.restored(FIRM);
    await tell(central, dongle, between, device);
    const at = [
      ['130-2', 5, 0],
      ['3-1', 3, 0],
      ['3-4', 2, 0],
    ];
    expect(await whereIs(central, itemId)).toEqual({ at, held: 10, ...NOTHING_WRONG });
  });

  it('says that seats moved on, not from where, when any of several may have given them', async () => {
    const { central, dongle, device, itemId } = await forgotten();
    const [between, other] = [makeContainer('dongle', 4), makeContainer('soft', 5)];
    await tell(central, dongle, device);
    give(dongle, between, itemId, 3);
    give(between, other, itemId, 3);
    await tell(central, other);
    expect(await whereIs(central, itemId)).toMatchObject({ held: 10, movedOn: 3, unaccounted: 0, surplus: 0 });
  });
});

describe('the ledger of a restored server', () => {
  it('raises no alarm when all that came to a container by a forgotten move has left it, and its giver tells late', async () => {
    const { live, restored, dongle, device, itemId } = await backedUp(scene);
    const between = makeContainer('dongle', 4);
    give(dongle, between, itemId, 10);
    await acknowledge(live, between);
    const central = await restored();
    await central.restored(FIRM);
    await tell(central, between);
    give(between, device, itemId, 10);
    for (const { surplus } of await tell(central, between, device)) expect(surplus).toEqual([]);
    expect(await whereIs(central, itemId)).toMatchObject({ held: 10, unaccounted: 0, surplus: 0 });
    await tell(central, dongle);
    expect(await whereIs(central, itemId)).toEqual({ at: [['130-2', 10, 0]], held: 10, ...NOTHING_WRONG });
  });

  it('raises no alarm when an old word of the giver comes after a license was withdrawn where a forgotten move had led', async () => {
    const { live, restored, dongle, itemId } = await backedUp(scene);
    const [giver, taker] = [makeContainer('dongle', 4), makeContainer('dongle', 5)];
    give(dongle, giver, itemId, 10);
    const late = await contextFor(live, giver);
    give(giver, taker, itemId, 10);
    await acknowledge(live, dongle, giver, taker);
    const central = await restored();
    await central.restored(FIRM);
    await tell(central, dongle, taker);
    await central.withdrawItem({ firmCode: FIRM, itemId });
    await deliverAndSettle(central, taker);
    expect(await central.receiveContext(late)).toMatchObject({ surplus: [], contradiction: null });
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'withdrawn', surplus: 0 });
  });

  /** Two copies, whose log begins behind a part that is lost, gave six of ten seats each to a device of their own. */
  async function copied(terms: Partial<GrantSpec['terms']>) {
    let itemId = '' as ItemId;
    const { live, restored, dongle, device, ...world } = await backedUp(scene, async (central, held) => {
      const items = [{ ...seats(10, 1002), terms: { ...MOVABLE, ...terms } }];
      [itemId = itemId] = (await central.grantItems({ ...TO_DONGLE, items })).itemIds;
      await deliverAndSettle(central, held);
    });
    give(dongle, device, world.itemId, 1);
    await acknowledge(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    await tell(central, dongle);
    const [copy, other] = [copyOf(dongle), makeContainer('soft', 5)];
    give(dongle, device, itemId, 6);
    give(copy, other, itemId, 6);
    return { central, dongle, copy, device, other, itemId };
  }

  it('shows the seats of a copied dongle as too many, also behind a forgotten move, where none can be given back', async () => {
    const { central, device, other, itemId } = await copied({ returnable: false });
    await tell(central, device, other);
    expect(await whereIs(central, itemId)).toMatchObject({ held: 12, surplus: 2, unaccounted: 0 });
  });

  it('shows them once both copies told where they can be given back', async () => {
    const { central, dongle, copy, device, other, itemId } = await copied({});
    const reports = await tell(central, device, other, dongle, copy);
    expect(reports.map(({ surplus }) => surplus)).toEqual([[], [], [], [{ itemId, quantity: 6 }]]);
    expect(await whereIs(central, itemId)).toMatchObject({ held: 16, surplus: 6, unaccounted: 0 });
  });
});
