import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import { backup, contextFor, restored } from '../../container/engine/scene.ts';
import { makeContainer, type TestContainer } from '../../world/parties.ts';
import { copyOf, FIRM, licenseCentrals, makeBusy, seats } from './scene.ts';

const YEAR = 365 * 86_400;
const NOW = 800_000_000;

/** What a command answers, or the code that it is refused with. */
function codeOf<T>(work: () => T): T | string | undefined {
  try {
    return work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

/** Seats of the product in use, or why it cannot be used. */
function useOf({ container }: TestContainer, units = 0) {
  return codeOf(() => container.run('use', { firmCode: FIRM, productCode: 1001, units, releaseDate: null }).seats);
}

describe('the time of a License Central', () => {
  const scene = licenseCentrals();

  async function world() {
    const central = await scene.central();
    const device = makeContainer('soft', 2);
    await central.addContainer(device.certificate);
    const certificate = await central.certificateOf(FIRM);
    const context = () => contextFor(device, { certificate });
    const deliver = async () => {
      const updates = await central.updatesFor({ firmCode: FIRM, target: device.key });
      return updates.map((update) => device.container.run('apply', { update }));
    };
    const use = () => useOf(device);
    return { central, device, context, deliver, use };
  }

  it('travels with the next update to whoever asked, and revives what a wrong clock had ended', async () => {
    const { central, device, context, deliver, use } = await world();
    const item = { ...seats(2), expirationTime: NOW + YEAR };
    await central.grantItems({ firmCode: FIRM, target: device.key, items: [item] });
    for (const { receipt } of await deliver()) await central.receiveContext(receipt);
    device.parts.env.time = NOW + 10 * YEAR;
    expect(use()).toBe('ITEM_EXPIRED');
    device.parts.env.time = NOW;
    expect(use()).toBe('ITEM_EXPIRED');
    await central.receiveContext(context());
    const [report] = await deliver();
    expect(report?.notices).toEqual([{ kind: 10, isNew: true, reason: 0 }]);
    expect([use(), counter(device.container.state, 'timeFloor')]).toEqual([2, NOW]);
  });

  it('is owed to whoever asked in the newest context, by the firm that was asked', async () => {
    const { central, device, context } = await world();
    await central.addFirm({ firmCode: 7, name: 'Other' });
    expect(await central.askedForTime(device.key)).toEqual([]);
    await central.receiveContext(context());
    expect(await central.askedForTime(device.key)).toEqual([FIRM]);
  });

  it('is carried to nobody who has not asked', async () => {
    const { deliver } = await world();
    const [report] = await deliver();
    expect(report?.notices).toEqual([]);
  });

  it('answers the newest context, whichever came home last', async () => {
    const { central, device, context, deliver } = await world();
    const old = context();
    await central.grantItems({ firmCode: FIRM, target: device.key, items: [seats(1)] });
    await deliver();
    await central.receiveContext(context());
    await central.receiveContext(old);
    const [report] = await deliver();
    expect(report?.notices).toMatchObject([{ isNew: true }]);
  });

  for (const heard of [false, true])
    it(`comes to a container that is used as it was set back, too, whose lost state was ${heard ? 'told before' : 'never told'}`, async () => {
      const { central, device, context, deliver } = await world();
      const item = { ...seats(2), unitCounter: 10, expirationTime: NOW + YEAR };
      await central.grantItems({ firmCode: FIRM, target: device.key, items: [item] });
      for (const { receipt } of await deliver()) await central.receiveContext(receipt);
      const before = backup(device);
      useOf(device, 1);
      if (heard) await central.receiveContext(context());
      const back = restored(device, before, 'memory');
      const certificate = await central.certificateOf(FIRM);
      const tell = async () => central.receiveContext(contextFor(back, { certificate }));
      await tell();
      expect(await central.askedForTime(device.key)).toEqual([]);
      const { update } = await central.acceptState(contextFor(back, { certificate }));
      await central.receiveContext(back.container.run('apply', { update }).receipt);
      back.parts.env.time = NOW + 10 * YEAR;
      expect(useOf(back)).toBe('ITEM_EXPIRED');
      back.parts.env.time = NOW;
      expect(useOf(back)).toBe('ITEM_EXPIRED');
      await tell();
      expect(await central.askedForTime(device.key)).toEqual([FIRM]);
      const [file = expect.fail('there is a file')] = await central.updatesFor({ firmCode: FIRM, target: device.key });
      expect(codeOf(() => back.container.run('apply', { update: file }))).toBe('KEY_RETIRED');
      expect([useOf(back), counter(back.container.state, 'timeFloor')]).toEqual([2, NOW]);
      const order = central.grantItems({ firmCode: FIRM, target: device.key, items: [seats(1)] });
      await expect(order).rejects.toMatchObject({ code: heard ? 'PARTNER_ROLLED_BACK' : 'TARGET_LOCKED' });
    });

  it('is owed to no container that was copied and does not say that it was set back', async () => {
    const { central, device, context, deliver } = await world();
    await central.grantItems({ firmCode: FIRM, target: device.key, items: [seats(2)] });
    for (const { receipt } of await deliver()) await central.receiveContext(receipt);
    const copy = copyOf(device);
    makeBusy(copy);
    makeBusy(device);
    const certificate = await central.certificateOf(FIRM);
    await central.receiveContext(context());
    expect(await central.receiveContext(contextFor(copy, { certificate }))).not.toMatchObject({ contradiction: null });
    expect(await central.askedForTime(device.key)).toEqual([]);
    await expect(deliver()).rejects.toMatchObject({ code: 'PARTNER_ROLLED_BACK' });
  });
});
