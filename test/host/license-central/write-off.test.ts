import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { makeContainer, move, order, seats as seatsOf } from '../../world/parties.ts';
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
    expect(await line()).toMatchObject({ duplicates: 0, surplus: 0, unaccounted: 0 });
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
    const { central, dongle, device, itemId } = await untold();
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 3 }]);
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
    const { central, dongle, device, itemId } = await untold();
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 3 }]);
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

  it('leaves what was settled before where it is, and is refused when nothing else is named', async () => {
    const { central } = await underWay();
    await expect(central.writeOff({ ...LOST, through: 1 })).rejects.toMatchObject({
      code: 'USAGE_WRONG',
      details: { what: 'What 3-1 gave to 130-2 up to 1 is settled, and not in transit' },
    });
    await expect(central.writeOff({ ...LOST, target: '3-1' })).rejects.toMatchObject({ code: 'USAGE_WRONG' });
    await expect(central.writeOff({ ...LOST, target: '130-9' })).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    expect([await central.revocations(), await central.transit(FIRM)]).toEqual([[], []]);
  });

  it('takes a device that the server never heard of by its key, and learns its serial number from its giver', async () => {
    const { central, dongle, itemId } = await underWay();
    const stranger = makeContainer('soft', 8);
    order(dongle, stranger, [{ holding: holdingOf(dongle), quantity: 1 }]);
    expect(await central.writeOff({ ...LOST, target: stranger.key, through: 1 })).toMatchObject({
      targetSerial: null,
      after: 0,
    });
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId)).toEqual({ held: 5, pending: 2 });
    expect(await central.revocations()).toMatchObject([{ containers: [{ key: stranger.key, serial: '130-8' }] }]);
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
    await deliverAndSettle(central, dongle);
    expect(seatsOf(dongle, itemId)).toEqual({ held: 5, pending: 2 });
    arrive();
    move(dongle, device, [{ holding: holdingOf(dongle), quantity: 1 }]);
    for (const one of [dongle, device]) await central.receiveContext(await contextFor(central, one));
    expect(await line()).toMatchObject({ held: 10, duplicates: 0, surplus: 0, unaccounted: 0 });
  });

  it('is planned without doing anything', async () => {
    const { central } = await underWay();
    expect(await central.planWriteOff(LOST)).toMatchObject({
      from: '3-1',
      targetSerial: '130-2',
      after: 1,
      through: 2,
    });
    expect([await central.revocations(), await central.transit(FIRM)]).toEqual([[], []]);
  });
});
