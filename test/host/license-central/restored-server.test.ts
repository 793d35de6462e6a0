import { describe, expect, it } from 'vitest';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, order, seats as seatsOf, type TestContainer } from '../../world/parties.ts';
import { backedUp, channelOf, grant, lineOf, TO_DONGLE } from './backup.ts';
import { contextFor, deliver, deliverAndSettle, FIRM, holdingOf, licenseCentrals, seats } from './scene.ts';
import { signerOf } from './stolen-secrets.ts';

const scene = licenseCentrals();

describe('a firm whose server was restored', () => {
  it('gives a container nothing and makes it no files until a context of it was brought', async () => {
    const { restored, dongle, itemId } = await backedUp(scene);
    const central = await restored();
    await central.restored(FIRM);
    const needed = { code: 'EPOCH_NEEDED', details: { target: '3-1', firm: FIRM } };
    await expect(grant(central, 1)).rejects.toMatchObject(needed);
    await expect(central.updatesFor(TO_DONGLE)).rejects.toMatchObject(needed);
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject(needed);
    await expect(central.unblock(TO_DONGLE)).rejects.toMatchObject(needed);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ newEpoch: 1, unsure: [] });
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).resolves.toMatchObject({ target: '3-1' });
  });

  it('wants a context also of a container of which it has forgotten that it ever gave it something', async () => {
    const { live, restored, device } = await backedUp(scene);
    await live.addContainer(device.certificate);
    await live.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(2)] });
    await deliverAndSettle(live, device);
    const central = await restored();
    await central.restored(FIRM);
    await central.addContainer(device.certificate);
    const order = { firmCode: FIRM, target: '130-2', items: [seats(3)] };
    await expect(central.grantItems(order)).rejects.toMatchObject({ code: 'EPOCH_NEEDED' });
    await central.receiveContext(await contextFor(central, device));
    await central.grantItems(order);
    await deliverAndSettle(central, device);
    const held = device.container.run('list', {}).holdings.map(({ quantity }) => quantity);
    expect(held).toEqual([2, 3]);
  });

  it('is no longer set back once its vendor says so, and only that firm', async () => {
    const { live, restored, dongle } = await backedUp(scene);
    await grant(live, 1);
    await deliverAndSettle(live, dongle);
    const central = await restored();
    const told = await contextFor(central, dongle);
    await expect(central.receiveContext(told)).rejects.toMatchObject({ code: 'CENTRAL_ROLLED_BACK' });
    await expect(grant(central, 1)).rejects.toMatchObject({ code: 'CENTRAL_ROLLED_BACK' });
    await central.restored(FIRM);
    expect(await central.receiveContext(told)).toMatchObject({ newEpoch: 1 });
    const itemId = await grant(central, 4);
    await deliverAndSettle(central, dongle);
    expect([seatsOf(dongle, itemId).held, (await lineOf(central, itemId)).status]).toEqual([4, 'active']);
    await expect(central.restored(7)).rejects.toMatchObject({ code: 'FIRM_UNKNOWN' });
  });

  it('keeps what was in transit in transit, with the same bytes, and settles what the context settles', async () => {
    const { live, restored, dongle } = await backedUp(scene, async (central) => {
      await grant(central, 1);
      await grant(central, 2);
    });
    const [first = expect.fail('two were granted'), second = first] = (await live.ledger()).slice(1);
    const central = await restored();
    await central.restored(FIRM);
    const before = await live.updatesFor(TO_DONGLE);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ pending: 2, outcomes: [] });
    await deliverAndSettle(central, dongle);
    expect([seatsOf(dongle, first.itemId).held, seatsOf(dongle, second.itemId).held]).toEqual([1, 2]);
    for (const update of before)
      expect(() => dongle.container.run('apply', { update })).toThrowError(
        expect.objectContaining({ code: 'UPDATE_EPOCH' }),
      );
    expect((await central.ledger()).map(({ status, held }) => [status, held])).toEqual([
      ['active', 10],
      ['active', 1],
      ['active', 2],
    ]);
  });

  it('settles what was applied of what it knows, though it learns it only after the loss', async () => {
    const { live, restored, dongle } = await backedUp(scene, (central) => grant(central, 3));
    const receipts = await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    const [receipt = expect.fail('there is one')] = receipts;
    expect(await central.receiveContext(receipt)).toMatchObject({
      outcomes: [{ sequence: 2, reason: null }],
      unsure: [],
      newEpoch: 1,
      pending: 0,
    });
    expect((await central.ledger()).map(({ status }) => status)).toEqual(['active', 'active']);
  });

  it('shows licenses that it has forgotten as unknown, with where they are', async () => {
    const { live, restored, dongle, device } = await backedUp(scene);
    const forgotten = await grant(live, 6);
    await deliverAndSettle(live, dongle);
    const holding = dongle.container.run('list', {}).holdings.find(({ itemId }) => itemId === forgotten);
    move(dongle, device, [{ holding: holding?.id ?? 0, quantity: 2 }]);
    const central = await restored();
    await central.restored(FIRM);
    expect(await central.unknownItems()).toEqual([]);
    await central.receiveContext(await contextFor(central, dongle));
    await central.receiveContext(await contextFor(central, device));
    expect(await central.unknownItems()).toMatchObject([
      {
        itemId: forgotten,
        firmCode: FIRM,
        places: [
          { serial: '130-2', quantity: 2 },
          { serial: '3-1', quantity: 4 },
        ],
      },
    ]);
  });
});

