import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GrantSpec, LicenseCentral } from '../../../host/license-central/index.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { makeContainer, move, order, type TestContainer } from '../../world/parties.ts';
import {
  contextFor,
  copyOf,
  deliverAndSettle,
  FIRM,
  holdingOf,
  licenseCentrals,
  MOVABLE,
  makeBusy,
  seats,
} from './scene.ts';

const scene = licenseCentrals();

type Terms = Partial<GrantSpec['terms']>;

/** A dongle that holds so many seats of one item, and two devices. */
async function load(central: LicenseCentral, quantity: number, terms: Terms = {}, number = 1) {
  const dongle = makeContainer('dongle', number);
  const [device, other] = [makeContainer('soft', 2 * number), makeContainer('soft', 2 * number + 1)];
  await central.addContainer(dongle.certificate);
  const item = { ...seats(quantity), terms: { ...MOVABLE, ...terms } };
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: dongle.key, items: [item] });
  await deliverAndSettle(central, dongle);
  return { central, dongle, device, other, itemId: itemIds[0] ?? expect.fail('nothing was granted') };
}

async function loaded(quantity: number, terms: Terms = {}) {
  return load(await scene.central(), quantity, terms);
}

function give(from: TestContainer, to: TestContainer, quantity: number): void {
  expect(move(from, to, [{ holding: holdingOf(from), quantity }]).reports).toMatchObject([{ applied: 1 }]);
}

async function tell(central: LicenseCentral, teller: TestContainer) {
  return central.receiveContext(await contextFor(central, teller));
}

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

describe('seats of honest containers', () => {
  it('are never shown twice, in whatever order their contexts come, and all of them once everybody told', {
    timeout: 60_000,
  }, async () => {
    const central = await scene.central();
    for (const [round, order] of ordersOf([0, 1, 2, 3]).entries()) {
      const { dongle, device, itemId } = await load(central, 5, {}, round + 1);
      const line = async () => (await central.ledger()).find((it) => it.itemId === itemId) ?? expect.fail('no line');
      give(dongle, device, 3);
      const contexts = [await contextFor(central, dongle), await contextFor(central, device)];
      give(device, dongle, 1);
      contexts.push(await contextFor(central, device), await contextFor(central, dongle));
      for (const at of order) {
        const { surplus } = await central.receiveContext(contexts[at] ?? expect.fail('there are four'));
        expect(surplus).toEqual([]);
        const { held, inTransit, unaccounted, surplus: shown } = await line();
        expect([held + inTransit + unaccounted, shown], `order ${order.join()}`).toEqual([5, 0]);
      }
      expect(await line()).toMatchObject({ held: 5, inTransit: 0, unaccounted: 0, movedOn: 0 });
    }
  });

  it('that a device gave back are taken off its older word', async () => {
    const { central, dongle, device } = await loaded(5);
    give(dongle, device, 3);
    await tell(central, device);
    give(device, dongle, 1);
    await tell(central, dongle);
    expect(await central.ledger()).toMatchObject([
      {
        held: 5,
        unaccounted: 0,
        surplus: 0,
        places: [
          { serial: '130-2', quantity: 3, leftSince: 1 },
          { serial: '3-1', quantity: 3, leftSince: 0 },
        ],
      },
    ]);
  });

  it('that only their target told of are not in transit any more', async () => {
    const { central, dongle, device } = await loaded(5);
    const { context } = device.container.run('context', { certificate: dongle.certificate, firmCode: null });
    const parts = [{ holding: holdingOf(dongle), quantity: 3 }];
    const { updates } = dongle.container.run('issue', issueRequest({ context, first: 1, parts }));
    await tell(central, dongle);
    expect(await central.ledger()).toMatchObject([{ held: 2, inTransit: 3 }]);
    for (const update of updates) device.container.run('apply', { update });
    await tell(central, device);
    expect(await central.ledger()).toMatchObject([{ held: 5, inTransit: 0, unaccounted: 0, surplus: 0 }]);
  });

  it('that went through a container which never told are where they went', async () => {
    const { central, dongle, device } = await loaded(5);
    const between = makeContainer('dongle', 4);
    give(dongle, between, 3);
    give(between, device, 2);
    await tell(central, device);
    expect(await central.ledger()).toMatchObject([{ held: 5, movedOn: 2, unaccounted: 0, surplus: 0 }]);
    await tell(central, dongle);
    expect(await central.ledger()).toMatchObject([{ held: 5, movedOn: 0, unaccounted: 0, surplus: 0 }]);
    await tell(central, between);
    expect(await central.ledger()).toMatchObject([{ held: 5, movedOn: 0, unaccounted: 0, surplus: 0 }]);
  });

  it('that were given to one device after the other are counted once, before anybody tells of the return', async () => {
    const { central, dongle, device, other } = await loaded(5);
    give(dongle, device, 5);
    await tell(central, device);
    give(device, dongle, 5);
    give(dongle, other, 5);
    expect(await tell(central, other)).toMatchObject({ surplus: [] });
    expect(await central.ledger()).toMatchObject([{ held: 5, movedOn: 5, unaccounted: 0, surplus: 0 }]);
  });
});

