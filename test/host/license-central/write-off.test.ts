import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, order, seats as seatsOf, type TestContainer } from '../../world/parties.ts';
import { contextFor, deliver, deliverAndSettle, FIRM, holdingOf, licenseCentrals, seats } from './scene.ts';
import { signerOf } from './stolen-secrets.ts';

const scene = licenseCentrals();
const LOST = { firmCode: FIRM, from: '3-1', target: '130-2', through: 2 };

/** A dongle with ten seats, and a device of which the server was told nothing yet. */
async function untold() {
  const central = await scene.central();
  const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
  for (const { certificate } of [dongle, device]) await central.addContainer(certificate);
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(10)] });
  await deliverAndSettle(central, dongle);
  return { central, dongle, device, itemId: itemIds[0] ?? expect.fail('nothing was granted') };
}

/** The same: three seats are with the device, which the server knows, and two are in transit to it. */
async function underWay() {
  const { central, dongle, device, itemId } = await untold();
  move(dongle, device, [{ holding: holdingOf(dongle), quantity: 3 }]);
  const { updates } = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
  for (const one of [dongle, device]) await central.receiveContext(await contextFor(central, one));
  const line = async () => (await central.ledger())[0] ?? expect.fail('there is one grant');
  const arrive = () => updates.map((update) => device.container.run('apply', { update }));
  const writtenOff = async (): Promise<void> => {
    await central.writeOff(LOST);
    await deliverAndSettle(central, dongle);
  };
  return { central, dongle, device, itemId, line, arrive, writtenOff };
}

/** The same as `untold`: the server heard that three seats are in transit, and the dongle has settled them since. */
async function settledSince() {
  const world = await untold();
  const { updates } = order(world.dongle, world.device, [{ holding: holdingOf(world.dongle), quantity: 3 }]);
  await tell(world.central, world.dongle);
  for (const update of updates) {
    const { receipt: context } = world.device.container.run('apply', { update });
    world.dongle.container.run('settle', { context });
  }
  return world;
}

const tell = async (central: LicenseCentral, one: TestContainer) =>
  central.receiveContext(await contextFor(central, one));