describe('what a restored server had in transit when the container has applied more than it knows', () => {
  /** Two grants in the backup; one more, forgotten, behind them; and all that was applied. */
  async function overtaken(cancel = false) {
    const world = await backedUp(scene, async (central) => {
      await grant(central, 3);
      if (cancel) await central.cancel({ ...TO_DONGLE, sequences: [2] });
    });
    const pending = (await world.live.ledger())[1]?.itemId ?? expect.fail('a grant is in transit');
    const forgotten = await grant(world.live, 5);
    return { ...world, pending, forgotten };
  }

  it('is unsure, never issued again, and active as soon as an inventory shows it', async () => {
    const { live, restored, dongle, pending, forgotten } = await overtaken();
    await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({
      newEpoch: 1,
      unsure: [2],
      pending: 0,
    });
    expect(await channelOf(central)).toMatchObject({ issued: 3, settled: 3 });
    expect(await lineOf(central, pending)).toMatchObject({ status: 'active', held: 3, unaccounted: 0, surplus: 0 });
    expect(await central.unknownItems()).toMatchObject([{ itemId: forgotten }]);
    await grant(central, 1);
    await deliverAndSettle(central, dongle);
    expect([pending, forgotten].map((itemId) => seatsOf(dongle, itemId).held)).toEqual([3, 5]);
  });

  it('stays unsure when nobody shows it, and is not issued again', async () => {
    const { live, restored, dongle, pending } = await overtaken(true);
    await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    expect(await lineOf(central, pending)).toMatchObject({ status: 'unsure', held: 0, unaccounted: 0 });
    expect(await central.transit(FIRM)).toEqual([]);
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, pending).held).toBe(0);
    await expect(central.withdrawItem({ firmCode: FIRM, itemId: pending })).rejects.toMatchObject({
      code: 'PLACE_UNKNOWN',
      details: { why: 'it is not known whether its first holder got it' },
    });
  });

  it('is counted once when it had moved on to another device', async () => {
    const { live, restored, dongle, pending, device } = await overtaken();
    await deliver(live, dongle);
    const held = dongle.container.run('list', {}).holdings.find(({ itemId }) => itemId === pending);
    move(dongle, device, [{ holding: held?.id ?? 0, quantity: 3 }]);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    await deliverAndSettle(central, dongle);
    await central.receiveContext(await contextFor(central, device));
    expect([seatsOf(dongle, pending).held, seatsOf(device, pending).held]).toEqual([0, 3]);
    expect(await lineOf(central, pending)).toMatchObject({ status: 'active', held: 3, surplus: 0 });
  });

  it('has replaced what it was to replace when the new license is shown', async () => {
    const { live, restored, dongle, itemId } = await backedUp(scene, async (central, held) => {
      await central.receiveContext(await contextFor(central, held));
      const [line = expect.fail('ten seats were granted')] = await central.ledger();
      await central.replaceItem({ firmCode: FIRM, itemId: line.itemId, item: seats(7) });
    });
    await grant(live, 1);
    await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ unsure: [2] });
    const [old, renewed] = await central.ledger();
    expect(old).toMatchObject({ itemId, status: 'replaced', held: 0, places: [] });
    expect(renewed).toMatchObject({ status: 'active', held: 7 });
  });

  it('goes on behind what the container tells when it had not been reached', async () => {
    const { live, restored, dongle } = await backedUp(scene);
    const alien = await grant(live, 5);
    await deliver(live, dongle);
    const central = await restored();
    const ids = [await grant(central, 1), await grant(central, 2)];
    await central.restored(FIRM);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ unsure: [2], pending: 1 });
    await deliverAndSettle(central, dongle);
    expect([alien, ...ids].map((itemId) => seatsOf(dongle, itemId).held)).toEqual([5, 0, 2]);
    expect((await central.ledger()).map(({ status }) => status)).toEqual(['active', 'unsure', 'active']);
  });

  it('is unsure where the container was told of a settlement that is forgotten, since it may have been refused', async () => {
    const { live, restored, dongle } = await backedUp(scene, async (central) => {
      await grant(central, 3);
      await central.cancel({ ...TO_DONGLE, sequences: [2] });
    });
    await deliverAndSettle(live, dongle);
    await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({
      outcomes: [],
      unsure: [2],
    });
    expect((await central.ledger()).map(({ status }) => status)).toEqual(['active', 'unsure']);
  });
});

