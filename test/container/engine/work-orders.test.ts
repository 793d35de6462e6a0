import { describe, expect, it } from 'vitest';
import type { RequestOf } from '../../../container/commands/command.ts';
import type { COMMANDS } from '../../../container/commands/index.ts';
import { decideArm, decideDisarm } from '../../../container/engine/work-orders.ts';
import type { FerryError } from '../../../container/errors.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, order, reopen, seats, type TestContainer } from '../../world/parties.ts';
import { guarded, lockedBook, setPin, unlock } from './owner-scene.ts';
import { apply, bound, codeOf, contextFor, hashOf, holdingId, only, settle } from './scene.ts';

type NewOrder = RequestOf<(typeof COMMANDS)['arm-order']>;

const ONE = { firmCode: 6000010, productCode: 1001, quantity: 1 };
const ONE_EACH: NewOrder = { items: [ONE], kinds: [], keys: [], most: 2 };

function arm(it: TestContainer, change: Partial<NewOrder> = {}): number {
  return it.container.run('arm-order', { ...ONE_EACH, ...change }).id;
}

/** A loaded dongle with an armed order, whose PIN nobody has shown since, and two devices. */
function armed(...changes: Partial<NewOrder>[]) {
  const scene = guarded();
  for (const change of changes) arm(scene.dongle, change);
  setPin(scene.dongle.container);
  reopen(scene.dongle);
  return { ...scene, other: makeContainer('soft', 3) };
}

function issue(from: TestContainer, to: TestContainer, quantity = 1, first?: number) {
  return codeOf(() => order(from, to, [{ holding: holdingId(from), quantity }], first));
}

/** Why no work order allows an issue; `nothing` when one does. */
function said(issuing: () => unknown): unknown {
  try {
    issuing();
    return 'nothing';
  } catch (error) {
    const { code, details } = error as FerryError;
    expect([code, details.what]).toEqual(['OWNER_NEEDED', 'issue']);
    return details.orders;
  }
}

/** Asks as the owner for the orders, and leaves nobody the owner. */
function orders(it: TestContainer) {
  unlock(it.container);
  const found = it.container.run('orders', {}).orders;
  reopen(it);
  return found;
}

