import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import { contextFor } from '../../container/engine/scene.ts';
import { makeContainer } from '../../world/parties.ts';
import { FIRM, licenseCentrals, seats } from './scene.ts';

const YEAR = 365 * 86_400;
const NOW = 800_000_000;

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
    const use = () => {
      const request = { firmCode: FIRM, productCode: 1001, units: 0, releaseDate: null };
      try {
        return device.container.run('use', request).seats;
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
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
});
