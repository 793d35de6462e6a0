import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { OrderId } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { centralIssuer } from '../../../host/license-central/index.ts';
import { crypto, makeContainer, move, order, type TestContainer, TestFirm } from '../../world/parties.ts';
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

const ORDER_ID = '0d'.repeat(16) as OrderId;
const scene = licenseCentrals();

/** A server whose dongle holds ten seats of one item, and a device. */
async function loadedDongle(folder = scene.folder()) {
  const central = await scene.central(folder);
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  await central.addContainer(dongle.certificate);
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(10)] });
  await deliverAndSettle(central, dongle);
  return { central, dongle, device, itemId: itemIds[0] ?? expect.fail('nothing was granted') };
}

async function report(central: LicenseCentral, target: TestContainer) {
  return central.receiveContext(await contextFor(central, target));
}

describe('contexts and receipts', () => {
  it('of a container that is locked stop what is granted to it, and what was in transit stays', async () => {
    const { central, dongle, itemId } = await loadedDongle();
    const parts = { ...dongle.parts, anchor: new MemoryAnchor() };
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    await report(central, { ...dongle, parts, container: Container.open(parts) });
    const refused = { code: 'TARGET_LOCKED', details: { target: '3-1' } };
    await expect(central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] })).rejects.toMatchObject(
      refused,
    );
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject(refused);
    expect(await central.transit(FIRM)).toHaveLength(1);
    await report(central, dongle);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
  });

  it('settle once: late and repeated ones, in any order, change nothing more', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const early = await contextFor(central, dongle);
    const receipts: Uint8Array[] = [];
    for (const product of [1, 2, 3]) {
      await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(4, product)] });
      receipts.push(...(await deliver(central, dongle)));
    }
    const newest = receipts.at(-1) ?? early;
    expect(await central.receiveContext(newest)).toMatchObject({ serial: '3-1', pending: 0, contradiction: null });
    const [ledger, channels] = [await central.ledger(), await central.channels(FIRM)];
    expect(ledger.map(({ held }) => held)).toEqual([4, 4, 4]);
    for (const file of [newest, early, ...receipts, early])
      expect(await central.receiveContext(file)).toMatchObject({ outcomes: [], contradiction: null });
    expect(await central.ledger()).toEqual(ledger);
    expect(await central.channels(FIRM)).toEqual(channels);
    expect(await central.evidence()).toEqual([]);
  });

  it('are refused when forged, damaged or for somebody else, and the database stays as it is', async () => {
    const folder = scene.folder();
    const { central, dongle } = await loadedDongle(folder);
    const contents = (): string => {
      const files = ['central.sqlite', 'central.sqlite-wal'].map((name) => fs.readFileSync(path.join(folder, name)));
      return toHex(crypto.sha256(...files));
    };
    const good = await contextFor(central, dongle);
    const before = contents();
    const stranger = new TestFirm(4711);
    const refused = async (file: Uint8Array, code: string): Promise<void> => {
      await expect(central.receiveContext(file)).rejects.toMatchObject({ code });
      expect(contents()).toEqual(before);
    };
    for (const position of [40, good.length >> 1, good.length - 1]) {
      const flipped = good.slice();
      flipped[position] = (flipped[position] ?? 0) ^ 1;
      await expect(central.receiveContext(flipped)).rejects.toHaveProperty('code');
      expect(contents()).toEqual(before);
    }
    const forged = good.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    await refused(forged, 'SIGNATURE_WRONG');
    await refused(good.subarray(0, good.length - 1), 'FILE_MALFORMED');
    await refused(new Uint8Array(FORMAT.fileBytes + 1), 'FILE_TOO_LARGE');
    await refused(new Uint8Array(0), 'FILE_MALFORMED');
    const foreign = dongle.container.run('context', { certificate: stranger.certificate, firmCode: null });
    await refused(foreign.context, 'NOT_ADDRESSED');
    const [update] = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
    await refused(update ?? good, 'FILE_KIND');
  });

  it('tell where moved seats are, and a transfer is known from either side', async () => {
    const { central, dongle, device, itemId } = await loadedDongle();
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 4 }]);
    await report(central, dongle);
    const arrivals = [{ container: device.key, serial: '130-2', quantity: 4 }];
    expect(await central.ledger()).toMatchObject([{ held: 10, inTransit: 0, unaccounted: 0, surplus: 0, arrivals }]);
    await report(central, device);
    expect(await central.where(itemId)).toMatchObject([
      { serial: '130-2', quantity: 4 },
      { serial: '3-1', quantity: 6 },
    ]);
    expect(await central.ledger()).toMatchObject([{ held: 10, unaccounted: 0, surplus: 0, arrivals: [] }]);
  });

  it('let the container forget the custody that the firm knows', async () => {
    const { central, dongle, device } = await loadedDongle();
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 4 }]);
    const log = (): number => {
      const { first = 1, next = 1 } = dongle.container.state.logs.get(FIRM) ?? {};
      return next - first;
    };
    expect(log()).toBe(1);
    await report(central, dongle);
    await deliverAndSettle(central, dongle);
    expect(log()).toBe(0);
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
    await deliverAndSettle(central, dongle);
    await deliverAndSettle(central, dongle);
    expect(log()).toBe(0);
    expect(await central.ledger()).toMatchObject([{ held: 10, unaccounted: 0, arrivals: [{ quantity: 5 }] }]);
  });

  it('of a container that was copied are kept as evidence, and nothing more is issued to it', async () => {
    const { central, dongle, itemId } = await loadedDongle();
    const copy = copyOf(dongle);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    await deliverAndSettle(central, dongle);
    const places = await central.where();
    makeBusy(copy);
    const told = await report(central, copy);
    expect(told).toMatchObject({ outcomes: [], contradiction: 'a newer state has applied less' });
    expect(await central.where()).toEqual(places);
    expect(await central.evidence()).toHaveLength(2);
    await expect(central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] })).rejects.toMatchObject({
      code: 'PARTNER_ROLLED_BACK',
    });
    await expect(central.updatesFor({ firmCode: FIRM, target: '3-1' })).rejects.toMatchObject({
      code: 'PARTNER_ROLLED_BACK',
    });
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
    expect(await report(central, copy)).toMatchObject({ contradiction: 'a newer state has applied less' });
    expect(await central.evidence()).toHaveLength(2);
  });

  it('of a container that has another outcome of an entry than it told before are kept as evidence', async () => {
    const { central, dongle } = await loadedDongle();
    const copy = copyOf(dongle);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    const [update] = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
    const through = 2;
    const told = dongle.container.run('refuse', { update: update as Uint8Array, through });
    expect(await central.receiveContext(told.receipt)).toMatchObject({ contradiction: null });
    copy.container.run('apply', { update: update as Uint8Array });
    await deliver(central, copy);
    makeBusy(copy);
    const contradiction = 'the outcome of an entry changed';
    expect(await report(central, copy)).toMatchObject({ contradiction });
    const proof = { serial: '3-1', reason: contradiction };
    expect(await central.evidence()).toMatchObject([proof, proof]);
  });

  it('of a container that tells two different transfers at one position of its custody log are kept as evidence', async () => {
    for (const backwards of [false, true]) {
      const { central, dongle, device } = await loadedDongle();
      const copy = copyOf(dongle);
      const parts = [{ holding: holdingOf(dongle), quantity: 4 }];
      move(dongle, device, parts);
      makeBusy(copy);
      move(copy, makeContainer('soft', 3), parts);
      const [first, second] = backwards ? [copy, dongle] : [dongle, copy];
      expect(await report(central, first)).toMatchObject({ contradiction: null });
      const contradiction = 'two different transfers are at one position of its custody log';
      expect(await report(central, second)).toMatchObject({ contradiction });
      const proof = { serial: '3-1', reason: contradiction };
      expect(await central.evidence()).toMatchObject([proof, proof]);
      const grant = central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
      await expect(grant).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
    }
  });

  it('of a container that has a shorter custody log later are kept as evidence, whichever comes first', async () => {
    for (const backwards of [false, true]) {
      const { central, dongle, device } = await loadedDongle();
      const copy = copyOf(dongle);
      move(dongle, device, [{ holding: holdingOf(dongle), quantity: 4 }]);
      makeBusy(copy);
      makeBusy(copy);
      const [first, second] = backwards ? [copy, dongle] : [dongle, copy];
      expect(await report(central, first)).toMatchObject({ contradiction: null });
      const contradiction = 'a newer state has a shorter custody log';
      expect(await report(central, second)).toMatchObject({ contradiction });
    }
  });

  it('that prove that this server was restored from a backup stop its issuing, with evidence', async () => {
    const folder = scene.folder();
    const { central, dongle } = await loadedDongle(folder);
    await central.close();
    const backup = scene.folder();
    fs.copyFileSync(path.join(folder, 'central.sqlite'), path.join(backup, 'central.sqlite'));
    const lost = await scene.another(folder, 'before the loss');
    await lost.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    await deliverAndSettle(lost, dongle);
    const restored = await scene.another(backup, 'restored');
    await expect(report(restored, dongle)).rejects.toMatchObject({ code: 'CENTRAL_ROLLED_BACK' });
    expect(await restored.evidence()).toHaveLength(1);
    await expect(restored.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] })).rejects.toMatchObject({
      code: 'CENTRAL_ROLLED_BACK',
    });
    await expect(restored.updatesFor({ firmCode: FIRM, target: '3-1' })).rejects.toMatchObject({
      code: 'CENTRAL_ROLLED_BACK',
    });
  });
});

