import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { entry } from '../../../container/files/entries.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, move, order, reopen, seats, type TestContainer } from '../../world/parties.ts';
import {
  apply,
  backup,
  bound,
  codeOf,
  contextFor,
  evidenceOf,
  hashOf,
  holdingId,
  loaded,
  only,
  reasons,
  restored,
  settle,
  world,
} from './scene.ts';

describe('an update file that is lost, doubled or late', () => {
  it('never matters when it is lost: the next one brings all that is unsettled', () => {
    const { dongle, device, itemId } = loaded();
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const second = order(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(apply(device, only(second.updates)).entries).toHaveLength(2);
    expect(seats(device, itemId).held).toBe(3);
  });

  it('changes nothing when it is applied again, and gives a current receipt', () => {
    const { dongle, device, itemId } = loaded();
    const update = only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates);
    apply(device, update);
    const before = hashOf(device);
    const again = apply(device, update);
    expect(again).toMatchObject({ applied: 1, skipped: 1, entries: [], deferred: null });
    expect(hashOf(device)).toBe(before);
    settle(dongle, again.receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
  });

  it('changes nothing when it comes years after newer ones, even from before the other way round', () => {
    const { dongle, device, itemId } = loaded();
    const first = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
    const second = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
    settle(dongle, apply(device, second).receipt);
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    move(device, dongle, [{ holding: holdingId(device), quantity: 1 }]);
    const before = hashOf(device);
    for (const late of [first, second, first]) expect(apply(device, late).entries).toEqual([]);
    expect(hashOf(device)).toBe(before);
    expect(evidenceOf(device)).toEqual([]);
    expect(seats(device, itemId).held + seats(dongle, itemId).held).toBe(5);
  });
});

describe('a receipt', () => {
  it('that was lost is made up for by any later one, and one that is doubled or late says nothing new', () => {
    const { dongle, device, itemId } = loaded();
    const first = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates)).receipt;
    const second = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates)).receipt;
    expect(settle(dongle, second)).toMatchObject({ settled: 2, pending: 0, late: false });
    const before = hashOf(dongle);
    for (const receipt of [second, first, second])
      expect(settle(dongle, receipt)).toMatchObject({ settled: 2, late: true, entries: [] });
    expect(hashOf(dongle)).toBe(before);
    expect(evidenceOf(dongle)).toEqual([]);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
  });

  it('from before the order is a lower bound and settles nothing', () => {
    const { dongle, device, itemId } = loaded();
    const early = contextFor(device, dongle);
    order(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(settle(dongle, early)).toMatchObject({ late: true, pending: 1 });
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 2 });
  });

  it('of a container that nothing was ever issued to is not known', () => {
    const { dongle, device } = loaded();
    expect(codeOf(() => settle(dongle, contextFor(device, dongle)))).toBe('TARGET_UNKNOWN');
  });
});

describe('two contexts that were opened for one issuer', () => {
  it.each([
    [0, 1],
    [1, 0],
  ])('both serve for an order, used in the order %i, %i', (...uses) => {
    const { firm, dongle, device, itemId } = loaded();
    const one = contextFor(device, dongle);
    load(firm, device, {});
    const contexts = [one, contextFor(device, dongle)];
    const updates = uses.map((use, at) => {
      const context = contexts[use] ?? one;
      return only(
        dongle.container.run('issue', issueRequest({ context, first: at + 1, parts: [{ holding: 1, quantity: 2 }] }))
          .updates,
      );
    });
    for (const update of updates) settle(dongle, apply(device, update).receipt);
    expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
      { held: 1, pending: 0 },
      { held: 4, pending: 0 },
    ]);
  });
});

describe('an order with the context of somebody else than it names', () => {
  it('is refused with both names, and nothing moves', () => {
    const { dongle, device } = loaded();
    const other = makeContainer('soft', 9);
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const before = hashOf(dongle);
    const request = issueRequest({
      context: contextFor(other, dongle),
      first: 2,
      parts: [{ holding: 1, quantity: 1 }],
    });
    expect(() => dongle.container.run('issue', { ...request, target: device.key })).toThrow(
      expect.objectContaining({
        code: 'TARGET_OTHER',
        details: { found: other.container.run('list', {}).serial, wanted: device.container.run('list', {}).serial },
      }),
    );
    expect(hashOf(dongle)).toBe(before);
  });

  it('is refused when it is given again, too: it would be answered for the wrong one', () => {
    const { dongle, device } = loaded();
    const other = makeContainer('soft', 9);
    const parts = [{ holding: 1, quantity: 1 }];
    order(dongle, other, parts);
    const again = { ...issueRequest({ context: contextFor(other, dongle), first: 1, parts }), target: device.key };
    expect(codeOf(() => dongle.container.run('issue', again))).toBe('TARGET_OTHER');
  });
});

