import { describe, expect, it } from 'vitest';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, move, order, type TestContainer } from '../../world/parties.ts';
import { contextFor, copyOf, deliverAndSettle, FIRM, holdingOf, licenseCentrals, makeBusy, seats } from './scene.ts';

const scene = licenseCentrals();

/** A dongle with ten seats; a device got six of them, and another one six of its copy. */
async function copied() {
  const central = await scene.central();
  const dongle = makeContainer('dongle', 1);
  const [device, other] = [makeContainer('soft', 2), makeContainer('soft', 3)];
  await central.addContainer(dongle.certificate);
  await central.grantItems({ firmCode: FIRM, target: dongle.key, items: [seats(10)] });
  await deliverAndSettle(central, dongle);
  const copy = copyOf(dongle);
  makeBusy(copy);
  move(dongle, device, [{ holding: holdingOf(dongle), quantity: 6 }]);
  move(copy, other, [{ holding: holdingOf(copy), quantity: 6 }]);
  return { central, dongle, copy, device, other };
}

/** Gives one seat on. */
function give(from: TestContainer, to: TestContainer): void {
  order(from, to, [{ holding: holdingOf(from), quantity: 1 }]);
}

const tell = async (central: LicenseCentral, teller: TestContainer) =>
  central.receiveContext(await contextFor(central, teller));

const surplus = async (central: LicenseCentral) => (await central.ledger()).map((line) => line.surplus);

describe('a container that a partner proved to be set back', () => {
  it('says so to its vendor, who gives it nothing more and counts the seats that it gave twice', async () => {
    const { central, copy, device, other } = await copied();
    for (const it of [device, other]) await tell(central, it);
    expect(await tell(central, copy)).toMatchObject({ contradiction: null });
    expect(await surplus(central)).toEqual([0]);
    expect(() => give(copy, device)).toThrow(expect.objectContaining({ code: 'SELF_ROLLED_BACK' }));
    expect(await tell(central, copy)).toMatchObject({ contradiction: 'a partner proved to it that it was set back' });
    expect(await surplus(central)).toEqual([2]);
    const more = { firmCode: FIRM, target: copy.key, items: [seats(1)] };
    await expect(central.grantItems(more)).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
    expect((await central.evidence()).map(({ container }) => container)).toContain(copy.key);
  });
});

describe('a container that has proof about another', () => {
  async function withProof() {
    const all = await copied();
    const { central, copy, device, other } = all;
    for (const it of [device, other, copy]) await tell(central, it);
    expect(await surplus(central)).toEqual([0]);
    expect(() => give(device, copy)).toThrow(expect.objectContaining({ code: 'PARTNER_ROLLED_BACK' }));
    return all;
  }

  it('brings it home once: that one gets nothing more, and the seats that it gave twice are counted', async () => {
    const { central, copy, device } = await withProof();
    const proven = [{ serial: '3-1', why: expect.stringMatching(/./) }];
    expect(await tell(central, device)).toMatchObject({ contradiction: null, proven });
    expect(await tell(central, device)).toMatchObject({ contradiction: null, proven: [] });
    expect(await surplus(central)).toEqual([2]);
    const more = { firmCode: FIRM, target: copy.key, items: [seats(1)] };
    await expect(central.grantItems(more)).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
    expect((await central.evidence()).filter(({ container }) => container === copy.key)).toHaveLength(2);
  });
});