describe('a write-off of a device that is lost', () => {
  it('gives the dongle back what is in transit to it, and puts the device on the list of the firm', async () => {
    const { central, dongle, device, itemId, line } = await underWay();
    expect(await central.writeOff(LOST)).toMatchObject({
      from: '3-1',
      target: device.key,
      targetSerial: '130-2',
      after: 1,
      through: 2,
      sequence: 2,
    });
    expect(await line()).toMatchObject({ held: 8, inTransit: 2 });
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId)).toEqual({ held: 7, pending: 0 });
    expect(await line()).toMatchObject({ held: 10, inTransit: 0, duplicates: 0, surplus: 0 });
    expect(await central.revocations()).toMatchObject([{ firmCode: FIRM, containers: [{ serial: '130-2' }] }]);
  });

  it('shows what the device had applied as a duplicate as soon as the device tells, and as no surplus', async () => {
    const { central, device, itemId, line, arrive, writtenOff } = await underWay();
    arrive();
    await writtenOff();
    expect(await line()).toMatchObject({ held: 10, duplicates: 0, surplus: 0 });
    const told = await central.receiveContext(await contextFor(central, device));
    expect(told).toMatchObject({ duplicates: [{ itemId, quantity: 2 }], surplus: [], contradiction: null });
    expect(await line()).toMatchObject({ held: 12, duplicates: 2, surplus: 0, unaccounted: 0 });
  });

  it('shows it just so when the dongle has settled the late receipt, and whoever tells first', async () => {
    const { central, dongle, device, line, arrive, writtenOff } = await underWay();
    const receipts = arrive().map(({ receipt }) => receipt);
    await writtenOff();
    for (const context of receipts) dongle.container.run('settle', { context });
    await central.receiveContext(await contextFor(central, dongle));
    expect(await line()).toMatchObject({ held: 12, duplicates: 2, surplus: 0, unaccounted: 0 });
    await central.receiveContext(await contextFor(central, device));
    expect(await line()).toMatchObject({ held: 12, duplicates: 2, surplus: 0, unaccounted: 0 });
  });

  it('counts nothing twice when the device tells before the dongle has heard of the write-off', async () => {
    const { central, dongle, device, line, arrive } = await underWay();
    arrive();
    await central.writeOff(LOST);
    await central.receiveContext(await contextFor(central, device));
    expect(await line()).toMatchObject({ held: 10, inTransit: 0, duplicates: 0, surplus: 0 });
    await deliverAndSettle(central, dongle);
    expect(await line()).toMatchObject({ held: 12, duplicates: 2, surplus: 0 });
  });

  it('shows it as a duplicate of a license that was withdrawn from the dongle since, too', async () => {
    const { central, dongle, device, itemId } = await untold();
    const { updates } = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
    for (const update of updates) device.container.run('apply', { update });
    await tell(central, dongle);
    await central.writeOff({ ...LOST, through: 1 });
    await deliverAndSettle(central, dongle);
    await central.withdrawItem({ firmCode: FIRM, itemId });
    await deliverAndSettle(central, dongle);
    const told = await central.receiveContext(await contextFor(central, device));
    expect(told).toMatchObject({ duplicates: [{ itemId, quantity: 2 }], surplus: [], contradiction: null });
  });

  it('raises no alarm when what was applied comes back another way and goes on, after the license was withdrawn', async () => {
    const { central, dongle, device, itemId } = await untold();
    const [lost, between] = [makeContainer('dongle', 5), makeContainer('dongle', 6)];
    const { updates } = order(dongle, lost, [{ holding: holdingOf(dongle), quantity: 2 }]);
    for (const update of updates) lost.container.run('apply', { update });
    await tell(central, dongle);
    await central.writeOff({ ...LOST, target: lost.key, through: 1 });
    await deliverAndSettle(central, dongle);
    await central.withdrawItem({ firmCode: FIRM, itemId });
    await deliverAndSettle(central, dongle);
    for (const [from, to] of [
      [lost, between],
      [between, dongle],
      [dongle, device],
    ] as const)
      move(from, to, [{ holding: holdingOf(from), quantity: 2 }]);
    expect(seatsOf(device, itemId).held).toBe(2);
    for (const one of [device, dongle, between, lost])
      expect(await central.receiveContext(await contextFor(central, one))).toMatchObject({ surplus: [] });
    expect((await central.ledger())[0]).toMatchObject({ held: 2, duplicates: 2, surplus: 0 });
  });

  it('excuses no further seats', async () => {
    const { central, device, itemId, line, arrive, writtenOff } = await underWay();
    arrive();
    await writtenOff();
    await central.receiveContext(await contextFor(central, device));
    const holding = { itemId, quantity: 9, pending: 0, units: null, usageStart: null, enabled: true };
    const told = await signerOf(device).context(central, 1, { complete: true, holdings: [holding], logFirst: 3 });
    expect(await central.receiveContext(told)).toMatchObject({
      duplicates: [{ itemId, quantity: 2 }],
      surplus: [{ itemId, quantity: 4 }],
    });
    expect(await line()).toMatchObject({ held: 16, duplicates: 2, surplus: 4 });
  });

  it('excuses nothing that the dongle had settled before it heard of it, though nobody had told the server', async () => {
    const { central, dongle, device, itemId } = await settledSince();
    order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
    await central.writeOff(LOST);
    await deliverAndSettle(central, dongle);
    const honest = await central.receiveContext(await contextFor(central, device));
    expect(honest).toMatchObject({ duplicates: [], surplus: [], contradiction: null });
    const holding = { itemId, quantity: 6, pending: 0, units: null, usageStart: null, enabled: true };
    const told = await signerOf(device).context(central, 1, { complete: true, holdings: [holding], logFirst: 2 });
    expect(await central.receiveContext(told)).toMatchObject({ duplicates: [], surplus: [{ itemId, quantity: 3 }] });
  });

  it('knows a duplicate from that also when the dongle tells first after it settled the late receipt', async () => {
    const { central, dongle, device, itemId } = await settledSince();
    const { updates } = order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
    const receipts = updates.map((update) => device.container.run('apply', { update }).receipt);
    await central.writeOff(LOST);
    await deliver(central, dongle);
    for (const context of receipts) dongle.container.run('settle', { context });
    await central.receiveContext(await contextFor(central, dongle));
    const told = await central.receiveContext(await contextFor(central, device));
    expect(told).toMatchObject({ duplicates: [{ itemId, quantity: 2 }], surplus: [], contradiction: null });
    const holding = { itemId, quantity: 6, pending: 0, units: null, usageStart: null, enabled: true };
    const more = await signerOf(device).context(central, 1, { complete: true, holdings: [holding], logFirst: 3 });
    expect(await central.receiveContext(more)).toMatchObject({
      duplicates: [{ itemId, quantity: 2 }],
      surplus: [{ itemId, quantity: 1 }],
    });
  });

  it('makes what the device passes on refused where the list came', async () => {
    const { dongle, device, arrive, writtenOff } = await underWay();
    arrive();
    await writtenOff();
    const back = order(device, dongle, [{ holding: holdingOf(device), quantity: 1 }]);
    const reasons = back.updates.flatMap((update) => dongle.container.run('apply', { update }).entries);
    expect(reasons).toMatchObject([{ reason: CATALOGUE.SENDER_REVOKED.number }]);
  });

  it('that names more than the dongle ever gave is refused by it, and what is given later is no duplicate', async () => {
    const { central, dongle, device, itemId, line, arrive } = await underWay();
    await central.writeOff({ ...LOST, through: 9 });
    await central.revoke({ list: FIRM, target: '130-2', lift: true });
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId)).toEqual({ held: 5, pending: 2 });
    arrive();
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
    for (const one of [dongle, device]) await central.receiveContext(await contextFor(central, one));
    expect(await line()).toMatchObject({ held: 10, duplicates: 0, surplus: 0, unaccounted: 0 });
  });

  it('is planned without doing anything, and says what is in transit by the word of its giver, and how old that is', async () => {
    const { central, device, itemId, arrive } = await underWay();
    const inTransit = [{ itemId, quantity: 2, productCode: 1001, text: 'Product 1001' }];
    const heardAt = (await central.where())[0]?.toldAt;
    const plan = { from: '3-1', targetSerial: '130-2', after: 1, through: 2, heardAt, whole: true, inTransit };
    expect(await central.planWriteOff(LOST)).toMatchObject({ ...plan, applied: [], targetHeardAt: heardAt });
    arrive();
    await tell(central, device);
    expect(await central.planWriteOff(LOST)).toMatchObject({ ...plan, applied: inTransit });
    expect([await central.revocations(), await central.transit(FIRM)]).toEqual([[], []]);
  });
});