describe('a part of what was issued', () => {
  it('that makes several files is in each of them by itself, behind what is settled', () => {
    const { firm, dongle, device } = loaded();
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const data = new Uint8Array(256);
    load(firm, dongle, ...[1, 2, 3, 4].map(() => ({ protectedData: data })));
    bound(device, { largestRecord: 7300 });
    const parts = [2, 3, 4, 5].map((holding) => ({ holding, quantity: 1 }));
    const { first, last, updates } = order(dongle, device, parts);
    expect([first, last, updates.length]).toEqual([2, 5, 2]);
    expect(updates.map((update) => apply(device, update).applied)).toEqual([4, 5]);
  });

  it('that leaves a gap names what is missing and changes nothing', () => {
    const { firm, dongle } = loaded();
    for (let count = 0; count < 3; count++) firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    const before = hashOf(dongle);
    expect(() => apply(dongle, firm.update(dongle, { first: 3 }))).toThrow(
      expect.objectContaining({ code: 'UPDATE_GAP', details: { first: 3, last: 4, missing: '2' } }),
    );
    expect(() => apply(dongle, firm.update(dongle, { first: 4 }))).toThrow(
      expect.objectContaining({ code: 'UPDATE_GAP', details: { first: 4, last: 4, missing: '2 to 3' } }),
    );
    expect(hashOf(dongle)).toBe(before);
  });

  it('that overlaps what was applied is taken from where it is new', () => {
    const { firm, dongle } = loaded();
    for (let count = 0; count < 2; count++) firm.issue(dongle, { kind: 'add', grants: [firm.grant(dongle.key).raw] });
    apply(dongle, firm.update(dongle, { first: 2, last: 2 }));
    expect(apply(dongle, firm.update(dongle, { first: 1 }))).toMatchObject({ applied: 3, skipped: 2 });
  });
});

describe('an entry that cannot be understood', () => {
  const salt = new Uint8Array(16);
  it.each([
    ['of an unknown kind', { version: 1, kind: 99, salt, body: salt }, 'ENTRY_UNKNOWN'],
    ['of an unknown version', { version: 2, kind: 1, salt, body: salt }, 'ENTRY_UNKNOWN'],
    ['with a malformed body', { version: 1, kind: 1, salt, body: salt }, 'ENTRY_MALFORMED'],
    ['that is no entry', null, 'ENTRY_MALFORMED'],
  ] as const)('%s is refused alone and the rest of the file is applied', (_, outer, code) => {
    const { firm, dongle } = loaded();
    const grants = [firm.grant(dongle.key), firm.grant(dongle.key)];
    firm.issueRaw(dongle, outer === null ? salt : entry.encode(outer));
    firm.issue(dongle, { kind: 'add', grants: grants.map(({ raw }) => raw) });
    const report = apply(dongle, firm.update(dongle));
    expect(report.entries.map(({ items }) => items)).toEqual([0, 2]);
    expect(reasons(report)).toEqual([CATALOGUE[code].number, 0]);
    expect(dongle.container.run('list', {}).holdings).toHaveLength(3);
  });
});

describe('a fork of the channel', () => {
  it('is refused, leaves the state hash as it is and keeps the evidence once', () => {
    const { dongle, device, itemId } = loaded();
    contextFor(device, dongle);
    const before = backup(dongle);
    const one = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
    const twin = restored(dongle, before, 'memory and anchor');
    const other = only(order(twin, device, [{ holding: 1, quantity: 5 }]).updates);
    apply(device, one);
    const hash = hashOf(device);
    const codes = [other, other].map((update) => codeOf(() => apply(device, update)));
    expect(codes).toEqual(['PARTNER_ROLLED_BACK', 'PARTNER_ROLLED_BACK']);
    expect(hashOf(device)).toBe(hash);
    expect(evidenceOf(device)).toHaveLength(1);
    expect(seats(device, itemId)).toEqual({ held: 1, pending: 0 });
    reopen(device);
    expect(evidenceOf(device)).toHaveLength(1);
  });

  it('by a firm that issues two entries with one sequence is refused as a fork', () => {
    const { firm, dongle } = loaded();
    const twin = world().firm;
    twin.env.random(500);
    twin.issue(dongle, { kind: 'add', grants: [twin.grant(dongle.key).raw] });
    twin.issue(dongle, { kind: 'add', grants: [twin.grant(dongle.key).raw] });
    const before = hashOf(dongle);
    expect(codeOf(() => apply(dongle, twin.update(dongle)))).toBe('UPDATE_FORK');
    expect(codeOf(() => apply(dongle, twin.update(dongle, { first: 2 })))).toBe('UPDATE_FORK');
    expect(hashOf(dongle)).toBe(before);
    expect(evidenceOf(dongle)).toEqual(['two entries with one sequence']);
    const [one] = [...dongle.container.state.evidence.values()];
    const witness = dongle.container.state.partners.get(firm.key)?.witness?.signature;
    expect([one?.statements.length, one?.statements[0]?.signature]).toEqual([2, witness]);
    expect(apply(dongle, firm.update(dongle)).skipped).toBe(1);
  });
});

