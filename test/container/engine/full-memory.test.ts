import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { signFirmRevocations } from '../../../container/files/notices.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { issueRequest } from '../../world/issue-request.ts';
import {
  crypto,
  load,
  makeContainer,
  move,
  order,
  reopen,
  seats,
  type TestContainer,
  TestFirm,
} from '../../world/parties.ts';
import { audit } from './audit.ts';
import {
  apply,
  backup,
  bound,
  codeOf,
  contextFor,
  evidenceOf,
  HandContainer,
  hashOf,
  loaded,
  only,
  reasons,
  restored,
  settle,
} from './scene.ts';

function used(it: TestContainer): number {
  return counter(it.container.state, 'usedBytes');
}

/** Leaves a container without one free byte. */
function fill(it: TestContainer): void {
  bound(it, { capacity: used(it) });
}

function isWithinMemory(it: TestContainer): boolean {
  return used(it) <= it.container.state.limits.capacity && audit(it.container.state).length === 0;
}

/** Orders one seat so many times, each as an entry of its own, and cancels all of them. */
function cancelled(from: TestContainer, to: TestContainer, entries: number): Uint8Array {
  const issued = from.container.state.partners.get(to.key)?.outbound.issued ?? 0;
  for (let count = 0; count < entries; count++) order(from, to, [{ holding: 1, quantity: 1 }]);
  const sequences = Array.from({ length: entries }, (_, at) => issued + at + 1);
  return only(from.container.run('cancel', { target: to.key, sequences }).updates);
}

