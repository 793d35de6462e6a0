import path from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { FORMAT } from '../../../container/model/limits.ts';
import { issuerOfFirm } from '../../../host/cli/issuers/firm-issuer.ts';
import { makeContainer, type TestContainer } from '../../world/parties.ts';
import { contextFor, deliver, deliverAndSettle, FIRM, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();

/** Products and seats that a container holds, ascending. */
function contentOf({ container }: TestContainer): [productCode: number, quantity: number][] {
  const { holdings } = container.run('list', {});
  return holdings
    .map(({ productCode, quantity }): [number, number] => [productCode, quantity])
    .sort(([one], [other]) => one - other);
}

describe('granting', () => {
  it('loads a container by update files and knows it from the receipt', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const { itemIds, ...order } = await central.grantItems({
      firmCode: FIRM,
      target: '3-1',
      items: [seats(5, 1), seats(7, 2)],
    });
    expect(order).toEqual({ first: 1, last: 1, repeated: false });
    expect(await central.ledger()).toMatchObject([{ status: 'issued' }, { status: 'issued' }]);
    await deliverAndSettle(central, dongle);
    expect(contentOf(dongle)).toEqual([
      [1, 5],
      [2, 7],
    ]);
    expect(await central.ledger()).toMatchObject([
      { itemId: itemIds[0], granted: 5, held: 5, inTransit: 0, unaccounted: 0, status: 'active' },
      { itemId: itemIds[1], granted: 7, held: 7, inTransit: 0, unaccounted: 0, status: 'active' },
    ]);
    expect(await central.where(itemIds[1])).toMatchObject([{ serial: '3-1', quantity: 7, pending: 0, enabled: true }]);
    expect(await central.channels(FIRM)).toMatchObject([{ serial: '3-1', issued: 1, settled: 1 }]);
  });

  it('takes every sequence once, none twice and none skipped, when two servers grant at the same time', async () => {
    const folder = scene.folder();
    const one = await scene.central(folder);
    const other = await scene.another(folder, 'other');
    const dongle = makeContainer('dongle', 1);
    await one.addContainer(dongle.certificate);
    const orders = Array.from({ length: 24 }, (_, at) =>
      (at % 2 === 0 ? one : other).grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1, at + 1)] }),
    );
    const firsts = (await Promise.all(orders)).map(({ first, last }) => {
      expect(last).toBe(first);
      return first;
    });
    expect([...firsts].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
    await deliverAndSettle(other, dongle);
    expect(contentOf(dongle)).toEqual(Array.from({ length: 24 }, (_, at) => [at + 1, 1]));
    expect((await one.ledger()).every(({ status }) => status === 'active')).toBe(true);
  });

  it('carries a named order out once, and refuses the name for another order', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const order = { firmCode: FIRM, target: '3-1', name: 'PO 4711', items: [seats(5, 2), seats(3, 1)] };
    const first = await central.grantItems(order);
    expect(await central.grantItems(order)).toEqual({ ...first, repeated: true });
    await expect(central.grantItems({ ...order, items: [seats(6, 2)] })).rejects.toMatchObject({
      code: 'ORDER_NAME_USED',
      details: { order: 'PO 4711' },
    });
    expect(await central.ledger()).toHaveLength(2);
  });

  it('splits a large order by number and by size into entries of one commit, and into files that the target takes', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const many = Array.from({ length: 130 }, (_, at) => seats(1, at + 1));
    expect(await central.grantItems({ firmCode: FIRM, target: '3-1', items: many })).toMatchObject({
      first: 1,
      last: 3,
    });
    const data = Array.from({ length: 50 }, (_, index) => ({ index, data: new Uint8Array(256) }));
    const large = Array.from({ length: 4 }, (_, at) => ({ ...seats(1, 200 + at), hiddenData: data }));
    expect(await central.grantItems({ firmCode: FIRM, target: '3-1', items: large })).toMatchObject({
      first: 4,
      last: 5,
    });
    const updates = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
    expect(updates.length).toBeGreaterThan(2);
    for (const update of updates) expect(update.length).toBeLessThanOrEqual(32 * 1024);
    await deliverAndSettle(central, dongle);
    expect(contentOf(dongle)).toHaveLength(134);
    expect(await central.grantItems({ firmCode: FIRM, target: '3-1', items: large })).toMatchObject({
      first: 6,
      last: 6,
    });
  });

  it('refuses what is empty, impossible, too large or for a container that it does not know, and takes no sequence', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const grant = (items: readonly ReturnType<typeof seats>[], target = '3-1') =>
      central.grantItems({ firmCode: FIRM, target, items });
    const data = Array.from({ length: 128 }, (_, index) => ({ index, data: new Uint8Array(256) }));
    await expect(grant([])).rejects.toMatchObject({ code: 'ORDER_EMPTY' });
    await expect(grant([seats(1), seats(0)])).rejects.toMatchObject({ code: 'USAGE_WRONG' });
    await expect(grant([{ ...seats(1), text: '\ud800' }])).rejects.toMatchObject({ code: 'USAGE_WRONG' });
    await expect(grant([seats(1), { ...seats(1), hiddenData: data }])).rejects.toMatchObject({
      code: 'TOO_LARGE_FOR_TARGET',
    });
    await expect(grant([seats(1)], '3-2')).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    await expect(grant([seats(1)], 'f'.repeat(64))).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    expect(await central.ledger()).toEqual([]);
    expect(await grant([seats(1)])).toMatchObject({ first: 1 });
  });

  it('refuses a period that ends before it begins, and grants one that is over', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const grant = (activationTime: number | null, expirationTime: number | null) =>
      central.grantItems({
        firmCode: FIRM,
        target: '3-1',
        items: [{ ...seats(1), activationTime, expirationTime }],
      });
    const impossible = {
      code: 'USAGE_WRONG',
      details: { what: 'The license of product 1001 is impossible: it would expire before it is usable' },
    };
    await expect(grant(200, 100)).rejects.toMatchObject(impossible);
    await expect(grant(100, 100)).rejects.toMatchObject(impossible);
    expect(await grant(100, 101)).toMatchObject({ first: 1 });
    expect(await grant(null, 1)).toMatchObject({ first: 2 });
    expect(await grant(2 ** 32 - 1, null)).toMatchObject({ first: 3 });
  });

  it('for a context grants once, and other licenses only for a new context', async () => {
    const central = await scene.central();
    const device = makeContainer('soft', 2);
    const issuer = issuerOfFirm(central, undefined);
    const target = async () => ({
      raw: await contextFor(central, device),
      key: device.key,
      serial: '130-2',
      kind: 'soft' as const,
    });
    const order = (quantity: number) =>
      ({ kind: 'items', items: [{ firmCode: FIRM, productCode: 1001, quantity }] }) as const;
    const context = await target();
    expect(await issuer.issue(context, order(1))).toMatchObject({ repeated: false });
    expect(await issuer.issue(context, order(1))).toMatchObject({ repeated: true });
    await expect(issuer.issue(context, order(2))).rejects.toMatchObject({
      code: 'CONTEXT_USED',
    });
    expect(await issuer.issue(await target(), order(2))).toMatchObject({ repeated: false });
    expect(await central.ledger()).toHaveLength(2);
  });

  it('issues no more than a channel can have in transit', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    const database = new Database(path.join(folder, 'central.sqlite'));
    const issue = (sequence: number): Promise<unknown> => {
      database.exec(`update channels set issued = ${sequence}`);
      return central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    };
    await expect(issue(FORMAT.pendingEntries)).rejects.toMatchObject({ code: 'CHANNEL_FULL' });
    database.exec(`update channels set settled = ${2 ** 32 - 2}`);
    await expect(issue(2 ** 32 - 1)).rejects.toMatchObject({ code: 'EXHAUSTED' });
    database.close();
  });

  it('takes back what was cancelled before it arrived, and tells when it came too late', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    for (const product of [1, 2, 3])
      await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1, product)] });
    const stale = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
    await central.cancel({ firmCode: FIRM, target: '3-1', sequences: [2] });
    await expect(central.cancel({ firmCode: FIRM, target: '3-1', sequences: [4] })).rejects.toMatchObject({
      code: 'NOT_PENDING',
    });
    await deliverAndSettle(central, dongle);
    expect(contentOf(dongle).map(([product]) => product)).toEqual([1, 3]);
    expect(await central.ledger()).toMatchObject([
      { productCode: 1, status: 'active' },
      { productCode: 2, status: 'refused', refusedFor: 'CANCELLED', held: 0 },
      { productCode: 3, status: 'active' },
    ]);
    for (const update of stale) dongle.container.run('apply', { update });
    expect(contentOf(dongle)).toHaveLength(2);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1, 4)] });
    const receipts = await deliver(central, dongle);
    await central.cancel({ firmCode: FIRM, target: '3-1', sequences: [4] });
    for (const receipt of receipts) await central.receiveContext(receipt);
    expect((await central.ledger()).at(-1)).toMatchObject({ productCode: 4, status: 'active', held: 1 });
  });

  it('serves several firms and containers apart from each other', async () => {
    const central = await scene.central();
    await central.addFirm({ firmCode: 7, name: 'Other' });
    const dongle = makeContainer('dongle', 1);
    const device = makeContainer('soft', 2);
    for (const { certificate } of [dongle, device]) await central.addContainer(certificate);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1, 1)] });
    await central.grantItems({ firmCode: 7, target: '3-1', items: [seats(1, 2)] });
    await central.grantItems({ firmCode: 7, target: '130-2', items: [seats(1, 3)] });
    await deliverAndSettle(central, dongle);
    expect(contentOf(dongle)).toEqual([[1, 1]]);
    for (const update of await central.updatesFor({ firmCode: 7, target: '3-1' }))
      dongle.container.run('apply', { update });
    for (const update of await central.updatesFor({ firmCode: 7, target: '130-2' }))
      device.container.run('apply', { update });
    expect(contentOf(dongle)).toHaveLength(2);
    expect(contentOf(device)).toEqual([[3, 1]]);
    await central.receiveContext(await contextFor(central, dongle));
    expect((await central.ledger()).map(({ status }) => status)).toEqual(['issued', 'issued', 'active']);
  });
});
