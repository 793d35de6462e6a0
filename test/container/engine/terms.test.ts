import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import type { Grant, TransferTerms } from '../../../container/files/grant.ts';
import type { OrderId } from '../../../container/model/ids.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, move, order, seats, TestFirm } from '../../world/parties.ts';
import { apply, bound, codeOf, contextFor, holdingId, only, reasons, settle } from './scene.ts';

const OPEN: TransferTerms = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 3,
};

function loaded(options: Partial<Grant> = {}, terms: Partial<TransferTerms> = {}) {
  const firm = new TestFirm();
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  const { itemId } = only(load(firm, dongle, { ...options, terms: { ...OPEN, ...terms } }));
  return { firm, dongle, device, itemId };
}

function refusal(work: () => unknown): { code: string; why: string } {
  try {
    work();
  } catch (error) {
    const { code, details } = error as { code: string; details: { why?: string } };
    return { code, why: String(details.why ?? '') };
  }
  return { code: 'nothing', why: '' };
}

describe('the transfer terms of an item', () => {
  it('none: it does not move', () => {
    const { dongle, device } = loaded({}, { type: 'none' });
    expect(refusal(() => order(dongle, device, [{ holding: 1, quantity: 5 }]))).toEqual({
      code: 'MAY_NOT_ISSUE',
      why: 'it may not be moved at all',
    });
  });

  it('complete: it moves as a whole', () => {
    const { dongle, device, itemId } = loaded({}, { type: 'complete' });
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 4 }]))).toBe('MOVES_WHOLE');
    move(dongle, device, [{ holding: 1, quantity: 5 }]);
    expect(seats(device, itemId).held).toBe(5);
  });

  it('kinds and keys: only to the targets that the vendor named', () => {
    const device = makeContainer('soft', 2);
    const kinds = loaded({}, { targetKinds: ['dongle', 'cloud'] });
    expect(refusal(() => order(kinds.dongle, kinds.device, [{ holding: 1, quantity: 1 }])).why).toMatch(/of kind soft/);
    const keys = loaded({}, { targetKinds: ['soft'], targetKeys: [device.key] });
    const other = makeContainer('soft', 3);
    expect(refusal(() => order(keys.dongle, other, [{ holding: 1, quantity: 1 }])).why).toMatch(
      /that the vendor named/,
    );
    expect(codeOf(() => order(keys.dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('nothing');
  });

  it('most per target: not in one order, and not in several either', () => {
    const { dongle, device, itemId } = loaded({}, { mostPerTarget: 2 });
    expect(refusal(() => order(dongle, device, [{ holding: 1, quantity: 3 }])).why).toMatch(/at most 2/);
    order(dongle, device, [{ holding: 1, quantity: 2 }]);
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const report = apply(device, only(updates));
    expect(report.entries.map(({ items }) => items)).toEqual([1, 0]);
    settle(dongle, report.receipt);
    expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  });

  it('most per target: what the target has in transit counts, since it can be called back', () => {
    const { dongle, device, itemId } = loaded({ quantity: 10 }, { mostPerTarget: 3 });
    move(dongle, device, [{ holding: 1, quantity: 3 }]);
    const back = order(device, dongle, [{ holding: holdingId(device), quantity: 3 }]);
    const more = move(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect(reasons(only(more.reports))).toEqual([CATALOGUE.TARGET_LIMIT.number]);
    const { updates } = device.container.run('cancel', { target: dongle.key, sequences: [back.first] });
    settle(device, apply(dongle, only(updates)).receipt);
    expect([seats(dongle, itemId), seats(device, itemId)]).toEqual([
      { held: 7, pending: 0 },
      { held: 3, pending: 0 },
    ]);
  });

  it('most per target: once a return is settled, as many may come again', () => {
    const { dongle, device, itemId } = loaded({ quantity: 10 }, { mostPerTarget: 3 });
    move(dongle, device, [{ holding: 1, quantity: 3 }]);
    move(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    const again = move(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(reasons(only(again.reports))).toEqual([0]);
    expect(seats(device, itemId)).toEqual({ held: 3, pending: 0 });
  });

  it('depth: as many hops as allowed, and a return undoes one', () => {
    const { dongle, itemId } = loaded({}, { depth: 1 });
    const second = makeContainer('dongle', 7);
    move(dongle, second, [{ holding: 1, quantity: 5 }]);
    const third = makeContainer('dongle', 8);
    const onward = () => order(second, third, [{ holding: holdingId(second), quantity: 5 }]);
    expect(refusal(onward).why).toMatch(/as often as allowed \(1\)/);
    move(second, dongle, [{ holding: holdingId(second), quantity: 5 }]);
    move(dongle, third, [{ holding: holdingId(dongle), quantity: 5 }]);
    expect(seats(third, itemId)).toEqual({ held: 5, pending: 0 });
  });

  it('not returnable: it stays where it is', () => {
    const { dongle, device } = loaded({}, { returnable: false });
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const back = refusal(() => order(device, dongle, [{ holding: holdingId(device), quantity: 1 }]));
    expect(back).toEqual({ code: 'MAY_NOT_ISSUE', why: 'it may not be returned' });
  });

  it('do not let more hops be made than are kept, and a new grant by the firm begins anew', () => {
    const { firm, dongle, itemId } = loaded({}, { depth: 100 });
    const chain = [dongle, ...Array.from({ length: 16 }, (_, at) => makeContainer('dongle', 100 + at))];
    for (const [at, target] of chain.entries()) {
      const from = chain[at - 1];
      if (from !== undefined) move(from, target, [{ holding: holdingId(from), quantity: 5 }]);
    }
    const last = chain.at(-1) ?? dongle;
    const { id, hops } = only(last.container.run('list', {}).holdings);
    expect(hops).toBe(16);
    const next = makeContainer('dongle', 200);
    expect(codeOf(() => order(last, next, [{ holding: id, quantity: 5 }]))).toBe('CUSTODY_FULL');
    firm.issue(last, { kind: 'replace', expected: { itemId, quantity: 5 }, grant: firm.grant(last.key).raw });
    apply(last, firm.update(last));
    expect(codeOf(() => order(last, next, [{ holding: holdingId(last), quantity: 5 }]))).toBe('nothing');
  });
});

describe('who may issue', () => {
  it('a soft container gives back to where it came from and nowhere else', () => {
    const { dongle, device, itemId } = loaded();
    const other = makeContainer('soft', 3);
    move(dongle, device, [{ holding: 1, quantity: 5 }]);
    const id = holdingId(device);
    expect(refusal(() => order(device, other, [{ holding: id, quantity: 1 }])).why).toBe('it may only return');
    move(device, dongle, [{ holding: id, quantity: 2 }]);
    expect([seats(dongle, itemId).held, seats(device, itemId).held]).toEqual([2, 3]);
  });

  it('a soft container does not move what its firm gave it', () => {
    const firm = new TestFirm();
    const device = makeContainer('soft', 2);
    load(firm, device, {});
    const dongle = makeContainer('dongle', 1);
    expect(codeOf(() => order(device, dongle, [{ holding: 1, quantity: 1 }]))).toBe('MAY_NOT_ISSUE');
  });

  it('a container without the right issues nothing', () => {
    const firm = new TestFirm();
    const mute = makeContainer('dongle', 5, { issues: 'nothing' });
    load(firm, mute, {});
    expect(codeOf(() => order(mute, makeContainer('soft', 2), [{ holding: 1, quantity: 1 }]))).toBe('ROLE_WRONG');
  });
});

describe('an item with counters', () => {
  it.each([
    ['a Unit Counter', { unitCounter: 100 }],
    ['a Usage Period', { usagePeriod: 3600 }],
  ] as const)('with %s moves whole and takes what is left with it', (_, options) => {
    const { dongle, device } = loaded({ quantity: 2, ...options });
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('MOVES_WHOLE');
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const units = 'unitCounter' in options ? 40 : 0;
    const use = { firmCode: 6000010, productCode: 1001, releaseDate: null, units };
    device.container.run('use', use);
    const used = only(device.container.run('list', {}).holdings);
    expect(codeOf(() => order(device, dongle, [{ holding: used.id, quantity: 1 }]))).toBe('MOVES_WHOLE');
    move(device, dongle, [{ holding: used.id, quantity: 2 }]);
    const back = only(dongle.container.run('list', {}).holdings);
    expect(back).toMatchObject({ units: used.units, usageStart: used.usageStart, quantity: 2 });
    expect('unitCounter' in options ? back.units : back.usageStart).toBe('unitCounter' in options ? 60 : 800_000_000);
  });

  it('copies user data to both parts when it is split', () => {
    const { dongle, device } = loaded();
    const userData = new Uint8Array([7, 7]);
    dongle.container.run('write-data', { holding: 1, userData, customerInfo: null });
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(only(device.container.run('list', {}).holdings).userData).toEqual(userData);
    expect(only(dongle.container.run('list', {}).holdings).userData).toEqual(userData);
  });
});

describe('an order', () => {
  it('names holdings that are here, each once, with seats that are held', () => {
    const { dongle, device } = loaded();
    const parts = (...list: [number, number][]) => list.map(([holding, quantity]) => ({ holding, quantity }));
    const code = (list: ReturnType<typeof parts>) => codeOf(() => order(dongle, device, list));
    expect(code([])).toBe('ORDER_EMPTY');
    expect(code(parts([1, 1], [1, 1]))).toBe('ORDER_EMPTY');
    const refused = (list: ReturnType<typeof parts>) => expect(() => order(dongle, device, list));
    refused(parts([9, 1])).toThrow(
      expect.objectContaining({ code: 'NOT_HELD', details: { here: '3-1', item: 'holding 9' } }),
    );
    refused(parts([1, 6])).toThrow(
      expect.objectContaining({ code: 'QUANTITY_NOT_HELD', details: { wanted: 6, item: '6000010:1001', held: 5 } }),
    );
    order(dongle, device, parts([1, 3]));
    expect(code(parts([1, 3]))).toBe('QUANTITY_NOT_HELD');
  });

  it('far ahead, long forgotten or changed since is refused by name, and nothing moves', () => {
    const { dongle, device, itemId } = loaded({ quantity: 20 });
    for (let count = 0; count < 10; count++) order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const at = (first: number, quantity = 1, holding = 1) =>
      codeOf(() => order(dongle, device, [{ holding, quantity }], first));
    expect([at(12), at(2), at(1), at(10, 2), at(10, 1, 2), at(10)]).toEqual([
      'SEQUENCE_AHEAD',
      'ISSUE_FORGOTTEN',
      'ISSUE_FORGOTTEN',
      'ISSUED_OTHERWISE',
      'ISSUED_OTHERWISE',
      'nothing',
    ]);
    const other = makeContainer('soft', 3);
    expect(codeOf(() => order(dongle, other, [{ holding: 1, quantity: 1 }], 2))).toBe('SEQUENCE_AHEAD');
    expect(seats(dongle, itemId)).toEqual({ held: 10, pending: 10 });
  });

  it('that another one has given just like it is not its repetition', () => {
    const { dongle, device, itemId } = loaded();
    const mine = issueRequest({ context: contextFor(device, dongle), first: 1, parts: [{ holding: 1, quantity: 2 }] });
    const theirs = { ...mine, orderId: '5a'.repeat(16) as OrderId };
    expect(dongle.container.run('issue', mine).repeated).toBe(false);
    expect(codeOf(() => dongle.container.run('issue', theirs))).toBe('ISSUED_OTHERWISE');
    expect(dongle.container.run('issue', mine)).toMatchObject({ first: 1, last: 1, repeated: true });
    expect(dongle.container.run('issue', { ...theirs, first: 2 }).repeated).toBe(false);
    expect(seats(dongle, itemId)).toEqual({ held: 1, pending: 4 });
  });

  it('of more than 64 items becomes several entries in one commit', () => {
    const { firm, dongle, device } = loaded();
    load(firm, dongle, ...Array.from({ length: 99 }, () => ({})));
    const generation = dongle.container.run('list', {}).generation;
    const parts = dongle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const context = contextFor(device, dongle);
    const issued = dongle.container.run('issue', issueRequest({ context, first: 1, parts }));
    expect(issued).toMatchObject({ first: 1, last: 2 });
    expect(dongle.container.run('list', {}).generation).toBe(generation + 1);
    expect(apply(device, only(issued.updates)).entries.map(({ items }) => items)).toEqual([64, 36]);
  });

  it('of two holdings of one item, or of two firms, becomes an entry for each', () => {
    const { dongle, device, itemId } = loaded();
    const other = new TestFirm(6000099);
    load(other, dongle, {});
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    move(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    const holdings = dongle.container.run('list', {}).holdings;
    expect(holdings.filter((holding) => holding.itemId === itemId)).toHaveLength(2);
    const { reports } = move(
      dongle,
      device,
      holdings.map(({ id, quantity }) => ({ holding: id, quantity })),
    );
    expect(only(reports).entries.map(({ items }) => items)).toEqual([1, 1, 1]);
    expect(seats(device, itemId).held).toBe(5);
  });

  it('that becomes several entries tells the sequence of each, and salts each for itself', () => {
    const { dongle, device } = loaded();
    load(new TestFirm(6000099), dongle, {});
    const parts = [1, 2].map((holding) => ({ holding, quantity: 1 }));
    const { entries } = order(dongle, device, parts);
    expect(entries).toEqual([1, 2].map((sequence) => ({ sequence, settled: false, reason: 0 })));
    const pending = [...dongle.container.state.pending.values()];
    expect(new Set(pending.map(({ salt }) => salt)).size).toBe(2);
  });

  it('for a target that takes only small files is split into files, or refused where one item is too large', () => {
    const { firm, dongle, device } = loaded();
    load(firm, dongle, ...Array.from({ length: 70 }, () => ({})));
    bound(device, { largestRecord: 12 * 1024 });
    const parts = dongle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const context = contextFor(device, dongle);
    const issued = dongle.container.run('issue', issueRequest({ context, first: 1, parts }));
    expect(issued.updates.length).toBeGreaterThan(2);
    for (const update of issued.updates) expect(update.length).toBeLessThanOrEqual(12 * 1024);
    const reports = issued.updates.map((update) => apply(device, update));
    expect(settle(dongle, reports.at(-1)?.receipt ?? new Uint8Array()).pending).toBe(0);
    expect(device.container.run('list', {}).holdings).toHaveLength(71);
    const other = makeContainer('soft', 3);
    bound(other, { largestRecord: 6656 });
    expect(codeOf(() => order(dongle, other, [{ holding: 1, quantity: 1 }]))).toBe('TOO_LARGE_FOR_TARGET');
  });

  it('beyond 1,024 entries in transit to one target waits for receipts', () => {
    const { dongle, device, itemId } = loaded({ quantity: 2000 });
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const { state } = dongle.container;
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const [now, entry] = [state.partners.get(device.key), state.pending.get(`${device.key}:2`)];
    if (now === undefined || entry === undefined) throw new TypeError('nothing was issued');
    for (let first = 3; first <= 1024; first++)
      state.pending.set(`${device.key}:${first}`, { ...entry, sequence: first, cancelled: true });
    state.partners.set(device.key, { ...now, outbound: { ...now.outbound, issued: 1024 } });
    const more = () => order(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect(more()).toMatchObject({ first: 1025, last: 1025 });
    expect(more).toThrow(
      expect.objectContaining({ code: 'CHANNEL_FULL', details: { pending: 1024, target: '130-2' } }),
    );
    expect(seats(dongle, itemId)).toMatchObject({ held: 1997 });
  });

  it('takes the last number but one, and is then refused as exhausted', () => {
    const { dongle, device } = loaded();
    for (const [one, other] of [[dongle, device] as const, [device, dongle] as const]) contextFor(one, other);
    const late = 0xffffffff - 2;
    const [from, to] = [dongle.container.state.partners, device.container.state.partners];
    const [there, here] = [from.get(device.key), to.get(dongle.key)];
    if (there === undefined || here === undefined) throw new TypeError('they do not know each other');
    from.set(device.key, { ...there, outbound: { ...there.outbound, issued: late, settled: late } });
    to.set(dongle.key, { ...here, inbound: { ...here.inbound, applied: late, prunedThrough: late } });
    const more = () => order(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect(more()).toMatchObject({ first: late + 1, last: late + 1 });
    expect(more).toThrow(expect.objectContaining({ code: 'EXHAUSTED', details: { what: 'sequence' } }));
  });
});