describe('a container without a free byte', () => {
  it('takes cancellations, some at a time, until its issuer has settled them', () => {
    const { dongle, device, itemId } = loaded(20);
    let update = cancelled(dongle, device, 20);
    fill(device);
    const sizes: number[] = [];
    for (let round = 0; round < 3; round++) {
      const report = apply(device, update);
      sizes.push(report.entries.length);
      expect(isWithinMemory(device)).toBe(true);
      settle(dongle, report.receipt);
      update = only(dongle.container.run('transit', { target: device.key }).updates);
    }
    expect(sizes).toEqual([8, 8, 4]);
    expect(seats(dongle, itemId)).toEqual({ held: 20, pending: 0 });
  });

  it('settles whatever comes of what it issued, and needs no byte for it', () => {
    const { dongle, device, itemId } = loaded(90);
    const update = cancelled(dongle, device, 40);
    const { receipt } = apply(device, update);
    move(dongle, makeContainer('soft', 3), [{ holding: 1, quantity: 1 }]);
    fill(dongle);
    expect(settle(dongle, receipt)).toMatchObject({ settled: 40, pending: 0 });
    expect(isWithinMemory(dongle)).toBe(true);
    expect(seats(dongle, itemId)).toEqual({ held: 89, pending: 0 });
    for (let count = 0; count < 20; count++) order(dongle, device, [{ holding: 1, quantity: 1 }]);
    fill(dongle);
    const next = only(dongle.container.run('transit', { target: device.key }).updates);
    expect(settle(dongle, apply(device, next).receipt)).toMatchObject({ settled: 60, pending: 0 });
    expect(isWithinMemory(dongle)).toBe(true);
  });

  it('settles even where more is used than there is', () => {
    const { dongle, device, itemId } = loaded(9);
    const { receipt } = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates));
    bound(dongle, { capacity: used(dongle) - 100 });
    expect(settle(dongle, receipt)).toMatchObject({ settled: 1, pending: 0 });
    expect(seats(dongle, itemId)).toEqual({ held: 7, pending: 0 });
  });

  it('takes no word that would swell its memory of the one who says it', () => {
    const firm = new TestFirm();
    const device = makeContainer('soft', 4);
    const liar = new HandContainer(5);
    apply(device, liar.update(device, []));
    fill(device);
    const before = hashOf(device);
    const refused = Array.from({ length: 64 }, (_, at) => ({ sequence: at + 1, reason: 301 }));
    const file = liar.update(device, [], { inbound: { applied: 0, refused }, generation: 9 });
    expect(codeOf(() => apply(device, file))).toBe('MEMORY_FULL');
    expect(hashOf(device)).toBe(before);
    expect(codeOf(() => settle(device, liar.context(device, { applied: 0, refused }, 10)))).toBe('MEMORY_FULL');
    expect(hashOf(device)).toBe(before);
    expect(codeOf(() => apply(device, new HandContainer(6).update(device, [])))).toBe('MEMORY_FULL');
    expect(codeOf(() => apply(device, firm.update(device)))).toBe('MEMORY_FULL');
    expect(apply(device, liar.update(device, [], { generation: 11 })).applied).toBe(0);
    expect(isWithinMemory(device)).toBe(true);
  });

  it('learns that it was set back even from a partner for which it has no room, and keeps the proof', () => {
    const { dongle, device } = loaded();
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    fill(twin);
    const codes = [1, 2].map(() => codeOf(() => order(twin, device, [{ holding: 1, quantity: 1 }])));
    expect(codes).toEqual(['SELF_ROLLED_BACK', 'SELF_ROLLED_BACK']);
    expect(evidenceOf(twin)).toHaveLength(1);
    expect(twin.container.run('list', {}).rolledBack).toBe(true);
    expect(isWithinMemory(twin)).toBe(true);
  });

  it.each([
    ['a receipt', (twin: TestContainer, word: Uint8Array) => settle(twin, word)],
    ['an update', (twin: TestContainer, _: Uint8Array, update: Uint8Array) => apply(twin, update)],
  ])('learns that it was set back from %s that it has no room to remember', (_, bring) => {
    const { dongle, device, itemId } = loaded(20);
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const before = backup(dongle);
    apply(device, cancelled(dongle, device, 9));
    const back = order(device, dongle, [{ holding: 1, quantity: 1 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    fill(twin);
    expect(codeOf(() => bring(twin, contextFor(device, dongle), only(back.updates)))).toMatch(/SELF_ROLLED_BACK|FULL/);
    expect(twin.container.run('list', {}).rolledBack).toBe(true);
    expect(evidenceOf(twin)).toHaveLength(1);
    expect(isWithinMemory(twin)).toBe(true);
    expect(seats(twin, itemId)).toEqual({ held: 19, pending: 0 });
  });

  it('still keeps evidence, in the memory kept for that, and the oldest when that is full as well', () => {
    const device = makeContainer('soft', 7);
    const forger = new HandContainer(8);
    forger.entries.push({ entry: new Uint8Array(40), signature: null });
    const forged = (generation: number): string => {
      const header = { chainBefore: '11'.repeat(32) as Hash, chainLast: forger.chainAfter('11'.repeat(32) as Hash) };
      return codeOf(() => apply(device, forger.update(device, [], { header, generation })));
    };
    fill(device);
    expect(forged(1)).toBe('UPDATE_FORK');
    expect(evidenceOf(device)).toHaveLength(1);
    bound(device, { evidence: counter(device.container.state, 'evidenceBytes') + 400 });
    expect(forged(2)).toBe('UPDATE_FORK');
    expect(evidenceOf(device)).toHaveLength(1);
    expect(isWithinMemory(device)).toBe(true);
    reopen(device);
    expect(evidenceOf(device)).toHaveLength(1);
  });
});

describe('what a container has in transit', () => {
  it('waits for a receipt where one journal record could not settle more of it', () => {
    const { dongle, device } = loaded(9);
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const frame = 4096;
    bound(dongle, { journalRecord: frame + 2 * (256 + 52) });
    const more = () => order(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect([codeOf(more), codeOf(more)]).toEqual(['nothing', 'nothing']);
    const before = hashOf(dongle);
    expect(more).toThrow(expect.objectContaining({ code: 'CHANNEL_FULL', details: { pending: 2, target: '130-2' } }));
    expect(hashOf(dongle)).toBe(before);
  });

  it('counts with every part of it towards what one journal record can settle', () => {
    const { firm, dongle, device } = loaded();
    load(firm, dongle, {}, {}, {});
    bound(dongle, { journalRecord: 4096 + 256 + 3 * 52 });
    const issue = (...holdings: number[]) =>
      codeOf(() =>
        order(
          dongle,
          device,
          holdings.map((holding) => ({ holding, quantity: 1 })),
        ),
      );
    expect([issue(1, 2, 3, 4), issue(1, 2, 3)]).toEqual(['CHANNEL_FULL', 'nothing']);
  });

  it('counts with the transfer record that settling stores, once its vendor has written it off', () => {
    const { firm, dongle, device } = loaded(9);
    order(dongle, device, [{ holding: 1, quantity: 2 }]);
    firm.issue(dongle, { kind: 'writeOff', target: device.key, through: 1 });
    apply(dongle, firm.update(dongle));
    const [entry] = dongle.container.state.pending.values();
    const record = entry?.writtenOff?.length ?? 0;
    expect(record).toBeGreaterThan(64);
    bound(dongle, { journalRecord: 4096 + 256 + record + 256 + 52 - 1 });
    const more = () => codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]));
    expect(more()).toBe('CHANNEL_FULL');
    bound(dongle, { journalRecord: 4096 + 256 + record + 256 + 52 });
    expect(more()).toBe('nothing');
  });

  it('is never more than one receipt can settle, even in the smallest dongle', () => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 1, { size: 384 * 1024 });
    const device = makeContainer('soft', 2);
    const { itemId } = only(load(firm, dongle, { quantity: 1000 }));
    const context = contextFor(device, dongle);
    let issued = 0;
    const next = () =>
      dongle.container.run('issue', issueRequest({ context, first: issued + 1, parts: [{ holding: 1, quantity: 1 }] }));
    let code = codeOf(next);
    while (code === 'nothing' && issued < 1000) {
      issued += 1;
      code = codeOf(next);
    }
    expect([code, issued]).toEqual(['CHANNEL_FULL', 212]);
    const { updates } = dongle.container.run('transit', { target: device.key });
    const receipt = updates.map((update) => apply(device, update).receipt).at(-1) as Uint8Array;
    expect(settle(dongle, receipt)).toMatchObject({ settled: 212, pending: 0 });
    expect([seats(dongle, itemId).held, seats(device, itemId).held]).toEqual([788, 212]);
    expect(isWithinMemory(dongle)).toBe(true);
  });

  it('keeps its lines of the custody log: what comes in waits for others', () => {
    const { firm, dongle, device } = loaded(5);
    contextFor(device, firm);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    bound(device, { logEntries: 2 });
    const back = order(device, dongle, [{ holding: 1, quantity: 1 }]);
    const report = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates));
    expect(report).toMatchObject({ deferred: 2, deferredFor: CATALOGUE.LOG_FULL.number });
    settle(device, apply(dongle, only(back.updates)).receipt);
    expect(device.container.state.logs.get(firm.firmCode)).toEqual({ first: 1, next: 3 });
  });

  it('of one firm takes no line from the log of another', () => {
    const { dongle, device } = loaded(5);
    const other = new TestFirm(6000099);
    load(other, dongle, {});
    bound(dongle, { logEntries: 1 });
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const { updates } = order(dongle, device, [{ holding: 2, quantity: 1 }]);
    expect(codeOf(() => order(dongle, device, [{ holding: 2, quantity: 1 }]))).toBe('LOG_FULL');
    expect(reasons(apply(device, only(updates)))).toEqual([0, 0]);
  });
});