describe('seats that were given by a state which was put back since', () => {
  /**
   * A dongle gave four of ten seats to a device, and was put back to when it had them; then it gave four to another one. All
   * three told, and nothing contradicts any of them: the dongle may have given the first four after its word.
   */
  async function putBack() {
    const world = await loaded(10);
    const back = copyOf(world.dongle);
    give(world.dongle, world.device, 4);
    await tell(world.central, world.device);
    give(back, world.other, 4);
    for (const one of [back, world.other]) expect(await tell(world.central, one)).toMatchObject({ surplus: [] });
    expect(await world.central.ledger()).toMatchObject([{ held: 10, surplus: 0 }]);
    return { ...world, back };
  }

  it('are shown as soon as the dongle has something that was granted after the device had told, and tells', async () => {
    const { central, back, itemId } = await putBack();
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1, 1002)] });
    const early = await contextFor(central, back);
    await central.receiveContext(early);
    expect((await central.ledger())[0]).toMatchObject({ held: 10, surplus: 0 });
    await deliverAndSettle(central, back);
    const [line] = await central.ledger();
    expect(line).toMatchObject({ itemId, held: 14, surplus: 4, unaccounted: 0 });
  });

  it('of a copied device are shown as soon as it has something that was granted after it had given them back', async () => {
    const { central, dongle, device, itemId } = await loaded(10);
    await central.addContainer(device.certificate);
    give(dongle, device, 4);
    const copy = copyOf(device);
    give(device, dongle, 4);
    await tell(central, dongle);
    await central.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(1, 1002)] });
    await deliverAndSettle(central, copy);
    expect((await central.ledger()).find((line) => line.itemId === itemId)).toMatchObject({ held: 14, surplus: 4 });
  });

  it('are not taken for that where they are in transit still, or were given after what was granted came', async () => {
    const { central, dongle, device, other } = await loaded(10);
    order(dongle, device, [{ holding: holdingOf(dongle), quantity: 4 }]).updates.forEach((update) => {
      device.container.run('apply', { update });
    });
    await tell(central, device);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1, 1002)] });
    await deliverAndSettle(central, dongle);
    expect((await central.ledger())[0]).toMatchObject({ held: 10, surplus: 0 });
    give(dongle, other, 3);
    await tell(central, other);
    expect((await central.ledger())[0]).toMatchObject({ held: 10, surplus: 0 });
  });
});

describe('seats that are there twice while somebody who has seats never tells', () => {
  /** A dongle that gave three of ten seats to a device which never tells of them, as it told itself. */
  async function withSilent() {
    const world = await loaded(10);
    give(world.dongle, world.other, 3);
    await tell(world.central, world.dongle);
    const arrivals = [{ container: world.other.key, serial: '130-3', quantity: 3 }];
    expect(await world.central.ledger()).toMatchObject([{ held: 10, unaccounted: 0, movedOn: 0, arrivals }]);
    return world;
  }

  it('are shown where they were written off and their target, which is alive, tells', async () => {
    const { central, dongle, device } = await withSilent();
    const { updates } = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
    for (const update of updates) device.container.run('apply', { update });
    await tell(central, dongle);
    await central.writeOff({ firmCode: FIRM, from: '3-1', target: device.key, through: 1 });
    await deliverAndSettle(central, dongle);
    expect(await central.ledger()).toMatchObject([{ held: 10, duplicates: 0, surplus: 0 }]);
    expect(await tell(central, device)).toMatchObject({ duplicates: [{ quantity: 2 }], surplus: [] });
    expect(await central.ledger()).toMatchObject([{ held: 12, duplicates: 2, surplus: 0, unaccounted: 0 }]);
  });

  it('are shown where they were written off and nobody but their giver tells that they had been applied', async () => {
    const { central, dongle, device } = await withSilent();
    const { updates } = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
    const receipts = updates.map((update) => device.container.run('apply', { update }).receipt);
    await tell(central, dongle);
    await central.writeOff({ firmCode: FIRM, from: '3-1', target: device.key, through: 1 });
    await deliverAndSettle(central, dongle);
    for (const context of receipts) dongle.container.run('settle', { context });
    expect(await tell(central, dongle)).toMatchObject({ duplicates: [{ quantity: 2 }], surplus: [] });
  });

  it('are shown where both copies of a dongle told', async () => {
    const { central, dongle, device, itemId } = await withSilent();
    const copy = copyOf(dongle);
    give(dongle, device, 4);
    await tell(central, dongle);
    give(copy, makeContainer('soft', 8), 2);
    makeBusy(copy);
    expect(await tell(central, copy)).toMatchObject({ surplus: [{ itemId, quantity: 2 }] });
  });
});

