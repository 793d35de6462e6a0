import path from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { SIGNED_KINDS } from '../../../container/files/envelope.ts';
import { signFirmRevocations, signRootRevocations } from '../../../container/files/notices.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { FORMAT, LEAST_LARGEST_RECORD } from '../../../container/model/limits.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { ROOT_LIST } from '../../../host/license-central/tables.ts';
import { crypto, makeContainer, move, order, root, seededEnv, type TestContainer } from '../../world/parties.ts';
import { backedUp } from './backup.ts';
import { contextFor, deliver, deliverAndSettle, FIRM, holdingOf, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();

/** A server, a dongle with ten seats, and a device that has had two of them and a license of its own. */
async function loaded() {
  const central = await scene.central();
  const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
  for (const { certificate } of [dongle, device]) await central.addContainer(certificate);
  await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(10)] });
  await central.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(1, 1002)] });
  for (const one of [dongle, device]) await deliverAndSettle(central, one);
  move(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
  return { central, dongle, device };
}

/** How the device ends the next seat of the dongle: 0 when it takes it. */
function passOn(dongle: TestContainer, device: TestContainer): readonly number[] {
  const { updates } = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
  return updates.flatMap((update) => device.container.run('apply', { update }).entries.map(({ reason }) => reason));
}

/** The server as it was at the backup, later, with a fresh context of the device. */
async function afterLoss(
  restored: (name: string, now: number) => Promise<LicenseCentral>,
  device: TestContainer,
): Promise<LicenseCentral> {
  const central = await restored('restored', 800_000_100);
  await central.restored(FIRM);
  await central.receiveContext(await contextFor(central, device));
  return central;
}

describe('a container on the list of a firm', () => {
  it('is refused as a sender wherever an update file of the firm came, until it is taken off again', async () => {
    const { central, dongle, device } = await loaded();
    const list = await central.revoke({ list: FIRM, target: '3-1' });
    expect(list).toMatchObject({ firmCode: FIRM, containers: [{ key: dongle.key, serial: '3-1' }] });
    expect(passOn(dongle, device)).toEqual([0]);
    await deliver(central, device);
    expect(passOn(dongle, device)).toEqual([CATALOGUE.SENDER_REVOKED.number]);
    const lifted = await central.revoke({ list: FIRM, target: '3-1', lift: true });
    expect(lifted).toMatchObject({ version: list.version + 1, containers: [] });
    await deliver(central, device);
    expect(passOn(dongle, device)).toEqual([0]);
  });

  it('is listed once, and being put on or taken off again changes nothing', async () => {
    const { central } = await loaded();
    expect(await central.revocations()).toEqual([]);
    expect(await central.revoke({ list: FIRM, target: '3-1', lift: true })).toMatchObject({ version: 0 });
    const [first, again] = [
      await central.revoke({ list: FIRM, target: '3-1' }),
      await central.revoke({ list: FIRM, target: '3-1' }),
    ];
    expect(again).toEqual(first);
    expect(await central.revocations()).toEqual([first]);
    await expect(central.revoke({ list: FIRM, target: '3-7' })).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    await expect(central.revoke({ list: 7, target: '3-1' })).rejects.toMatchObject({ code: 'FIRM_UNKNOWN' });
  });

  it('is on the newer list when the server forgot lists that it had signed before it was restored', async () => {
    const { live, restored, dongle, device } = await backedUp(scene, (central) =>
      central.addContainer(makeContainer('soft', 2).certificate),
    );
    await live.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(1, 1002)] });
    for (const lift of [false, true, false, true]) await live.revoke({ list: FIRM, target: '3-1', lift });
    await deliver(live, device);
    const central = await afterLoss(restored, device);
    await central.revoke({ list: FIRM, target: '3-1' });
    await deliver(central, device);
    expect(passOn(dongle, device)).toEqual([CATALOGUE.SENDER_REVOKED.number]);
  });

  it('is on a newer list when it is put on again by a server that knows it there and forgot that it was taken off', async () => {
    const { live, restored, dongle, device } = await backedUp(scene, async (central) => {
      await central.addContainer(makeContainer('soft', 2).certificate);
      await central.revoke({ list: FIRM, target: '3-1' });
    });
    await live.revoke({ list: FIRM, target: '3-1', lift: true });
    await live.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(1, 1002)] });
    await deliver(live, device);
    expect(passOn(dongle, device)).toEqual([0]);
    const central = await afterLoss(restored, device);
    const list = await central.revoke({ list: FIRM, target: '3-1' });
    expect(list).toMatchObject({ containers: [{ serial: '3-1' }] });
    await deliver(central, device);
    expect(passOn(dongle, device)).toEqual([CATALOGUE.SENDER_REVOKED.number]);
  });

  it('is let go by a restored server that does not know it there, and stays on the forgotten list until then', async () => {
    const { live, restored, dongle, device } = await backedUp(scene, (central) =>
      central.addContainer(makeContainer('soft', 2).certificate),
    );
    await live.revoke({ list: FIRM, target: '3-1' });
    await live.grantItems({ firmCode: FIRM, target: '130-2', items: [seats(1, 1002)] });
    await deliver(live, device);
    const central = await afterLoss(restored, device);
    await deliver(central, device);
    expect(passOn(dongle, device)).toEqual([CATALOGUE.SENDER_REVOKED.number]);
    await central.revoke({ list: FIRM, target: '3-1', lift: true });
    await deliver(central, device);
    expect(passOn(dongle, device)).toEqual([0]);
  });
});