describe('a file whose effect is larger than one journal record', () => {
  const firm = new TestFirm();

  /** Applies a file again and again, as often as it gets further, and tells how far it got each time. */
  function applied(it: TestContainer, update: Uint8Array): number[] {
    const steps: number[] = [];
    for (;;) {
      const { applied: sequence, deferred, deferredFor } = apply(it, update);
      steps.push(sequence);
      if (deferred === null || steps.at(-2) === sequence) return steps;
      expect(deferredFor).toBe(CATALOGUE.TABLE_FULL.number);
    }
  }

  it('is applied in steps, each of which is durable', () => {
    const dongle = makeContainer('dongle', 8, { size: 384 * 1024 });
    const grant = () => firm.grant(dongle.key, { protectedData: new Uint8Array(256) }).raw;
    for (let entry = 0; entry < 4; entry++)
      firm.issue(dongle, { kind: 'add', grants: Array.from({ length: 45 }, grant) });
    const steps = applied(dongle, firm.update(dongle));
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toBe(4);
    reopen(dongle);
    expect(dongle.container.run('list', {}).holdings).toHaveLength(180);
    expect(isWithinMemory(dongle)).toBe(true);
  });

  it('is applied however small it is itself', () => {
    const dongle = makeContainer('dongle', 9, { size: 384 * 1024 });
    const grants = load(firm, dongle, ...Array.from({ length: 30 }, () => ({})));
    const data = new Uint8Array(256);
    for (let holding = 1; holding <= 30; holding++)
      dongle.container.run('write-data', { holding, userData: data, customerInfo: data });
    for (let round = 0; round < 5; round++)
      for (const { itemId, quantity } of grants) firm.issue(dongle, { kind: 'disable', itemId, quantity });
    const steps = applied(dongle, firm.update(dongle));
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toBe(151);
  });

  it('by a single entry is refused for good, and the rest goes on', () => {
    const { dongle, device, firm: vendor, itemId } = loaded(40);
    for (let count = 0; count < 20; count++) move(dongle, device, [{ holding: 1, quantity: 1 }]);
    bound(device, { journalRecord: 5000 });
    contextFor(device, vendor);
    vendor.issue(device, { kind: 'disable', itemId, quantity: 20 });
    vendor.issue(device, { kind: 'disable', itemId, quantity: 19 });
    const update = vendor.update(device);
    expect(reasons(apply(device, update))).toEqual([CATALOGUE.ENTRY_TOO_LARGE.number, CATALOGUE.ITEM_ELSEWHERE.number]);
  });
});

