import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { load, type TestContainer, type TestFirm } from '../../world/parties.ts';
import { apply, bound, only, reasons, world } from './scene.ts';

const MALFORMED = CATALOGUE.ENTRY_MALFORMED.number;

/** Issues entries that nobody can read, and lets them be refused. */
function refuseSome(firm: TestFirm, it: TestContainer, entries: number): void {
  for (let count = 0; count < entries; count++) firm.issueRaw(it, new Uint8Array([1]));
  const applied = it.container.state.partners.get(firm.key)?.inbound.applied ?? 0;
  expect(reasons(apply(it, firm.update(it, { first: applied + 1 })))).toEqual(Array(entries).fill(MALFORMED));
}

function inboundOf(it: TestContainer, firm: TestFirm) {
  return it.container.state.partners.get(firm.key)?.inbound;
}

describe('what a container refused', () => {
  it('is told from then on, with what it refuses later, until its issuer has settled it', () => {
    const { firm, device } = world();
    for (const entries of [1, 2]) refuseSome(firm, device, entries);
    const all = [1, 2, 3].map((sequence) => ({ sequence, reason: MALFORMED }));
    expect(inboundOf(device, firm)).toMatchObject({ applied: 3, refused: all, prunedThrough: 0 });
    apply(device, firm.update(device, { first: 3, header: { settledThrough: 2 } }));
    expect(inboundOf(device, firm)).toMatchObject({ applied: 3, refused: all.slice(2), prunedThrough: 2 });
  });

  it('does not keep a full container from what needs no memory, however much of it there is', () => {
    const { firm, device } = world();
    const { itemId, quantity } = only(load(firm, device, {}));
    refuseSome(firm, device, 12);
    bound(device, { capacity: counter(device.container.state, 'usedBytes') });
    firm.issue(device, { kind: 'disable', itemId, quantity });
    expect(apply(device, firm.update(device, { first: 14 }))).toMatchObject({ applied: 14, deferred: null });
    expect(only(device.container.run('list', {}).holdings).enabled).toBe(false);
  });
});

describe('an entry that needs as much as the whole memory', () => {
  it('waits, since it may be that there is more some day; one byte more is refused for good', () => {
    const { firm, device } = world();
    load(firm, device, {});
    const used = () => counter(device.container.state, 'usedBytes');
    const before = used();
    load(firm, device, {});
    const needed = used() - before;
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    bound(device, { capacity: needed });
    expect(apply(device, firm.update(device))).toMatchObject({
      applied: 2,
      deferred: 3,
      deferredFor: CATALOGUE.MEMORY_FULL.number,
    });
    bound(device, { capacity: needed - 1 });
    expect(reasons(apply(device, firm.update(device)))).toEqual([CATALOGUE.ENTRY_TOO_LARGE.number]);
  });
});