describe('an armed work order', () => {
  it('gives each device one set without the PIN, and shows what it gave to whom', () => {
    const { dongle, device, other } = armed({});
    expect([issue(dongle, device), issue(dongle, other)]).toEqual(['nothing', 'nothing']);
    const [one, two] = [device, other].map(({ key }) => key);
    const served = only(orders(dongle)).served.map(({ name: _, ...rest }) => rest);
    expect(served).toEqual([
      { target: one, first: 1, last: 1, quantities: [1] },
      { target: two, first: 1, last: 1, quantities: [1] },
    ]);
  });

  it('gives no device a second set, not even after the first was applied and settled', () => {
    const { dongle, device } = armed({});
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 1 }]);
    settle(dongle, apply(device, only(updates)).receipt);
    const before = hashOf(dongle);
    expect(issue(dongle, device)).toBe('OWNER_NEEDED');
    expect(hashOf(dongle)).toBe(before);
  });

  it('answers a repeated issue as repeated and counts it once', () => {
    const { dongle, device } = armed({});
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    reopen(dongle);
    expect(order(dongle, device, [{ holding: 1, quantity: 1 }], 1).repeated).toBe(true);
    expect(issue(dongle, device, 2, 1)).toBe('ISSUED_OTHERWISE');
    expect(only(only(orders(dongle)).served).quantities).toEqual([1]);
  });

  it('may be used up in several parts, with the first and the last sequence of them', () => {
    const { dongle, device } = armed({ items: [{ ...ONE, quantity: 3 }] });
    expect([1, 2, 1].map((quantity) => issue(dongle, device, quantity))).toEqual([
      'nothing',
      'nothing',
      'OWNER_NEEDED',
    ]);
    expect(only(only(orders(dongle)).served)).toMatchObject({ first: 1, last: 2, quantities: [3] });
  });

  it('serves no more different devices than it says', () => {
    const { dongle, device, other } = armed({ most: 1, items: [{ ...ONE, quantity: 2 }] });
    expect(issue(dongle, device)).toBe('nothing');
    expect(issue(dongle, other)).toBe('OWNER_NEEDED');
    expect(issue(dongle, device)).toBe('nothing');
  });

  it('that is used up is named as that, to whom it is meant for', () => {
    const { dongle, device, other } = armed({ most: 1, items: [{ ...ONE, quantity: 2 }] });
    const ordersSaid = (to: TestContainer, quantity: number) =>
      said(() => order(dongle, to, [{ holding: holdingId(dongle), quantity }]));
    expect([
      ordersSaid(device, 3),
      ordersSaid(device, 1),
      ordersSaid(device, 2),
      ordersSaid(device, 1),
      ordersSaid(device, 1),
      ordersSaid(other, 1),
    ]).toEqual([
      'no armed work order covers it',
      'nothing',
      'the armed work order 1 is nearly used up for this target: less is left of its set',
      'nothing',
      'the armed work order 1 is used up for this target: it was given its set',
      'the armed work order 1 is used up: 1 of 1 devices are served',
    ]);
  });

  it.each<{ why: string; change: Partial<NewOrder> }>([
    { why: 'is for another kind', change: { kinds: ['dongle', 'cloud'] } },
    { why: 'is for another key', change: { keys: [makeContainer('soft', 9).key] } },
    { why: 'is about another product', change: { items: [{ ...ONE, productCode: 1002 }] } },
    { why: 'is about another firm', change: { items: [{ ...ONE, firmCode: 6000011 }] } },
  ])('that $why gives nothing, and asking leaves no trace', ({ change }) => {
    const { dongle, device } = armed(change);
    const before = hashOf(dongle);
    expect(issue(dongle, device)).toBe('OWNER_NEEDED');
    expect([hashOf(dongle), dongle.container.state.partners.has(device.key)]).toEqual([before, false]);
  });

  it('for the kind and the key of a device gives it its set', () => {
    const { device } = guarded();
    const { dongle } = armed({ kinds: ['soft'], keys: [device.key] });
    expect(issue(dongle, device)).toBe('nothing');
  });

  it('covers an issue alone or not at all, and the oldest that covers it is used', () => {
    const { dongle, device } = armed({ most: 1 }, {}, { items: [{ ...ONE, quantity: 2 }] });
    expect(issue(dongle, device, 3)).toBe('OWNER_NEEDED');
    expect([2, 1, 1].map((quantity) => issue(dongle, device, quantity))).toEqual(['nothing', 'nothing', 'nothing']);
    expect(orders(dongle).map(({ served }) => only(served).quantities)).toEqual([[1], [1], [2]]);
  });

  it('of two products covers both, neither, or one of them, each within its own number', () => {
    const TWO = { ...ONE, productCode: 1002, quantity: 2 };
    const { firm, dongle } = guarded();
    load(firm, dongle, { productCode: 1002, quantity: 9 });
    load(firm, dongle, { productCode: 1003, quantity: 9 });
    arm(dongle, { items: [ONE, TWO], most: 9 });
    setPin(dongle.container);
    reopen(dongle);
    const [one, two, three] = dongle.container.run('list', {}).holdings.map(({ id }) => id);
    const give = (...parts: [holding: number | undefined, quantity: number][]) => {
      const named = parts.map(([holding = 0, quantity]) => ({ holding, quantity }));
      return said(() => order(dongle, device, named));
    };
    let device = makeContainer('soft', 5);
    expect(give([one, 1], [three, 1])).toBe('no armed work order covers it');
    expect(give([one, 2], [two, 1])).toBe('no armed work order covers it');
    expect(give([one, 1], [two, 3])).toBe('no armed work order covers it');
    expect(give([one, 1], [two, 1])).toBe('nothing');
    expect(give([one, 1])).toBe('the armed work order 1 is nearly used up for this target: less is left of its set');
    expect(give([two, 1])).toBe('nothing');
    expect(give([two, 1])).toBe('the armed work order 1 is used up for this target: it was given its set');
    device = makeContainer('soft', 6);
    expect(give([two, 2])).toBe('nothing');
  });

  it('does not loosen the terms of a license', () => {
    const { firm, dongle, device } = guarded();
    load(firm, dongle, {
      productCode: 1002,
      terms: { type: 'none', targetKinds: [], targetKeys: [], mostPerTarget: null, returnable: true, depth: 2 },
    });
    arm(dongle, { items: [{ ...ONE, productCode: 1002, quantity: 5 }] });
    setPin(dongle.container);
    reopen(dongle);
    expect(codeOf(() => order(dongle, device, [{ holding: holdingId(dongle, 1), quantity: 5 }]))).toBe('MAY_NOT_ISSUE');
  });

  it('does not give a holding that is not there, nor what its owner gave by hand', () => {
    const { dongle, device, other } = armed({});
    unlock(dongle.container);
    order(dongle, other, [{ holding: 1, quantity: 2 }]);
    reopen(dongle);
    expect(codeOf(() => order(dongle, device, [{ holding: 77, quantity: 1 }]))).toBe('OWNER_NEEDED');
    expect(codeOf(() => order(dongle, other, [{ holding: 1, quantity: 2 }], 1))).toBe('OWNER_NEEDED');
    expect(only(orders(dongle)).served).toEqual([]);
  });

  it('is not used up by what its owner gives by hand, although it would cover that', () => {
    const { dongle, device } = armed({});
    unlock(dongle.container);
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    reopen(dongle);
    expect(only(orders(dongle)).served).toEqual([]);
    expect(issue(dongle, device)).toBe('nothing');
  });

  it('does not get back what its device refuses: the seats are held again, the set stays given', () => {
    const { dongle, device } = armed({});
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const report = device.container.run('refuse', { update: only(updates), through: 1 });
    settle(dongle, report.receipt);
    expect(dongle.container.run('list', {}).holdings[0]).toMatchObject({ quantity: 10, pending: 0 });
    expect(issue(dongle, device)).toBe('OWNER_NEEDED');
  });

  it('lets receipts home and files out again only for whom one of them has served', () => {
    const { dongle, device, other } = armed({}, { items: [{ ...ONE, productCode: 1002 }] });
    unlock(dongle.container);
    order(dongle, other, [{ holding: 1, quantity: 2 }]);
    reopen(dongle);
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const transit = (target: TestContainer) => codeOf(() => dongle.container.run('transit', { target: target.key }));
    expect([transit(device), transit(other)]).toEqual(['nothing', 'OWNER_NEEDED']);
    const uncovered = (what: string) => ({ details: { here: '3-1', what, orders: 'no armed work order covers it' } });
    expect(() => dongle.container.run('transit', { target: other.key })).toThrow(
      expect.objectContaining(uncovered('transit')),
    );
    expect(() => settle(dongle, contextFor(other, dongle))).toThrow(expect.objectContaining(uncovered('settle')));
    const home = (target: TestContainer) => codeOf(() => settle(dongle, contextFor(target, dongle)));
    expect([home(device), home(other)]).toEqual(['nothing', 'OWNER_NEEDED']);
  });

  it('once disarmed gives nothing and is forgotten with whom it served, and its number is not used again', () => {
    const { dongle, device, other } = armed({}, {});
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const used = dongle.container.state.counters.get('usedBytes') ?? 0;
    unlock(dongle.container);
    for (const id of [1, 2]) dongle.container.run('disarm-order', { id });
    expect(codeOf(() => dongle.container.run('disarm-order', { id: 1 }))).toBe('ORDER_UNKNOWN');
    expect(used - (dongle.container.state.counters.get('usedBytes') ?? 0)).toBe(2 * (32 + 16) + 64 + 5);
    reopen(dongle);
    expect(dongle.container.state.served.size).toBe(0);
    expect([issue(dongle, other), codeOf(() => settle(dongle, contextFor(device, dongle)))]).toEqual([
      'OWNER_NEEDED',
      'OWNER_NEEDED',
    ]);
    unlock(dongle.container);
    expect(arm(dongle)).toBe(3);
  });

  it('bounds an unattended client even where no PIN is set', async () => {
    const { dongle, device } = guarded();
    const client = dongle.container.client(undefined, 'unattended');
    const wanted = { context: contextFor(device, dongle), first: 1, parts: [{ holding: 1, quantity: 1 }] };
    await expect(client.call('issue', issueRequest(wanted))).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
    arm(dongle);
    expect((await client.call('issue', issueRequest(wanted))).repeated).toBe(false);
    const again = { ...wanted, context: contextFor(device, dongle), first: 2 };
    await expect(client.call('issue', issueRequest(again))).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
    await expect(client.call('set-pin', { sealed: null })).rejects.toMatchObject({ code: 'OWNER_NEEDED' });
  });
});