describe('a container to which a firm gives nothing', () => {
  const REVOKED = { code: 'TARGET_REVOKED', details: { target: '130-2', firm: FIRM } };
  const order = { firmCode: FIRM, target: '130-2', items: [seats(1)], name: 'PO-1' };

  it('gets no licenses of that firm, new or in the place of others, until it is taken off; of another firm it does', async () => {
    const { central, device } = await loaded();
    await central.addFirm({ firmCode: 77, name: 'Other' });
    const [line] = await central.ledger();
    const itemId = line?.itemId ?? expect.fail('nothing was granted');
    await central.revoke({ list: FIRM, target: '130-2' });
    await expect(central.grantItems(order)).rejects.toMatchObject(REVOKED);
    await expect(central.replaceItem({ firmCode: FIRM, itemId, item: seats(10) })).rejects.toMatchObject(REVOKED);
    expect(await central.transit(FIRM)).toEqual([]);
    await expect(central.grantItems({ ...order, firmCode: 77 })).resolves.toMatchObject({ repeated: false });
    await central.revoke({ list: FIRM, target: '130-2', lift: true });
    await central.receiveContext(await contextFor(central, device));
    await expect(central.grantItems(order)).resolves.toMatchObject({ repeated: false });
    await central.revoke({ list: FIRM, target: '130-2' });
    await expect(central.grantItems(order)).resolves.toMatchObject({ repeated: true });
  });

  it('is still told what takes its licenses away', async () => {
    const { central } = await loaded();
    const itemId = (await central.ledger())[0]?.itemId ?? expect.fail('nothing was granted');
    await central.revoke({ list: FIRM, target: '130-2' });
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).resolves.toMatchObject({ target: '130-2' });
  });
});

