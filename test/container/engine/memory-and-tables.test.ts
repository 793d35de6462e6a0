import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, move, order, reopen, seats, type TestContainer } from '../../world/parties.ts';
import { audit } from './audit.ts';
import { setPin, tries } from './owner-scene.ts';
import {
  apply,
  bound,
  codeOf,
  contextFor,
  HandContainer,
  hashOf,
  holdingId,
  only,
  reasons,
  settle,
  world,
} from './scene.ts';

function used(it: TestContainer): number {
  return counter(it.container.state, 'usedBytes');
}

/** Leaves a container just so many free bytes. */
function leave(it: TestContainer, bytes: number): void {
  bound(it, { capacity: used(it) + bytes });
}

describe('a container without memory for an entry', () => {
  it('defers it, says what is missing, and takes it once there is room', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    leave(dongle, 100);
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    const update = firm.update(dongle);
    const report = apply(dongle, update);
    expect(report).toMatchObject({ applied: 1, entries: [], deferred: 2, deferredFor: CATALOGUE.MEMORY_FULL.number });
    const before = hashOf(dongle);
    expect(apply(dongle, update)).toMatchObject({ deferred: 2 });
    expect(hashOf(dongle)).toBe(before);
    leave(dongle, report.needed + 100 - 1);
    expect(apply(dongle, update).deferred).toBe(2);
    leave(dongle, report.needed + 100);
    expect(apply(dongle, update)).toMatchObject({ applied: 2, deferred: null, needed: 0 });
  });

  it('applies it together with the cure that stands behind it in the line', () => {
    const { firm, dongle } = world();
    const [grant] = load(firm, dongle, {}, {});
    const itemId = grant?.itemId ?? firm.grant(dongle.key).grant.itemId;
    leave(dongle, 100);
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    firm.issue(dongle, { kind: 'withdraw', itemId, quantity: 5 });
    expect(apply(dongle, firm.update(dongle))).toMatchObject({ applied: 3, deferred: null });
    expect(dongle.container.run('list', {}).holdings).toHaveLength(2);
  });

  it('applies the longest part whose end fits, and the rest waits with its own need', () => {
    const { firm, dongle } = world();
    const [grant] = load(firm, dongle, {}, {});
    const itemId = grant?.itemId ?? firm.grant(dongle.key).grant.itemId;
    leave(dongle, 100);
    firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key, { text: 'x'.repeat(20) }).raw] });
    firm.issue(dongle, { kind: 'withdraw', itemId, quantity: 5 });
    const big = () => firm.grant(dongle.key, { text: 'x'.repeat(200) }).raw;
    firm.issue(dongle, { kind: 'add', grants: [big()] });
    firm.issue(dongle, { kind: 'add', grants: [big()] });
    const report = apply(dongle, firm.update(dongle));
    expect(report).toMatchObject({ applied: 3, deferred: 4 });
    leave(dongle, report.needed + dongle.container.run('list', {}).freeMemory);
    expect(apply(dongle, firm.update(dongle))).toMatchObject({ applied: 4, deferred: 5 });
  });

  it('refuses for good an entry that is larger than it could ever take', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    bound(dongle, { capacity: used(dongle) + 400 });
    const grants = Array.from({ length: 20 }, () => firm.grant(dongle.key).raw);
    firm.issue(dongle, { kind: 'add', grants });
    firm.issue(dongle, { kind: 'withdraw', itemId: firm.grant(dongle.key).grant.itemId, quantity: 1 });
    const report = apply(dongle, firm.update(dongle));
    expect(reasons(report)).toEqual([CATALOGUE.ENTRY_TOO_LARGE.number, CATALOGUE.ITEM_ELSEWHERE.number]);
  });

  it('issues nothing, writes no data and meets no new issuer', () => {
    const { firm, dongle, device } = world();
    const { itemId } = only(load(firm, dongle, {}));
    const context = contextFor(device, dongle);
    leave(dongle, 50);
    const before = hashOf(dongle);
    const issue = () =>
      dongle.container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
    const write = (length: number) =>
      dongle.container.run('write-data', { holding: 1, userData: new Uint8Array(length), customerInfo: null });
    expect([codeOf(issue), codeOf(() => write(51)), codeOf(() => contextFor(dongle, device))]).toEqual([
      'MEMORY_FULL',
      'MEMORY_FULL',
      'MEMORY_FULL',
    ]);
    expect(hashOf(dongle)).toBe(before);
    expect(codeOf(() => write(50))).toBe('nothing');
    const nothing = { holding: 1, userData: null, customerInfo: null };
    expect(codeOf(() => dongle.container.run('write-data', nothing))).toBe('nothing');
    const garbled = { context: new Uint8Array(3), first: 1, parts: [{ holding: 1, quantity: 1 }] };
    expect(codeOf(() => dongle.container.run('issue', issueRequest(garbled)))).toBe('FILE_MALFORMED');
    const absent = { holding: 9, userData: null, customerInfo: new Uint8Array(1) };
    expect(() => dongle.container.run('write-data', absent)).toThrow(
      expect.objectContaining({ code: 'NOT_HELD', details: { here: '3-1', item: 'holding 9' } }),
    );
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
  });

  it('exchanges data beside a license as long as it does not grow, and says how much is missing where it does', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    const write = (user: number, customer: number) => () =>
      dongle.container.run('write-data', {
        holding: 1,
        userData: new Uint8Array(user),
        customerInfo: new Uint8Array(customer),
      });
    write(4, 6)();
    leave(dongle, 3);
    expect(write(10, 6)).toThrow(
      expect.objectContaining({ code: 'MEMORY_FULL', details: { here: '3-1', needed: 6, free: 3 } }),
    );
    expect([write(5, 5), write(8, 5), write(13, 0), write(14, 0)].map(codeOf)).toEqual([
      'nothing',
      'nothing',
      'nothing',
      'MEMORY_FULL',
    ]);
    leave(dongle, -1);
    expect(write(13, 1)).toThrow(expect.objectContaining({ details: { here: '3-1', needed: 1, free: 0 } }));
    expect(codeOf(write(6, 7))).toBe('nothing');
  });

  it('still takes back what it issued and what its targets refused', () => {
    const { firm, dongle, device } = world();
    const { itemId } = only(load(firm, dongle, {}));
    order(dongle, device, [{ holding: 1, quantity: 2 }]);
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    leave(dongle, 0);
    const { updates } = dongle.container.run('cancel', { target: device.key, sequences: [1] });
    settle(dongle, apply(device, only(updates)).receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 4, pending: 0 });
    expect(dongle.container.run('list', {}).freeMemory).toBeGreaterThan(0);
  });
});