describe('an order of which a restored server has lost whether the container carried it out', () => {
  /** The server as it was at the backup, and what the dongle has applied since, with a license behind it. */
  async function lost(before: (central: LicenseCentral, dongle: TestContainer) => Promise<unknown>) {
    const world = await backedUp(scene, before);
    await deliverAndSettle(world.live, world.dongle);
    await grant(world.live, 5);
    await deliverAndSettle(world.live, world.dongle);
    const central = await world.restored();
    await central.restored(FIRM);
    return { ...world, central };
  }

  const withdrawAll = async (central: LicenseCentral) => {
    const [line = expect.fail('ten seats were granted')] = await central.ledger();
    return central.withdrawItem({ firmCode: FIRM, itemId: line.itemId });
  };

  it('is a withdrawal that took place where the container has none of it and its log does not say that it left', async () => {
    const { central, dongle, itemId } = await lost(withdrawAll);
    await central.receiveContext(await contextFor(central, dongle));
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'withdrawn', held: 0, unaccounted: 0, surplus: 0 });
  });

  it('is no withdrawal where the license is shown, or where its log says that it left', async () => {
    const { live, restored, dongle, device, itemId } = await backedUp(scene, withdrawAll);
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 10 }]);
    await deliver(live, dongle);
    await grant(live, 5);
    await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'active', held: 10, unaccounted: 0 });
    await central.receiveContext(await contextFor(central, device));
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'active', held: 10, unaccounted: 0, surplus: 0 });
  });

  /**
   * Two seats came back over a third dongle, and a write-off gave back none for them: the dongle has fewer than its log leaves
   * it. A withdrawal was refused before, since they were in transit.
   */
  async function refusedWithdrawal() {
    const { live, restored, dongle, device, itemId } = await backedUp(scene, withdrawAll);
    const [lostOne, between] = [makeContainer('dongle', 5), makeContainer('dongle', 6)];
    const { updates } = order(dongle, lostOne, [{ holding: holdingOf(dongle), quantity: 2 }]);
    await deliverAndSettle(live, dongle);
    for (const update of updates) lostOne.container.run('apply', { update });
    for (const [from, to] of [
      [lostOne, between],
      [between, dongle],
    ] as const)
      move(from, to, [{ holding: holdingOf(from), quantity: 2 }]);
    await live.writeOff({ firmCode: FIRM, from: '3-1', target: lostOne.key, through: 1 });
    await deliverAndSettle(live, dongle);
    expect(seatsOf(dongle, itemId)).toEqual({ held: 10, pending: 0 });
    const central = await restored();
    await central.restored(FIRM);
    return { central, dongle, device, itemId };
  }

  it('is no withdrawal where all seats are shown, though the log leaves more there', async () => {
    const { central, dongle, itemId } = await refusedWithdrawal();
    const told = await central.receiveContext(await contextFor(central, dongle));
    expect(told).toMatchObject({ unsure: [2], surplus: [] });
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'active', surplus: 0 });
    await central.withdrawItem({ firmCode: FIRM, itemId });
    await deliverAndSettle(central, dongle);
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'withdrawn', held: 0, surplus: 0 });
  });

  it('is no withdrawal either where they all moved on from there since', async () => {
    const { central, dongle, device, itemId } = await refusedWithdrawal();
    const { holdings } = dongle.container.run('list', {});
    move(
      dongle,
      device,
      holdings.map(({ id, quantity }) => ({ holding: id, quantity })),
    );
    for (const one of [dongle, device])
      expect(await central.receiveContext(await contextFor(central, one))).toMatchObject({ surplus: [] });
    expect(await lineOf(central, itemId)).toMatchObject({ status: 'active', surplus: 0 });
  });

  it('is a write-off that took place where nothing is in transit any more: what the target had applied is a duplicate', async () => {
    const device = makeContainer('soft', 2);
    const { central, dongle, itemId } = await lost(async (first, held) => {
      await first.addContainer(device.certificate);
      const { updates } = order(held, device, [{ holding: holdingOf(held), quantity: 2 }]);
      for (const update of updates) device.container.run('apply', { update });
      await first.receiveContext(await contextFor(first, held));
      await first.writeOff({ firmCode: FIRM, from: '3-1', target: '130-2', through: 1 });
    });
    await central.receiveContext(await contextFor(central, dongle));
    const report = await central.receiveContext(await contextFor(central, device));
    expect([seatsOf(dongle, itemId).held, seatsOf(device, itemId).held]).toEqual([10, 2]);
    expect(report).toMatchObject({ duplicates: [{ itemId, quantity: 2 }], surplus: [] });
  });

  it('stays unsure as a write-off while something is in transit', async () => {
    const [device, other] = [makeContainer('soft', 2), makeContainer('soft', 3)];
    const { central, dongle, itemId } = await lost(async (first, held) => {
      await first.addContainer(device.certificate);
      order(held, device, [{ holding: holdingOf(held), quantity: 2 }]);
      order(held, other, [{ holding: holdingOf(held), quantity: 1 }]);
      await first.receiveContext(await contextFor(first, held));
      await first.writeOff({ firmCode: FIRM, from: '3-1', target: '130-2', through: 1 });
    });
    await central.receiveContext(await contextFor(central, dongle));
    expect(seatsOf(dongle, itemId)).toEqual({ held: 9, pending: 1 });
    expect(await lineOf(central, itemId)).toMatchObject({ held: 9, inTransit: 1, duplicates: 0, surplus: 0 });
  });

  it('excuses nothing of what is given after a write-off that was refused, once the giver has told of it', async () => {
    const [device, other] = [makeContainer('soft', 2), makeContainer('soft', 3)];
    const underWay: Uint8Array[] = [];
    const { live, restored, dongle, itemId } = await backedUp(scene, async (first, held) => {
      move(held, device, [{ holding: holdingOf(held), quantity: 2 }]);
      underWay.push(...order(held, other, [{ holding: holdingOf(held), quantity: 1 }]).updates);
      await first.receiveContext(await contextFor(first, held));
      await first.writeOff({ firmCode: FIRM, from: '3-1', target: device.key, through: 9 });
      await first.revoke({ list: FIRM, target: '130-2', lift: true });
    });
    await grant(live, 5);
    await deliver(live, dongle);
    for (const update of underWay)
      dongle.container.run('settle', { context: other.container.run('apply', { update }).receipt });
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    for (const quantity of [3, 1]) {
      const held = dongle.container.run('list', {}).holdings.find((holding) => holding.itemId === itemId);
      move(dongle, device, [{ holding: held?.id ?? 0, quantity }]);
    }
    for (const one of [other, device, dongle, device]) await central.receiveContext(await contextFor(central, one));
    expect(await lineOf(central, itemId)).toMatchObject({ held: 10, duplicates: 0, surplus: 0 });
    const holding = { itemId, quantity: 7, pending: 0, units: null, usageStart: null, enabled: true };
    const copy = await signerOf(device).context(central, 1, { complete: true, holdings: [holding], logFirst: 4 });
    expect(await central.receiveContext(copy)).toMatchObject({ duplicates: [], surplus: [{ itemId, quantity: 1 }] });
  });
});