describe('seats whose way was forgotten', () => {
  it('are counted once by a server that was restored from a backup, too', async () => {
    const [folder, backup] = [scene.folder(), scene.folder()];
    const first = await scene.central(folder);
    const { dongle, device } = await load(first, 5);
    await first.close();
    fs.copyFileSync(path.join(folder, 'central.sqlite'), path.join(backup, 'central.sqlite'));
    const lost = await scene.another(folder, 'before the loss');
    const between = makeContainer('dongle', 4);
    give(dongle, between, 5);
    await tell(lost, between);
    await deliverAndSettle(lost, between);
    const restored = await scene.another(backup, 'restored');
    await tell(restored, between);
    give(between, device, 4);
    for (const teller of [device, dongle]) expect(await tell(restored, teller)).toMatchObject({ surplus: [] });
    expect(await restored.ledger()).toMatchObject([{ held: 5, unaccounted: 0, surplus: 0 }]);
    expect(await tell(restored, between)).toMatchObject({ surplus: [], contradiction: null });
    expect(await restored.ledger()).toMatchObject([{ held: 5, unaccounted: 0, surplus: 0 }]);
  });
});

describe('seats of a copied dongle', () => {
  /** Two copies that gave six of ten seats each to a device of their own, which both told. */
  async function copied(terms: Terms = {}) {
    const world = await loaded(10, terms);
    const copy = copyOf(world.dongle);
    give(world.dongle, world.device, 6);
    give(copy, world.other, 6);
    await tell(world.central, world.device);
    const { surplus } = await tell(world.central, world.other);
    return { ...world, copy, surplus };
  }

  it.each(['as often as the other', 'more often than the other'])(
    'are shown as too many once both copies told, in either order, when one was used %s',
    async (use) => {
      for (const backwards of [false, true]) {
        const { central, dongle, copy, itemId } = await copied();
        if (use.startsWith('more')) makeBusy(copy);
        const contexts = [await contextFor(central, dongle), await contextFor(central, copy)];
        if (backwards) contexts.reverse();
        const reports = [];
        for (const context of [...contexts, ...contexts]) reports.push(await central.receiveContext(context));
        expect(reports[0]).toMatchObject({ surplus: [] });
        for (const { surplus } of reports.slice(1)) expect(surplus).toEqual([{ itemId, quantity: 6 }]);
        expect(await central.ledger()).toMatchObject([{ granted: 10, held: 16, surplus: 6, unaccounted: 0 }]);
      }
    },
  );

  it('are shown as too many as soon as both devices told, when they cannot give them back', async () => {
    const { central, surplus, itemId } = await copied({ returnable: false });
    expect(surplus).toEqual([{ itemId, quantity: 2 }]);
    expect(await central.ledger()).toMatchObject([{ held: 12, surplus: 2, unaccounted: 0 }]);
  });

  it.each(['withdrawn', 'replaced'] as const)(
    'are shown as too many when they come from a copy after the license was %s in the other',
    async (status) => {
      const { central, dongle, device, itemId } = await loaded(10);
      const copy = copyOf(dongle);
      if (status === 'withdrawn') await central.withdrawItem({ firmCode: FIRM, itemId });
      else await central.replaceItem({ firmCode: FIRM, itemId, item: seats(10) });
      await deliverAndSettle(central, dongle);
      give(copy, device, 3);
      expect(await tell(central, device)).toMatchObject({ surplus: [{ itemId, quantity: 3 }], duplicates: [] });
      const line = (await central.ledger()).find((it) => it.itemId === itemId);
      expect(line).toMatchObject({ status, held: 3, surplus: 3, duplicates: 0, unaccounted: 0 });
    },
  );

  it('are shown as too many after a withdrawal also where something else was written off', async () => {
    const { central, dongle, device, other, itemId } = await loaded(10);
    const second = makeContainer('dongle', 9);
    await central.addContainer(second.certificate);
    await central.grantItems({ firmCode: FIRM, target: '3-9', items: [seats(4, 1002)] });
    await deliverAndSettle(central, second);
    order(second, other, [{ holding: holdingOf(second), quantity: 1 }]);
    await tell(central, second);
    await central.writeOff({ firmCode: FIRM, from: '3-9', target: other.key, through: 1 });
    await deliverAndSettle(central, second);
    const copy = copyOf(dongle);
    await central.withdrawItem({ firmCode: FIRM, itemId });
    await deliverAndSettle(central, dongle);
    give(copy, device, 3);
    expect(await tell(central, device)).toMatchObject({ surplus: [{ itemId, quantity: 3 }] });
  });
});