describe('a container that its vendor has filled with licenses', () => {
  /** A small dongle that was sent more licenses than it has memory for. */
  function filled() {
    const { firm } = world();
    const dongle = makeContainer('dongle', 1, { size: 256 * 1024 });
    for (let item = 0; item < 200; item++) firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    for (let first = 1; first <= 200; first += 40)
      if (apply(dongle, firm.update(dongle, { first, last: first + 39 })).deferred !== null) return { firm, dongle };
    throw new TypeError('the dongle took all of it');
  }

  it('still gives some on, each to a device that it never met', () => {
    const { dongle } = filled();
    const { capacity, ownerRoom } = dongle.container.state.limits;
    expect(dongle.container.run('list', {}).freeMemory).toBeLessThan(400);
    for (let number = 20; number < 25; number++)
      move(dongle, makeContainer('soft', number), [{ holding: holdingId(dongle), quantity: 5 }]);
    expect(used(dongle)).toBeGreaterThan(capacity);
    expect(used(dongle)).toBeLessThanOrEqual(capacity + ownerRoom);
    reopen(dongle);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('still takes a PIN and a work order from its owner', () => {
    const { dongle } = filled();
    const ids = dongle.container.run('list', {}).holdings.map(({ id }) => id);
    for (let number = 20; used(dongle) <= dongle.container.state.limits.capacity; number++)
      move(dongle, makeContainer('soft', number), [{ holding: ids[0] ?? 0, quantity: 1 }]);
    setPin(dongle.container);
    expect(tries(dongle)).toBe(8);
    const order = { items: [{ firmCode: 6000010, productCode: 1001, quantity: 1 }], kinds: [], keys: [], most: 1 };
    dongle.container.run('arm-order', order);
    expect(dongle.container.run('orders', {}).orders).toHaveLength(1);
  });

  it('can be emptied into one device, and takes licenses again by then', () => {
    const { firm, dongle } = filled();
    const device = makeContainer('soft', 20);
    const ids = dongle.container.run('list', {}).holdings.map(({ id }) => id);
    for (let at = 0; at < ids.length; at += 10)
      move(
        dongle,
        device,
        ids.slice(at, at + 10).map((holding) => ({ holding, quantity: 5 })),
      );
    expect(ids.length).toBeGreaterThan(100);
    expect(dongle.container.run('list', {}).holdings).toEqual([]);
    const first = (dongle.container.state.partners.get(firm.key)?.inbound.applied ?? 0) + 1;
    expect(apply(dongle, firm.update(dongle, { first, last: first + 9 })).deferred).toBeNull();
  });

  it('leaves the room of its owner to nobody else: neither to files nor to whoever asks for a context', () => {
    const { firm, dongle } = filled();
    const before = hashOf(dongle);
    expect(codeOf(() => contextFor(dongle, new HandContainer(80)))).toBe('MEMORY_FULL');
    expect(codeOf(() => apply(dongle, new HandContainer(81).update(dongle, [])))).toBe('MEMORY_FULL');
    const { applied } = dongle.container.state.partners.get(firm.key)?.inbound ?? { applied: 0 };
    expect(apply(dongle, firm.update(dongle, { first: applied + 1 })).deferred).toBe(applied + 1);
    expect(hashOf(dongle)).toBe(before);
  });
});

describe('a container whose tables are full', () => {
  it('keeps eight channel records for the owner and meets no stranger any more', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    bound(dongle, { channels: 9 });
    expect(codeOf(() => contextFor(dongle, device))).toBe('TABLE_FULL');
    expect(codeOf(() => contextFor(dongle, firm))).toBe('nothing');
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('nothing');
    const stranger = new HandContainer(70);
    expect(codeOf(() => apply(dongle, stranger.update(dongle, [])))).toBe('TABLE_FULL');
    bound(dongle, { channels: 2 });
    expect(codeOf(() => order(dongle, makeContainer('soft', 71), [{ holding: 1, quantity: 1 }]))).toBe('TABLE_FULL');
  });

  it('defers what its custody log has no room for until the firm knows the log', () => {
    const { firm, dongle, device } = world();
    const { itemId } = only(load(firm, dongle, {}));
    contextFor(device, firm);
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    bound(device, { logEntries: 1 });
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const report = apply(device, only(updates));
    expect(report).toMatchObject({ deferred: 2, deferredFor: CATALOGUE.LOG_FULL.number, needed: 0 });
    apply(device, firm.update(device, { header: { custodyKnownThrough: 7 } }));
    expect(device.container.run('history', {}).transfers).toEqual([]);
    expect(apply(device, only(updates)).deferred).toBe(null);
    expect(seats(device, itemId).held).toBe(2);
  });

  it('issues nothing that its custody log would have no room for', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    bound(dongle, { logEntries: 1 });
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('nothing');
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('LOG_FULL');
  });

  it('defers a refusal when 64 are remembered, until their issuer has settled them', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    const { itemId } = firm.grant(dongle.key).grant;
    for (let count = 0; count < 66; count++) firm.issue(dongle, { kind: 'withdraw', itemId, quantity: 1 });
    const report = apply(dongle, firm.update(dongle));
    expect(report).toMatchObject({ applied: 65, deferred: 66, deferredFor: CATALOGUE.TABLE_FULL.number });
    const rest = firm.update(dongle, { first: 66, header: { settledThrough: 65 } });
    expect(apply(dongle, rest)).toMatchObject({ applied: 67, deferred: null });
    const inbound = dongle.container.state.partners.get(firm.key)?.inbound;
    expect([inbound?.prunedThrough, inbound?.refused.length]).toEqual([65, 2]);
  });
});

