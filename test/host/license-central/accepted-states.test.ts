import { describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, type TestContainer } from '../../world/parties.ts';
import { backedUp, lineOf } from './backup.ts';
import { contextFor, copyOf, deliverAndSettle, FIRM, licenseCentrals, makeBusy } from './scene.ts';

const scene = licenseCentrals();

/** What a container is set back to later: its files as they are now, without its anchor. */
function backup({ parts }: TestContainer): Uint8Array {
  return parts.flash.image();
}

/** The container with its files put back, beside the anchor that went on. */
function setBack(it: TestContainer, image: Uint8Array): TestContainer {
  const parts = { ...it.parts, flash: new MemoryFlash(it.parts.flash.geometry, image) };
  return { ...it, parts, container: Container.open(parts) };
}

function give(from: TestContainer, to: TestContainer, quantity: number): void {
  const { id } = from.container.run('list', {}).holdings[0] ?? expect.fail('nothing is held');
  move(from, to, [{ holding: id, quantity }]);
}

async function tell(central: LicenseCentral, ...tellers: TestContainer[]) {
  const reports = [];
  for (const teller of tellers) reports.push(await central.receiveContext(await contextFor(central, teller)));
  return reports;
}

/** A device had three of ten seats, gave them back, which both told, and was set back to when it had them. */
async function doubled() {
  const { live: central, dongle, device, itemId, restored } = await backedUp(scene);
  give(dongle, device, 3);
  await tell(central, dongle, device);
  const image = backup(device);
  give(device, dongle, 3);
  await tell(central, dongle, device);
  const back = setBack(device, image);
  const accept = async () => central.acceptState(await contextFor(central, back));
  const take = async () => {
    const { update } = await accept();
    return back.container.run('apply', { update }).receipt;
  };
  return { central, dongle, device, back, itemId, accept, take, restored };
}

const ACCEPTED = { granted: 10, held: 13, duplicates: 3, usedAgain: 3, surplus: 0, unaccounted: 0, movedOn: 0 };
const SINGLE = { granted: 10, held: 10, duplicates: 0, usedAgain: 0, surplus: 0, unaccounted: 0, movedOn: 0 };

describe('accepting the state of a container that was set back', () => {
  it('says what would be accepted, and what there would be twice by it, and does nothing yet', async () => {
    const { central, back, itemId, accept } = await doubled();
    const items = [{ itemId, productCode: 1001, text: 'Product 1001', seats: 3, beyond: 3 }];
    expect(await central.planAccept(await contextFor(central, back))).toMatchObject({ serial: '130-2', items });
    expect(await lineOf(central, itemId)).toMatchObject(SINGLE);
    expect(await accept()).toMatchObject({ items, update: expect.any(Uint8Array) });
    expect(await accept()).toMatchObject({ items, update: expect.any(Uint8Array) });
  });

  it('says so, too, while another device that has seats never told', async () => {
    const { central, dongle, back, itemId, accept } = await doubled();
    give(dongle, makeContainer('soft', 7), 4);
    await tell(central, dongle);
    expect(await accept()).toMatchObject({ items: [{ itemId, seats: 3, beyond: 3 }] });
    expect(await lineOf(central, itemId)).toMatchObject(ACCEPTED);
    expect(back.container.run('list', {}).holdings).toMatchObject([{ quantity: 3 }]);
  });

  it('shows its seats as duplicates that the vendor accepted, at once and after its receipt', async () => {
    const { central, dongle, back, itemId, take } = await doubled();
    const receipt = await take();
    expect(await lineOf(central, itemId)).toMatchObject(ACCEPTED);
    expect(await central.receiveContext(receipt)).toMatchObject({ duplicates: [{ itemId, quantity: 3 }], surplus: [] });
    await tell(central, dongle, back);
    const { places, ...line } = await lineOf(central, itemId);
    expect(line).toMatchObject(ACCEPTED);
    expect(places.map(({ serial, quantity, leftSince }) => [serial, quantity, leftSince])).toEqual([
      ['130-2', 3, 0],
      ['3-1', 10, 0],
    ]);
  });

  it('is not undone by what the container told in its later state and that comes late', async () => {
    const { central, device, itemId, take } = await doubled();
    makeBusy(device);
    const late = await contextFor(central, device);
    await central.receiveContext(await take());
    await central.receiveContext(late);
    expect(await lineOf(central, itemId)).toMatchObject(ACCEPTED);
  });

  it('doubles nothing while nothing had left the container, and when it is back in its later state instead', async () => {
    const { live: central, dongle, device, itemId } = await backedUp(scene);
    give(dongle, device, 3);
    await tell(central, dongle, device);
    const image = backup(device);
    makeBusy(device);
    const back = setBack(device, image);
    const { items } = await central.acceptState(await contextFor(central, back));
    expect(items).toMatchObject([{ seats: 3, beyond: 0 }]);
    expect(await lineOf(central, itemId)).toMatchObject(SINGLE);
    give(device, dongle, 3);
    await tell(central, device, dongle);
    expect(await lineOf(central, itemId)).toMatchObject(SINGLE);
  });

  it('is known again from a receipt to a server that was restored and has forgotten it', async () => {
    const { restored, dongle, back, itemId, take } = await doubled();
    await take();
    const central = await restored();
    await central.restored(FIRM);
    await tell(central, dongle, back);
    expect(await lineOf(central, itemId)).toMatchObject(ACCEPTED);
  });

  it('lets the license be withdrawn where it is whole; what is used again stays, as a duplicate', async () => {
    const { central, dongle, back, itemId, take } = await doubled();
    await central.receiveContext(await take());
    await tell(central, dongle, back);
    expect(await central.withdrawItem({ firmCode: FIRM, itemId })).toMatchObject({ target: '3-1' });
    await deliverAndSettle(central, dongle);
    expect(await lineOf(central, itemId)).toMatchObject({
      status: 'withdrawn',
      held: 3,
      duplicates: 3,
      surplus: 0,
    });
  });

  it('refuses to withdraw a license of which seats stay where they are, and says so', async () => {
    const { live: central, dongle, device, itemId } = await backedUp(scene);
    give(dongle, device, 3);
    const image = backup(device);
    makeBusy(device);
    const back = setBack(device, image);
    await central.acceptState(await contextFor(central, back));
    await tell(central, dongle);
    await expect(central.withdrawItem({ firmCode: FIRM, itemId })).rejects.toMatchObject({
      code: 'SEATS_RETIRED',
      details: { seats: 3, where: '130-2' },
    });
  });

  it('hides no seats that a copy gave beside those that were accepted', async () => {
    const { central, dongle, itemId, take } = await doubled();
    await central.receiveContext(await take());
    const [copy, one, other] = [copyOf(dongle), makeContainer('soft', 7), makeContainer('soft', 8)];
    give(dongle, one, 7);
    give(copy, other, 7);
    await tell(central, one, other, dongle, copy);
    expect(await lineOf(central, itemId)).toMatchObject({ held: 20, duplicates: 3, surplus: 7 });
  });
});
