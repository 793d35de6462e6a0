import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { move, order, seats as seatsOf } from '../../world/parties.ts';
import { applyAll, backedUp, channelOf, grant, lineOf, TO_DONGLE } from './backup.ts';
import {
  contextFor,
  copyOf,
  deliver,
  deliverAndSettle,
  FIRM,
  holdingOf,
  licenseCentrals,
  makeBusy,
  seats,
} from './scene.ts';

const scene = licenseCentrals();

describe('an epoch behind a state that the container has left', () => {
  it('is answered by a receipt, behind which the next one begins, and nothing is applied twice', async () => {
    const { live, restored, dongle } = await backedUp(scene);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    const forgotten = await grant(live, 5);
    await deliver(live, dongle);
    const fresh = [await grant(central, 1), await grant(central, 2)];
    const [stale = expect.fail('there is one file')] = await applyAll(central, dongle);
    expect(stale).toMatchObject({ entries: [], deferredFor: CATALOGUE.EPOCH_STALE.number });
    expect(await central.receiveContext(stale.receipt)).toMatchObject({ newEpoch: 2, unsure: [], pending: 2 });
    await deliverAndSettle(central, dongle);
    expect([forgotten, ...fresh].map((itemId) => seatsOf(dongle, itemId).held)).toEqual([5, 1, 2]);
    expect(await central.receiveContext(stale.receipt)).toMatchObject({ newEpoch: null });
    expect(await channelOf(central)).toMatchObject({ issued: 4, settled: 4 });
  });

  it('keeps nothing back that was ordered in it: an order repeated is the one that is delivered', async () => {
    const { live, restored, dongle } = await backedUp(scene);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    for (const quantity of [4, 5, 6]) await grant(live, quantity);
    await deliver(live, dongle);
    const named = { ...TO_DONGLE, items: [seats(1)], name: 'PO-1' };
    const { itemIds } = await central.grantItems(named);
    const called = await grant(central, 2);
    await central.cancel({ ...TO_DONGLE, sequences: [3] });
    const [stale = expect.fail('there is one file')] = await applyAll(central, dongle);
    expect(await central.receiveContext(stale.receipt)).toMatchObject({ newEpoch: 2, unsure: [], pending: 2 });
    expect((await central.transit(FIRM)).map(({ sequence, cancelled }) => [sequence, cancelled])).toEqual([
      [5, false],
      [6, true],
    ]);
    expect(await central.grantItems(named)).toEqual({ first: 5, last: 5, itemIds, repeated: true });
    await deliverAndSettle(central, dongle);
    expect([...itemIds, called].map((itemId) => seatsOf(dongle, itemId).held)).toEqual([1, 0]);
    for (const [itemId, status] of [
      [itemIds[0], 'active'],
      [called, 'refused'],
    ] as const)
      expect(await lineOf(central, itemId ?? expect.fail('nothing was granted'))).toMatchObject({ status });
  });

  it('gives no write-off up that was ordered in it', async () => {
    const { live, restored, dongle, device } = await backedUp(scene);
    order(dongle, device, [{ holding: holdingOf(dongle), quantity: 4 }]);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    await grant(live, 5);
    await deliver(live, dongle);
    await central.writeOff({ firmCode: FIRM, from: '3-1', target: device.key, through: 1 });
    const [stale = expect.fail('there is one file')] = await applyAll(central, dongle);
    await central.receiveContext(stale.receipt);
    const [line] = await central.ledger();
    expect(line).toMatchObject({ held: 6, inTransit: 4 });
    await deliverAndSettle(central, dongle);
    expect((await central.ledger())[0]).toMatchObject({ held: 10, inTransit: 0 });
  });

  it('settles in the same epoch when the container applied an old file with what this server knows', async () => {
    const { live, restored, dongle } = await backedUp(scene, (central) => grant(central, 3));
    const old = await live.updatesFor(TO_DONGLE);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    for (const update of old) dongle.container.run('apply', { update });
    const [stale = expect.fail('there is one file')] = await applyAll(central, dongle);
    expect(stale.deferredFor).toBe(CATALOGUE.EPOCH_STALE.number);
    expect(await central.receiveContext(stale.receipt)).toMatchObject({
      newEpoch: null,
      outcomes: [{ sequence: 2, reason: null }],
    });
    const itemId = await grant(central, 1);
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId).held).toBe(1);
  });
});