describe('a list that is signed after a restoring', () => {
  const NOW = 800_000_000;
  const DAY = 86_400;

  /** A server with a device on its list, as often changed, that is lost; whether the next one's list is news to the dongle. */
  async function isNews({ changes, ahead, restorings = 1 }: { changes: number; ahead: number; restorings?: number }) {
    const { restored, dongle, device } = await backedUp(scene);
    const live = await restored('live', NOW + ahead);
    await live.addContainer(device.certificate);
    for (let n = 0; n < changes; n++) await live.revoke({ list: FIRM, target: '130-2', lift: n % 2 === 1 });
    await deliver(live, dongle);
    const central = await restored('restored', NOW + 100);
    for (let n = 0; n < restorings; n++) await central.restored(FIRM);
    await central.receiveContext(await contextFor(central, dongle));
    const list = await central.revoke({ list: FIRM, target: device.key });
    const [update = expect.fail('there is one')] = await central.updatesFor({ firmCode: FIRM, target: '3-1' });
    const [notice] = dongle.container.run('apply', { update }).notices;
    return { list, isNew: notice?.isNew };
  }

  it('is news where more changes are forgotten than seconds have passed', async () => {
    expect(await isNews({ changes: 200, ahead: 0 })).toMatchObject({ isNew: true });
  });

  it('is news where the clock of the lost server was a year ahead', async () => {
    expect(await isNews({ changes: 2, ahead: 365 * DAY })).toMatchObject({ isNew: true });
  });

  it('is none where it was ten years ahead, until its vendor has said often enough that it was restored', async () => {
    expect(await isNews({ changes: 2, ahead: 3_650 * DAY })).toMatchObject({ isNew: false });
    expect(await isNews({ changes: 2, ahead: 3_650 * DAY, restorings: 10 })).toMatchObject({ isNew: true });
  });

  it('leaves room for later ones, however often it was restored and changed', async () => {
    const { restored } = await backedUp(scene);
    const central = await restored('restored', NOW);
    for (let n = 0; n < 200; n++) await central.restored(FIRM);
    const target = 'ab'.repeat(32);
    const { version } = await central.revoke({ list: FIRM, target });
    expect(version).toBeLessThan(0xffff_ffff - 1_000_000_000);
    expect(await central.revoke({ list: FIRM, target })).toMatchObject({ version: version + 1 });
  });
});

describe('a container that the server does not know', () => {
  it('is put on the list by its key, as one that was stolen and that a restored server has forgotten', async () => {
    const { live, restored, dongle } = await backedUp(scene);
    const [stolen, other] = [makeContainer('dongle', 7), makeContainer('soft', 8)];
    await live.addContainer(stolen.certificate);
    await live.grantItems({ firmCode: FIRM, target: stolen.key, items: [seats(5)] });
    await deliverAndSettle(live, stolen);
    await live.revoke({ list: FIRM, target: '3-7' });
    await deliver(live, dongle);
    const central = await afterLoss(restored, dongle);
    await central.addContainer(other.certificate);
    await expect(central.revoke({ list: FIRM, target: '3-7' })).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    expect(await central.revoke({ list: FIRM, target: stolen.key })).toMatchObject({
      containers: [{ key: stolen.key, serial: null }],
    });
    await central.revoke({ list: FIRM, target: '130-8' });
    await deliver(central, dongle);
    expect(passOn(stolen, dongle)).toEqual([CATALOGUE.SENDER_REVOKED.number]);
  });

  it('is taken off by its key, as one that nobody has', async () => {
    const { central } = await loaded();
    const target = 'ab'.repeat(32);
    for (const list of [FIRM, 'root'] as const) {
      expect(await central.revoke({ list, target })).toMatchObject({ containers: [{ key: target, serial: null }] });
      expect(await central.revoke({ list, target, lift: true })).toMatchObject({ containers: [] });
    }
  });
});

