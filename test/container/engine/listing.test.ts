import { describe, expect, it } from 'vitest';
import { load, makeContainer, order, TestFirm } from '../../world/parties.ts';
import { contextFor, loaded, world } from './scene.ts';

describe('what a container lists', () => {
  it('are the firms of which it knows the certificate, by their Firm Codes, and no container among them', () => {
    const { dongle, device } = world();
    const firms = [6000099, 6000010, 6000050].map((firmCode) => new TestFirm(firmCode));
    for (const firm of firms) load(firm, device, {});
    contextFor(device, dongle);
    const [high, low, middle] = firms.map(({ firmCode, key }) => ({ firmCode, key, name: `Firm ${firmCode}` }));
    expect(device.container.run('list', {}).firms).toEqual([low, middle, high]);
    expect(dongle.container.run('list', {}).firms).toEqual([]);
  });

  it('is what is in transit, target by target, in sequence', () => {
    const { dongle } = loaded();
    const [one, two] = [makeContainer('soft', 2), makeContainer('soft', 3)].sort((a, b) => (a.key < b.key ? -1 : 1));
    if (one === undefined || two === undefined) throw new TypeError('two targets');
    for (const target of [two, one, two, one]) order(dongle, target, [{ holding: 1, quantity: 1 }]);
    const { transit } = dongle.container.run('list', {});
    expect(transit.map(({ target, sequence }) => [target, sequence])).toEqual([
      [one.key, 1],
      [one.key, 2],
      [two.key, 1],
      [two.key, 2],
    ]);
  });
});