describe('a cancelled entry', () => {
  it('is refused by a target that has not applied it and comes back, however late the original file arrives', () => {
    const { dongle, device, itemId } = loaded();
    const original = only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates);
    const cancelled = only(dongle.container.run('cancel', { target: device.key, sequences: [1] }).updates);
    const hash = hashOf(dongle);
    dongle.container.run('cancel', { target: device.key, sequences: [1, 1] });
    expect(hashOf(dongle)).toBe(hash);
    reopen(dongle);
    const report = apply(device, cancelled);
    expect(reasons(report)).toEqual([301]);
    expect(apply(device, original)).toMatchObject({ skipped: 1, entries: [] });
    settle(dongle, report.receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
    expect(seats(device, itemId).held).toBe(0);
  });

  it('stays moved when the target had applied it before', () => {
    const { dongle, device, itemId } = loaded();
    const original = only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates);
    const cancelled = only(dongle.container.run('cancel', { target: device.key, sequences: [1] }).updates);
    apply(device, original);
    const report = apply(device, cancelled);
    expect(report).toMatchObject({ skipped: 1, entries: [] });
    expect(only(settle(dongle, report.receipt).entries)).toEqual({ sequence: 1, reason: 0 });
    expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  });

  it('between others travels as its hash and leaves them untouched', () => {
    const { dongle, device, itemId } = loaded();
    for (let count = 0; count < 3; count++) order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const { updates } = dongle.container.run('cancel', { target: device.key, sequences: [2] });
    const report = apply(device, only(updates));
    expect(reasons(report)).toEqual([0, 301, 0]);
    const settled = settle(dongle, report.receipt);
    expect(settled.entries.map(({ reason }) => reason)).toEqual([0, 301, 0]);
    expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
    const again = order(dongle, device, [{ holding: 1, quantity: 1 }], 2);
    expect(again.entries).toEqual([{ sequence: 2, settled: true, reason: 301 }]);
  });

  it('must be in transit to a known target', () => {
    const { firm, dongle, device } = loaded();
    const cancel = (target: TestContainer['key'], sequence: number) =>
      codeOf(() => dongle.container.run('cancel', { target, sequences: [sequence] }));
    expect(cancel(device.key, 1)).toBe('TARGET_UNKNOWN');
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect([cancel(device.key, 1), cancel(device.key, 2), cancel(firm.key, 1)]).toEqual(Array(3).fill('NOT_PENDING'));
    const named = () => dongle.container.run('cancel', { target: device.key, sequences: [2] });
    expect(named).toThrow(expect.objectContaining({ details: { sequence: 2, target: '130-2' } }));
    const transit = (target: TestContainer['key']) => codeOf(() => dongle.container.run('transit', { target }));
    expect([transit(firm.key), transit(makeContainer('soft', 9).key)]).toEqual(Array(2).fill('TARGET_UNKNOWN'));
    expect(dongle.container.run('transit', { target: device.key }).updates).toHaveLength(1);
  });
});

describe('two full containers that exchange items', () => {
  it('are both freed when both cancel', () => {
    const { firm, dongle } = loaded();
    const other = makeContainer('dongle', 9);
    load(firm, other, {});
    order(dongle, other, [{ holding: 1, quantity: 5 }]);
    order(other, dongle, [{ holding: 1, quantity: 5 }]);
    const there = only(dongle.container.run('cancel', { target: other.key, sequences: [1] }).updates);
    const back = only(other.container.run('cancel', { target: dongle.key, sequences: [1] }).updates);
    settle(dongle, apply(other, there).receipt);
    settle(other, apply(dongle, back).receipt);
    for (const it of [dongle, other]) {
      expect(it.container.run('list', {}).transit).toEqual([]);
      expect(it.container.run('list', {}).holdings[0]).toMatchObject({ quantity: 5, pending: 0 });
    }
  });
});
