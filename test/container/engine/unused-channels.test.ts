import { describe, expect, it } from 'vitest';
import { partnerOrNew } from '../../../container/engine/partners.ts';
import { settlementBytes } from '../../../container/engine/reserve.ts';
import type { Partner } from '../../../container/engine/state.ts';
import { isUnused } from '../../../container/engine/unused-channels.ts';
import { crypto, load, makeContainer, order } from '../../world/parties.ts';
import { bound, contextFor, HandContainer, only, world } from './scene.ts';

describe('a channel record', () => {
  it('is unused until anything came, went or is known by it', () => {
    const { dongle, device } = world();
    const { state } = dongle.container;
    const fresh = partnerOrNew(crypto, state, device.key);
    const inbound = (change: Partial<Partner['inbound']>) => ({ ...fresh, inbound: { ...fresh.inbound, ...change } });
    const said = { file: 'contextFile', statement: new Uint8Array(), others: [], signature: new Uint8Array() } as const;
    expect(isUnused(state, fresh)).toBe(true);
    expect(isUnused(state, inbound({ applied: 1 }))).toBe(false);
    expect(isUnused(state, inbound({ epoch: 1 }))).toBe(false);
    expect(isUnused(state, { ...fresh, outbound: { ...fresh.outbound, issued: 1 } })).toBe(false);
    expect(isUnused(state, { ...fresh, witness: said })).toBe(false);
    state.twice.set(device.key, 'two states');
    expect(isUnused(state, fresh)).toBe(false);
  });

  it('keeps its place when another one is asked for that is there already', () => {
    const { dongle } = world();
    bound(dongle, { unusedChannels: 3 });
    const [one, other, last] = [new HandContainer(91), new HandContainer(92), new HandContainer(93)];
    for (const issuer of [one, other, last, last]) contextFor(dongle, issuer);
    expect([...dongle.container.state.partners.keys()]).toEqual([one, other, last].map(({ key }) => key));
  });
});

describe('the room for settling what is in transit', () => {
  it('is that of the target that tells, as far as it has come', () => {
    const { firm, dongle, device } = world();
    only(load(firm, dongle, { quantity: 9 }));
    for (const target of [device, device, makeContainer('soft', 5)])
      order(dongle, target, [{ holding: 1, quantity: 1 }]);
    const { state } = dongle.container;
    expect([0, 1, 2, 3].map((through) => settlementBytes(state, device.key, through))).toEqual([0, 308, 616, 616]);
  });
});
