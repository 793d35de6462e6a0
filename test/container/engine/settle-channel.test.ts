import { describe, expect, it } from 'vitest';
import { decideSettle } from '../../../container/engine/decide-settle.ts';
import { pendingKey } from '../../../container/engine/state.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { makeContainer, move, order, seats, type TestContainer } from '../../world/parties.ts';
import { lockedBook } from './owner-scene.ts';
import { apply, codeOf, evidenceOf, HandContainer, hashOf, holdingId, loaded, only, settle } from './scene.ts';

/** A dongle with one seat in transit to a container whose every word the test can say. */
function toHand() {
  const { dongle, itemId } = loaded();
  const hand = new HandContainer(77);
  const context = hand.context(dongle, {}, 1);
  dongle.container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
  const chain = dongle.container.state.pending.get(pendingKey(hand.key, 1))?.chain as Hash;
  return { dongle, itemId, hand, chain };
}

function ordersOf(it: TestContainer, target: TestContainer) {
  return it.container.state.partners.get(target.key)?.outbound.orders;
}

describe('a receipt of what was applied', () => {
  it('lets go of the seats, and of the holding with its last one', () => {
    const { dongle, device } = loaded();
    move(dongle, device, [{ holding: 1, quantity: 4 }]);
    expect(dongle.container.run('list', {}).holdings).toMatchObject([{ quantity: 1, pending: 0 }]);
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect(dongle.container.run('list', {}).holdings).toEqual([]);
    expect(dongle.container.run('list', {}).transit).toEqual([]);
  });

  it('leaves the holding while as many seats are held as are in transit', () => {
    const { dongle, device, itemId } = loaded(4);
    const third = makeContainer('soft', 3);
    order(dongle, third, [{ holding: 1, quantity: 1 }]);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(seats(dongle, itemId)).toEqual({ held: 1, pending: 1 });
  });

  it('enters the history, and one of what was refused does not', () => {
    const { dongle, device, itemId } = loaded();
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    dongle.container.run('cancel', { target: device.key, sequences: [2] });
    const { updates } = dongle.container.run('transit', { target: device.key });
    settle(dongle, apply(device, only(updates)).receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
    const { transfers } = dongle.container.run('history', {});
    expect(transfers.map(({ sequence, items }) => [sequence, items.map(({ quantity }) => quantity)])).toEqual([
      [1, [2]],
    ]);
  });

  it('is remembered with each order: which of its own entries were refused, and why', () => {
    const { dongle, device } = loaded();
    for (const quantity of [1, 2, 1]) order(dongle, device, [{ holding: 1, quantity }]);
    dongle.container.run('cancel', { target: device.key, sequences: [1, 3] });
    const { updates } = dongle.container.run('transit', { target: device.key });
    settle(dongle, apply(device, only(updates)).receipt);
    const reason = CATALOGUE.CANCELLED.number;
    expect(ordersOf(dongle, device)).toMatchObject([
      { first: 1, last: 1, refused: [{ sequence: 1, reason }] },
      { first: 2, last: 2, refused: [] },
      { first: 3, last: 3, refused: [{ sequence: 3, reason }] },
    ]);
  });
});

describe('a receipt that is not for this issuer, or comes while it is locked', () => {
  it('settles nothing and is not remembered', () => {
    const { dongle, itemId, hand, chain } = toHand();
    const other = makeContainer('dongle', 3);
    const before = hashOf(dongle);
    expect(codeOf(() => settle(dongle, hand.context(other, { applied: 1, hash: chain }, 2)))).toBe('NOT_ADDRESSED');
    expect([seats(dongle, itemId), hashOf(dongle)]).toEqual([{ held: 4, pending: 1 }, before]);
    const right = hand.context(dongle, { applied: 1, hash: chain }, 2);
    expect(decideSettle(dongle.container.state, lockedBook(dongle), right, 'owner')).toMatchObject({
      code: 'CONTAINER_LOCKED',
      details: { here: '3-1' },
    });
  });
});

describe('a receipt that proves that its issuer was set back', () => {
  it('settles nothing, and is kept with its signature', () => {
    const { dongle, itemId, hand, chain } = toHand();
    expect(codeOf(() => settle(dongle, hand.context(dongle, { applied: 2, hash: chain }, 2)))).toBe('SELF_ROLLED_BACK');
    expect(seats(dongle, itemId)).toEqual({ held: 4, pending: 1 });
    expect(evidenceOf(dongle)).toEqual(['the target applied more than was issued']);
    const kept = only([...dongle.container.state.evidence.values()]);
    expect([kept.about, kept.statements.length]).toEqual([dongle.key, 1]);
    expect(dongle.container.state.marks.get('rolledBack')).toBe(hand.key);
  });

  it('lets no later one settle anything, although its hash is right', () => {
    const { dongle, itemId, hand, chain } = toHand();
    codeOf(() => settle(dongle, hand.context(dongle, { prunedThrough: 1 }, 2)));
    const right = hand.context(dongle, { applied: 1, hash: chain }, 3);
    expect(codeOf(() => settle(dongle, right))).toBe('SELF_ROLLED_BACK');
    expect(seats(dongle, itemId)).toEqual({ held: 4, pending: 1 });
  });

  it('is none when its hash is right', () => {
    const { dongle, itemId, hand, chain } = toHand();
    expect(settle(dongle, hand.context(dongle, { applied: 1, hash: chain }, 2))).toMatchObject({
      settled: 1,
      late: false,
    });
    expect(seats(dongle, itemId)).toEqual({ held: 4, pending: 0 });
    expect(holdingId(dongle)).toBe(1);
  });
});