describe('changing an item', () => {
  it('replaces, disables, enables and withdraws it where it is', async () => {
    const { central, dongle, itemId } = await loadedDongle();
    await central.setEnabled({ firmCode: FIRM, itemId, enabled: false });
    await deliverAndSettle(central, dongle);
    expect(await central.where(itemId)).toMatchObject([{ enabled: false }]);
    expect(dongle.container.run('list', {}).holdings).toMatchObject([{ enabled: false }]);
    await central.setEnabled({ firmCode: FIRM, itemId, enabled: true });
    const replaced = await central.replaceItem({ firmCode: FIRM, itemId, item: seats(12) });
    expect(replaced).toMatchObject({ target: '3-1', first: 4, last: 4 });
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
    await deliverAndSettle(central, dongle);
    expect(await central.ledger()).toMatchObject([
      { itemId, status: 'replaced', held: 0, unaccounted: 0 },
      { itemId: replaced.itemId, status: 'active', held: 12 },
    ]);
    await central.withdrawItem({ firmCode: FIRM, itemId: replaced.itemId });
    await deliverAndSettle(central, dongle);
    expect((await central.ledger()).map(({ status }) => status)).toEqual(['replaced', 'withdrawn']);
    expect(dongle.container.run('list', {}).holdings).toEqual([]);
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
  });

  it('is refused while nobody has confirmed the item, and for items that the firm never granted', async () => {
    const central = await scene.central();
    await central.addFirm({ firmCode: 7, name: 'Other' });
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
    const [itemId = expect.fail('nothing was granted')] = itemIds;
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
    await deliverAndSettle(central, dongle);
    await expect(central.withdrawItem({ firmCode: 7, itemId })).rejects.toMatchObject({ code: 'LICENSE_UNKNOWN' });
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).resolves.toMatchObject({ first: 2 });
  });

  it('is refused for a moved item until the context of its new place tells', async () => {
    const { central, dongle, device, itemId } = await loadedDongle();
    const unknown = async (where: string): Promise<void> => {
      const order = { firmCode: FIRM, itemId };
      await expect(central.replaceItem({ ...order, item: seats(11) })).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
      await expect(central.setEnabled({ ...order, enabled: false })).rejects.toMatchObject({
        code: 'PLACE_UNKNOWN',
        details: { where },
      });
    };
    const issued = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 10 }]);
    await report(central, dongle);
    await unknown('3-1');
    for (const update of issued.updates) {
      const { receipt } = device.container.run('apply', { update });
      dongle.container.run('settle', { context: receipt });
    }
    await report(central, dongle);
    await unknown('130-2');
    await report(central, device);
    expect(await central.replaceItem({ firmCode: FIRM, itemId, item: seats(11) })).toMatchObject({ target: '130-2' });
    await deliverAndSettle(central, device);
    expect(device.container.run('list', {}).holdings).toMatchObject([{ quantity: 11 }]);
  });

  it('is refused when somebody else tells of a transfer that its last known place has not told of', async () => {
    const { central, dongle, device, itemId } = await loadedDongle();
    const second = makeContainer('dongle', 3);
    const { issued, reports } = move(dongle, second, [{ holding: holdingOf(dongle), quantity: 10 }]);
    expect([issued.last, reports[0]?.applied]).toEqual([1, 1]);
    move(second, device, [{ holding: holdingOf(second), quantity: 10 }]);
    expect(await report(central, second)).toMatchObject({ contradiction: null });
    expect(await central.where(itemId)).toMatchObject([{ serial: '3-1', quantity: 10 }]);
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
    await report(central, device);
    await report(central, dongle);
    expect(await central.withdrawItem({ firmCode: FIRM, itemId })).toMatchObject({ target: '130-2' });
  });

  it('that the container refuses leaves the item as it was, and the receipt says why', async () => {
    const { central, dongle, device, itemId } = await loadedDongle();
    const { itemId: next } = await central.replaceItem({ firmCode: FIRM, itemId, item: seats(11) });
    order(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
    await deliverAndSettle(central, dongle);
    expect(await central.ledger()).toMatchObject([
      { itemId, status: 'active', held: 9, inTransit: 1 },
      { itemId: next, status: 'refused', refusedFor: 'ITEM_ELSEWHERE', held: 0, unaccounted: 0 },
    ]);
  });
});