describe('a write-off that cannot be meant', () => {
  const nothingDone = async (central: LicenseCentral): Promise<void> =>
    expect([await central.revocations(), await central.transit(FIRM)]).toEqual([[], []]);

  /** Refused alike by the plan and by the order itself, with nothing done. */
  async function refused(central: LicenseCentral, change: Partial<typeof LOST>, error: object): Promise<void> {
    const wanted = { ...LOST, ...change };
    await expect(central.planWriteOff(wanted)).rejects.toMatchObject(error);
    await expect(central.writeOff(wanted)).rejects.toMatchObject(error);
    await nothingDone(central);
  }

  it('names what was settled before', async () => {
    const { central } = await underWay();
    const why = 'what it gave up to sequence 1 is settled';
    await refused(central, { through: 1 }, { code: 'WRITE_OFF_NOTHING', details: { target: '130-2', why } });
  });

  it('names one container twice, or a giver that nobody knows', async () => {
    const { central } = await underWay();
    await refused(central, { target: '3-1' }, { code: 'USAGE_WRONG' });
    await refused(central, { from: '3-7' }, { code: 'TARGET_UNKNOWN' });
  });

  it('names the two the wrong way round, whether or not the device ever told', async () => {
    const { central } = await underWay();
    const swapped = { code: 'WRITE_OFF_SWAPPED', details: { from: '130-2', target: '3-1' } };
    await refused(central, { from: '130-2', target: '3-1' }, swapped);
    const other = await untold();
    order(other.dongle, other.device, [{ holding: holdingOf(other.dongle), quantity: 1 }]);
    await tell(other.central, other.dongle);
    await refused(other.central, { from: '130-2', target: '3-1', through: 1 }, swapped);
  });

  it('is about a giver that told of nothing in transit, and becomes possible by its fresh context', async () => {
    const { central, dongle, device } = await untold();
    order(dongle, device, [{ holding: holdingOf(dongle), quantity: 2 }]);
    const why = expect.stringContaining('nothing is in transit from it');
    await refused(central, { through: 1 }, { code: 'WRITE_OFF_NOTHING', details: { why } });
    await tell(central, dongle);
    expect(await central.writeOff({ ...LOST, through: 1 })).toMatchObject({ inTransit: [{ quantity: 2 }] });
  });

  it('is about a giver that never told anything', async () => {
    const { central, device } = await untold();
    const other = makeContainer('dongle', 5);
    await central.addContainer(other.certificate);
    await refused(central, { from: '3-5' }, { code: 'WRITE_OFF_UNTOLD', details: { from: '3-5', target: '130-2' } });
    await refused(central, { from: '130-2', target: '3-5' }, { code: 'WRITE_OFF_UNTOLD' });
    expect(device.container.run('list', {}).holdings).toEqual([]);
  });

  it('names a live device, while all that is in transit is known to be with others', async () => {
    const { central, device, arrive } = await underWay();
    const live = makeContainer('soft', 4);
    await central.addContainer(live.certificate);
    arrive();
    await tell(central, device);
    const why = expect.stringContaining('nothing is in transit from it but what others are known to have');
    await refused(central, { target: '130-4', through: 1 }, { code: 'WRITE_OFF_NOTHING', details: { why } });
  });

  it('goes beyond the last sequence, where all that is in transit is known', async () => {
    const { central, device, arrive } = await underWay();
    arrive();
    await tell(central, device);
    await refused(central, { through: 7 }, { code: 'WRITE_OFF_BEYOND', details: { last: 2, through: 7 } });
    expect(await central.writeOff(LOST)).toMatchObject({ applied: [{ quantity: 2 }] });
  });

  it('names a container of which the giver told nothing, until its context names it', async () => {
    const { central, dongle, itemId } = await underWay();
    const stranger = makeContainer('soft', 8);
    order(dongle, stranger, [{ holding: holdingOf(dongle), quantity: 1 }]);
    for (const target of ['130-8', stranger.key])
      await refused(central, { target, through: 1 }, { code: 'WRITE_OFF_UNTOLD', details: { from: '3-1' } });
    await tell(central, dongle);
    const plan = await central.writeOff({ ...LOST, target: stranger.key, through: 1 });
    expect(plan).toMatchObject({ targetSerial: '130-8', after: 0, targetHeardAt: null });
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId)).toEqual({ held: 5, pending: 2 });
  });

  it('may name a container by its key where its giver has no room to tell of all', async () => {
    const { central, dongle, itemId } = await underWay();
    const target = makeContainer('soft', 8).key;
    const holding = { itemId, quantity: 4, pending: 3, units: null, usageStart: null, enabled: true };
    const cut = await signerOf(dongle).context(central, 1, { complete: true, holdings: [holding], logFirst: 9 });
    await central.receiveContext(cut);
    const order = { ...LOST, target, through: 1 };
    expect(await central.planWriteOff(order)).toMatchObject({ targetSerial: null, whole: false });
  });

  it('is for a giver that takes no file', async () => {
    const { central } = await underWay();
    await central.restored(FIRM);
    await refused(central, {}, { code: 'EPOCH_NEEDED' });
    const other = await underWay();
    await other.central.revoke({ list: 'root', target: '3-1' });
    await expect(other.central.planWriteOff(LOST)).rejects.toMatchObject({ code: 'CERTIFICATE_REVOKED' });
  });
});