describe('contexts of a container from before the loss', () => {
  it('open an epoch that is never taken when they come first, and nothing when they come late', async () => {
    const { live, restored, dongle } = await backedUp(scene, (central) => grant(central, 3));
    makeBusy(dongle);
    const early = await contextFor(live, dongle);
    await deliverAndSettle(live, dongle);
    const forgotten = await grant(live, 5);
    await deliverAndSettle(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    expect(await central.receiveContext(early)).toMatchObject({ newEpoch: 1, pending: 1 });
    expect((await applyAll(central, dongle)).map(({ entries }) => entries)).toEqual([[]]);
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ newEpoch: 2, unsure: [2] });
    expect(await central.receiveContext(early)).toMatchObject({ newEpoch: null, outcomes: [] });
    const itemId = await grant(central, 1);
    await deliverAndSettle(central, dongle);
    expect(await central.receiveContext(early)).toMatchObject({ newEpoch: null, outcomes: [] });
    const holdings = dongle.container.run('list', {}).holdings.map(({ quantity }) => quantity);
    expect(holdings).toEqual([10, 3, 5, 1]);
    expect([seatsOf(dongle, forgotten).held, seatsOf(dongle, itemId).held]).toEqual([5, 1]);
  });

  it('open nothing when the server remembers newer ones', async () => {
    const early: Uint8Array[] = [];
    const { restored, dongle } = await backedUp(scene, async (central, held) => {
      early.push(await contextFor(central, held));
      makeBusy(held);
      await central.receiveContext(await contextFor(central, held));
    });
    const central = await restored();
    await central.restored(FIRM);
    for (const context of early)
      expect(await central.receiveContext(context)).toMatchObject({ newEpoch: null, outcomes: [] });
    expect(await central.receiveContext(await contextFor(central, dongle))).toMatchObject({ newEpoch: 1 });
  });

  it('open nothing when the container is proven to be copied', async () => {
    const { live, restored, dongle } = await backedUp(scene);
    const copy = copyOf(dongle);
    for (const one of [dongle, copy]) makeBusy(one);
    const central = await restored();
    await central.receiveContext(await contextFor(live, dongle));
    await central.restored(FIRM);
    expect(await central.receiveContext(await contextFor(live, copy))).toMatchObject({
      newEpoch: null,
      contradiction: 'two different states have the same generation',
    });
    await expect(central.updatesFor(TO_DONGLE)).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
  });
});

describe('a copy of a container whose original is in a later epoch by now', () => {
  it('is found out by its next context, and neither gets anything any more', async () => {
    const { restored, dongle } = await backedUp(scene);
    const central = await restored();
    await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    const copy = copyOf(dongle);
    await deliverAndSettle(central, dongle);
    makeBusy(copy);
    expect(await central.receiveContext(await contextFor(central, copy))).toMatchObject({
      newEpoch: null,
      contradiction: 'a newer state is in an earlier epoch',
    });
    await expect(grant(central, 5)).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
    await expect(central.updatesFor(TO_DONGLE)).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
  });
});

describe('a server that is restored twice', () => {
  it('is set back again until its vendor says so again', async () => {
    const { restored, dongle } = await backedUp(scene);
    const first = await restored('first');
    await first.restored(FIRM);
    await first.receiveContext(await contextFor(first, dongle));
    const forgotten = await grant(first, 5);
    await deliverAndSettle(first, dongle);
    const second = await restored('second');
    await expect(second.receiveContext(await contextFor(second, dongle))).rejects.toMatchObject({
      code: 'CENTRAL_ROLLED_BACK',
    });
    await second.restored(FIRM);
    expect(await second.receiveContext(await contextFor(second, dongle))).toMatchObject({ newEpoch: 2 });
    const itemId = await grant(second, 1);
    await deliverAndSettle(second, dongle);
    expect([forgotten, itemId].map((one) => seatsOf(dongle, one).held)).toEqual([5, 1]);
  });
});

describe('the custody log of a container whose server has forgotten a part of it', () => {
  it('goes on behind the part, so that the container can forget it again, and no surplus is shown', async () => {
    const { live, restored, dongle, device, itemId } = await backedUp(scene);
    const give = (): unknown => move(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
    give();
    await live.receiveContext(await contextFor(live, dongle));
    await deliver(live, dongle);
    const central = await restored();
    await central.restored(FIRM);
    give();
    await central.receiveContext(await contextFor(central, dongle));
    await central.receiveContext(await contextFor(central, device));
    await deliverAndSettle(central, dongle);
    const { first, next } = dongle.container.state.logs.get(FIRM) ?? expect.fail('there is a log');
    expect(first).toBe(next);
    const { held, unaccounted, surplus } = await lineOf(central, itemId);
    expect([held + unaccounted, surplus]).toEqual([10, 0]);
  });
});