describe('a container on the list of the root', () => {
  it('gets nothing, and no file of it is taken any more, until it is taken off again', async () => {
    const { central, dongle } = await loaded();
    const told = await contextFor(central, dongle);
    expect(await central.revoke({ list: 'root', target: '3-1' })).toMatchObject({ firmCode: null });
    const revoked = { code: 'CERTIFICATE_REVOKED', details: { who: '3-1' } };
    await expect(central.receiveContext(told)).rejects.toMatchObject(revoked);
    await expect(central.addContainer(dongle.certificate)).rejects.toMatchObject(revoked);
    const order = { firmCode: FIRM, target: '3-1', items: [seats(1)] };
    await expect(central.grantItems(order)).rejects.toMatchObject(revoked);
    await expect(central.unblock({ firmCode: FIRM, target: '3-1' })).rejects.toMatchObject(revoked);
    await central.revoke({ list: 'root', target: '3-1', lift: true });
    await expect(central.receiveContext(told)).resolves.toMatchObject({ contradiction: null });
  });

  it('is on a newer list after a restoring, however it was before, since that of the root may be forgotten, too', async () => {
    const { restored } = await backedUp(scene, (central) => central.revoke({ list: 'root', target: '3-1' }));
    const central = await restored('restored', 800_000_100);
    const [known] = await central.revocations();
    expect(await central.revoke({ list: 'root', target: '3-1' })).toEqual(known);
    await central.restored(FIRM);
    const again = await central.revoke({ list: 'root', target: '3-1' });
    expect(again).toEqual({ ...known, version: expect.any(Number) });
    expect(again.version).toBeGreaterThan(800_000_100);
  });

  it('is refused by every container that has an update file of any firm', async () => {
    const { central, dongle, device } = await loaded();
    const other = { firmCode: 77, name: 'Other' };
    await central.addFirm(other);
    await central.revoke({ list: 'root', target: '3-1' });
    const updates = await central.updatesFor({ firmCode: 77, target: '130-2' });
    for (const update of updates) device.container.run('apply', { update });
    expect(() => passOn(dongle, device)).toThrowError(expect.objectContaining({ code: 'CERTIFICATE_REVOKED' }));
  });
});

describe('a list of revocations', () => {
  /** Puts a list into the database, as if so many had been revoked one by one. */
  function store(folder: string, firmCode: number, count: number): void {
    const env = seededEnv(`keys ${firmCode}`);
    const content = { version: 5, keys: Array.from({ length: count }, () => toHex(env.random(32)) as PublicKey) };
    const raw =
      firmCode === ROOT_LIST
        ? signRootRevocations(crypto, root.seed, content)
        : signFirmRevocations(crypto, env.random(32), { firmCode, ...content });
    const database = new Database(path.join(folder, 'central.sqlite'));
    database.prepare('insert into revocations values (?, ?, ?)').run(firmCode, content.version, Buffer.from(raw));
    database.close();
  }

  it('has an end, at which it stays as it is', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    await central.addContainer(makeContainer('dongle', 1).certificate);
    store(folder, FIRM, FORMAT.revokedKeys);
    await expect(central.revoke({ list: FIRM, target: '3-1' })).rejects.toMatchObject({
      code: 'REVOCATIONS_FULL',
      details: { list: `The list of firm ${FIRM}`, limit: FORMAT.revokedKeys },
    });
    expect((await central.revocations()).map(({ version }) => version)).toEqual([5]);
  });

  it('that has no room beside another one has a file of its own, and licenses do not wait for it', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    const dongle = makeContainer('dongle', 5, { size: 384 * 1024 });
    await central.addContainer(dongle.certificate);
    for (const firmCode of [ROOT_LIST, FIRM]) store(folder, firmCode, 600);
    await central.grantItems({ firmCode: FIRM, target: '3-5', items: [seats(1)] });
    const updates = await central.updatesFor({ firmCode: FIRM, target: '3-5' });
    expect(Math.max(...updates.map(({ length }) => length))).toBeLessThanOrEqual(LEAST_LARGEST_RECORD.dongle);
    const reports = updates.map((update) => dongle.container.run('apply', { update }));
    expect(reports.map(({ entries, notices }) => [entries.length, notices.map(({ kind }) => kind)])).toEqual([
      [1, [SIGNED_KINDS.rootRevocations]],
      [0, [SIGNED_KINDS.firmRevocations]],
    ]);
  });

  it('that no file for a container has room for is left out of them', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    const dongle = makeContainer('dongle', 5, { size: 384 * 1024 });
    await central.addContainer(dongle.certificate);
    store(folder, FIRM, FORMAT.revokedKeys);
    await central.grantItems({ firmCode: FIRM, target: '3-5', items: [seats(1)] });
    const updates = await central.updatesFor({ firmCode: FIRM, target: '3-5' });
    const reports = updates.map((update) => dongle.container.run('apply', { update }));
    expect(reports.map(({ entries, notices }) => [entries.length, notices])).toEqual([[1, []]]);
  });
});