describe('arming a work order', () => {
  it('and disarming one is refused while the container is locked', () => {
    const { dongle } = guarded();
    arm(dongle);
    const { state } = dongle.container;
    expect(decideArm(state, lockedBook(dongle), ONE_EACH)).toMatchObject({ code: 'CONTAINER_LOCKED' });
    expect(decideDisarm(state, lockedBook(dongle), 1)).toMatchObject({ code: 'CONTAINER_LOCKED' });
  });

  it('is refused for the seventeenth, and for one that names a product twice', () => {
    const { dongle } = guarded();
    expect(codeOf(() => arm(dongle, { items: [ONE, ONE] }))).toBe('ORDER_EMPTY');
    for (let id = 1; id <= 16; id++) expect(arm(dongle)).toBe(id);
    expect(codeOf(() => arm(dongle))).toBe('ORDERS_FULL');
    expect(dongle.container.run('list', {}).armedOrders).toBe(16);
  });

  it('is refused where the memory is full, and so is an issue by an order that finds no room to be counted', () => {
    const { dongle, device } = armed({});
    const used = dongle.container.state.counters.get('usedBytes') ?? 0;
    bound(dongle, { capacity: used + 10 });
    expect(issue(dongle, device)).toBe('MEMORY_FULL');
    unlock(dongle.container);
    expect(() => arm(dongle)).toThrow(
      expect.objectContaining({ code: 'MEMORY_FULL', details: { here: '3-1', needed: 32 + 16, free: 10 } }),
    );
    expect(seats(dongle, dongle.container.run('list', {}).holdings[0]?.itemId ?? '')).toEqual({ held: 10, pending: 0 });
  });

  it('outlasts compaction and opening, with whom it served', () => {
    const { firm, device } = guarded();
    const dongle = makeContainer('dongle', 4, { size: 320 * 1024 });
    load(firm, dongle, {});
    arm(dongle, { kinds: ['soft'], keys: [device.key], most: 1024 });
    setPin(dongle.container);
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const before = orders(dongle);
    for (let round = 0; round < 700; round++)
      dongle.container.run('write-data', { holding: 1, userData: new Uint8Array(250), customerInfo: null });
    expect(orders(dongle)).toEqual(before);
  });
});
