import { describe, expect, it } from 'vitest';
import { load, makeContainer, move, order, TestFirm } from '../../world/parties.ts';
import { apply, HandContainer } from './scene.ts';

describe('items with long and separate ways', () => {
  it('are spread over entries that carry no more records than an entry may, and all arrive', () => {
    const firm = new TestFirm();
    const stations = [1, 2, 3, 4, 5, 6].map((number) => makeContainer('dongle', number));
    const terms = {
      type: 'quantity',
      targetKinds: [],
      targetKeys: [],
      mostPerTarget: null,
      returnable: true,
      depth: 9,
    } as const;
    const [first, ...others] = stations as [(typeof stations)[0], ...typeof stations];
    load(firm, first, ...Array.from({ length: 64 }, () => ({ quantity: 1, terms })));
    let from = first;
    const last = others.pop() as typeof first;
    for (const to of others) {
      for (const { id } of from.container.run('list', {}).holdings) move(from, to, [{ holding: id, quantity: 1 }]);
      from = to;
    }
    const parts = from.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const issued = order(from, last, parts);
    expect(issued.last).toBe(2);
    for (const update of issued.updates) last.container.run('apply', { update });
    expect(last.container.run('list', {}).holdings).toHaveLength(64);
  });
});

describe('items from many containers for a small dongle', () => {
  it('come in files that are never larger than it takes, certificates included', () => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 1);
    const small = makeContainer('dongle', 2, { size: 384 * 1024 });
    for (let number = 0; number < 70; number++) {
      const sender = new HandContainer(3000 + number);
      const { grant, raw } = firm.grant(sender.key, { quantity: 1, text: '' });
      sender.transfer(dongle, [
        { moved: { itemId: grant.itemId, quantity: 1, units: null, usageStart: null }, grant: raw },
      ]);
      apply(dongle, sender.update(dongle, [firm.certificate]));
    }
    const parts = dongle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const { updates } = order(dongle, small, parts);
    const { largestRecord } = small.container.state.limits;
    expect(updates.filter((update) => update.length > largestRecord)).toEqual([]);
    for (const update of updates) apply(small, update);
    expect(small.container.run('list', {}).holdings).toHaveLength(70);
  });
});

describe('a request outside its schema', () => {
  it('is a defect of the caller and adds no units', () => {
    const device = makeContainer('soft', 9);
    load(new TestFirm(), device, { unitCounter: 10 });
    const use = { firmCode: 6000010, productCode: 1001, releaseDate: null };
    expect(() => device.container.run('use', { ...use, units: -5 })).toThrow(/outside its schema/);
    expect(device.container.run('check', use).units).toBe(10);
  });
});