describe('an order that one journal record cannot hold', () => {
  it('is refused and leaves everything as it is; a smaller one goes', () => {
    const { firm, dongle, device } = loaded();
    load(firm, dongle, ...Array.from({ length: 29 }, () => ({})));
    const data = new Uint8Array(256);
    const parts = dongle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    for (const { holding } of parts)
      dongle.container.run('write-data', { holding, userData: data, customerInfo: data });
    bound(dongle, { journalRecord: 10_000 });
    const before = hashOf(dongle);
    expect(codeOf(() => order(dongle, device, parts))).toBe('MEMORY_FULL');
    expect(hashOf(dongle)).toBe(before);
    expect(codeOf(() => order(dongle, device, parts.slice(0, 10)))).toBe('nothing');
  });
});

describe('a file that brings a list and settles', () => {
  it('settles where one record cannot do both, and takes the list when it comes again', () => {
    const { firm, dongle, device, itemId } = loaded(50);
    const keys = Array.from({ length: 60 }, (_, at) => at.toString(16).padStart(64, '0') as PublicKey);
    const list = signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version: 1, keys });
    apply(device, firm.update(device, { notices: [list] }));
    for (let count = 0; count < 10; count++) order(dongle, device, [{ holding: 1, quantity: 1 }]);
    apply(device, only(dongle.container.run('transit', { target: device.key }).updates));
    const file = only(order(device, dongle, [{ holding: 1, quantity: 1 }]).updates);
    bound(dongle, { journalRecord: 4096 + 10 * (256 + 52) });
    const brought = () => {
      const { notices, deferred } = apply(dongle, file);
      return { list: notices[0]?.isNew ? 'new' : notices[0]?.reason, deferred, ...seats(dongle, itemId) };
    };
    expect([brought(), brought()]).toEqual([
      { list: CATALOGUE.MEMORY_FULL.number, deferred: 1, held: 40, pending: 0 },
      { list: 'new', deferred: null, held: 41, pending: 0 },
    ]);
  });
});