describe('a firm as the issuer of a move', () => {
  it('delivers what was granted and settles from the receipt', async () => {
    const central = await scene.central();
    const device = makeContainer('soft', 2);
    await central.addContainer(device.certificate);
    const issuer = centralIssuer(central, FIRM);
    await central.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(3)] });
    const { transit, channels, key } = await issuer.list();
    expect(transit).toMatchObject([{ target: device.key, sequence: 1, cancelled: false }]);
    expect(channels).toMatchObject([{ partner: device.key, issued: 1, settled: 0 }]);
    const certificate = await issuer.certificate();
    const { context } = device.container.run('context', { certificate, firmCode: null });
    const plan = { targetKey: device.key, first: 1, last: 1, parts: [] };
    const answer = await issuer.issue({ context, plan, orderId: ORDER_ID });
    expect(answer).toMatchObject({ first: 1, last: 1, repeated: true });
    for (const update of answer.updates) {
      const { receipt } = device.container.run('apply', { update });
      expect(await issuer.settle(receipt)).toEqual({ entries: [{ sequence: 1, reason: 0 }] });
      expect(await issuer.settle(receipt)).toEqual({ entries: [] });
    }
    expect(device.container.run('list', {}).holdings).toMatchObject([{ quantity: 3 }]);
    expect(device.container.state.partners.has(key)).toBe(true);
  });

  it('gives nothing for the context of another container than was planned for', async () => {
    const central = await scene.central();
    const [device, other] = [makeContainer('soft', 2), makeContainer('soft', 3)];
    for (const { certificate } of [device, other]) await central.addContainer(certificate);
    const issuer = centralIssuer(central, FIRM);
    for (const target of ['130-2', '130-3']) await central.grantItems({ firmCode: FIRM, target, items: [seats(3)] });
    const certificate = await issuer.certificate();
    const { context } = other.container.run('context', { certificate, firmCode: null });
    const plan = { targetKey: device.key, first: 1, last: 1, parts: [] };
    await expect(issuer.issue({ context, plan, orderId: ORDER_ID })).rejects.toMatchObject({
      code: 'TARGET_OTHER',
      details: { found: '130-3' },
    });
  });
});