describe('what nobody refers to any more', () => {
  it('goes: a dongle that gave everything away and whose firm knows its log keeps no grant and no record', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {}, {}, {});
    const parts = dongle.container.run('list', {}).holdings.map(({ id, quantity }) => ({ holding: id, quantity }));
    move(dongle, device, parts);
    const { state } = dongle.container;
    expect([state.grants.size, state.records.size, state.holdings.size, state.pending.size]).toEqual([0, 1, 0, 0]);
    apply(dongle, firm.update(dongle, { header: { custodyKnownThrough: 1 } }));
    expect([state.records.size, state.log.size, state.holdingsOfItem.size]).toEqual([0, 0, 0]);
    expect([...state.certificates.keys()].sort()).toEqual([firm.key, device.key].sort());
    reopen(dongle);
    expect(used(dongle)).toBe(counter(state, 'usedBytes'));
  });

  it('goes: of a firm that is no partner the certificate, with the last item of the firm that is passed on', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    const third = makeContainer('dongle', 5);
    move(dongle, third, [{ holding: 1, quantity: 5 }]);
    expect(third.container.state.certificates.has(firm.key)).toBe(true);
    move(third, device, [{ holding: holdingId(third), quantity: 5 }]);
    expect([...third.container.state.certificates.keys()].sort()).toEqual([device.key, dongle.key].sort());
  });

  it('goes: certificates of firms and earlier holders that are no partners leave with the last item', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, {});
    const second = makeContainer('dongle', 5);
    move(dongle, second, [{ holding: 1, quantity: 5 }]);
    move(second, device, [{ holding: holdingId(second), quantity: 5 }]);
    const keys = () => [...device.container.state.certificates.keys()].sort();
    expect(keys()).toEqual([firm.key, dongle.key, second.key].sort());
    move(device, second, [{ holding: holdingId(device), quantity: 5 }]);
    contextFor(device, firm);
    apply(device, firm.update(device, { header: { custodyKnownThrough: 9 } }));
    expect(keys()).toEqual([firm.key, second.key].sort());
    expect(device.container.state.records.size).toBe(0);
  });
});
