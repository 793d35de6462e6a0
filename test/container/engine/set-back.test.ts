import { describe, expect, it } from 'vitest';
import { Container } from '../../../container/container.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, move, order, reopen, seats, type TestContainer, TestFirm } from '../../world/parties.ts';
import {
  apply,
  backup,
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
} from './scene.ts';

/** An issuer that was set back after a move and then moved something else under the same sequence. */
function rolledBackIssuer() {
  const { dongle, device, itemId } = loaded();
  const context = contextFor(device, dongle);
  const before = backup(dongle);
  const { receipt } = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates));
  const twin = restored(dongle, before, 'memory and anchor');
  twin.container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
  return { dongle, device, twin, receipt, itemId };
}

describe('a container that was set back together with its anchor', () => {
  it('proves itself rolled back when its partner shows more than it knows, and issues nothing any more', () => {
    const { dongle, device, itemId } = loaded();
    contextFor(device, dongle);
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    expect(twin.container.locked).toBe(false);
    const codes = [1, 2].map(() => codeOf(() => order(twin, device, [{ holding: 1, quantity: 1 }])));
    expect(codes).toEqual(['SELF_ROLLED_BACK', 'SELF_ROLLED_BACK']);
    expect(seats(twin, itemId)).toEqual({ held: 5, pending: 0 });
    expect(twin.container.run('list', {}).rolledBack).toBe(true);
    expect(evidenceOf(twin)).toEqual(['the target applied more than was issued']);
    const third = makeContainer('soft', 3);
    reopen(twin);
    expect(codeOf(() => order(twin, third, [{ holding: 1, quantity: 1 }]))).toBe('SELF_ROLLED_BACK');
  });

  it('settles nothing from such a proof, told by a receipt', () => {
    const { twin, receipt, itemId } = rolledBackIssuer();
    expect(codeOf(() => settle(twin, receipt))).toBe('SELF_ROLLED_BACK');
    expect(codeOf(() => settle(twin, receipt))).toBe('SELF_ROLLED_BACK');
    expect(seats(twin, itemId)).toEqual({ held: 4, pending: 1 });
    expect(evidenceOf(twin)).toEqual(['the target applied other entries than are known here']);
  });

  it('settles nothing that another partner applied either, once it is proven', () => {
    const { dongle, device, itemId } = loaded();
    const third = makeContainer('soft', 3);
    const { receipt } = apply(third, only(order(dongle, third, [{ holding: 1, quantity: 1 }]).updates));
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    expect(codeOf(() => order(twin, device, [{ holding: 1, quantity: 1 }]))).toBe('SELF_ROLLED_BACK');
    expect(codeOf(() => settle(twin, receipt))).toBe('SELF_ROLLED_BACK');
    expect(seats(twin, itemId)).toEqual({ held: 4, pending: 1 });
    expect(seats(dongle, itemId)).toEqual({ held: 2, pending: 1 });
    settle(dongle, receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 2, pending: 0 });
  });

  it('settles nothing from such a proof within an update, and does not hold more than was granted', () => {
    const { dongle, device, twin, itemId } = rolledBackIssuer();
    const back = order(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    const report = apply(twin, only(back.updates));
    expect(reasons(report)).toEqual([CATALOGUE.QUANTITY_EXCEEDED.number]);
    expect(seats(twin, itemId)).toEqual({ held: 4, pending: 1 });
    expect(twin.container.run('list', {}).rolledBack).toBe(true);
  });

  it('names who proves it the same way each time: by serial number, with the key beside it', () => {
    const { dongle, device } = loaded();
    contextFor(device, dongle);
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    const third = makeContainer('soft', 3);
    const proof = expect.objectContaining({
      code: 'SELF_ROLLED_BACK',
      details: { partner: '130-2', here: '3-1', key: device.key },
      message: expect.stringContaining('130-2 has proof that 3-1 was set back'),
    });
    const known = () => settle(twin, contextFor(device, dongle));
    const other = () => order(twin, third, [{ holding: 1, quantity: 1 }]);
    const first = () => order(twin, device, [{ holding: 1, quantity: 1 }]);
    for (const work of [first, first, known, other]) expect(work).toThrow(proof);
    reopen(twin);
    expect(other).toThrow(proof);
  });

  it('is found out by the partner that had seen more, at the first file, with evidence', () => {
    const { dongle, device, itemId } = loaded();
    contextFor(device, dongle);
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(dongle, before, 'memory and anchor');
    const hash = hashOf(device);
    const context = contextFor(twin, device);
    const id = holdingId(device);
    const work = () =>
      device.container.run('issue', issueRequest({ context, first: 1, parts: [{ holding: id, quantity: 1 }] }));
    expect(codeOf(work)).toBe('PARTNER_ROLLED_BACK');
    expect(hashOf(device)).toBe(hash);
    expect(evidenceOf(device)).toEqual(['two different states have the same generation']);
    expect(seats(device, itemId)).toEqual({ held: 2, pending: 0 });
  });

  it('does not bring an item back as a target: its word is merely late at first and evidence once it went on', () => {
    const { firm, dongle, device, itemId } = loaded();
    contextFor(device, dongle);
    const before = backup(device);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(device, before, 'memory and anchor');
    expect(settle(dongle, contextFor(twin, dongle))).toMatchObject({ late: true, entries: [] });
    expect(evidenceOf(dongle)).toEqual([]);
    load(firm, twin, {});
    load(firm, twin, {});
    expect(settle(dongle, contextFor(twin, dongle))).toMatchObject({ late: true, entries: [] });
    expect(evidenceOf(dongle)).toEqual(['a newer state has applied less']);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
    expect(codeOf(() => order(dongle, twin, [{ holding: 1, quantity: 1 }]))).toBe('PARTNER_ROLLED_BACK');
  });
});

/** A dongle that gave one seat to a device, and a copy of it; both have gone on since, to one generation. */
function copied() {
  const { dongle, device, itemId } = loaded();
  move(dongle, device, [{ holding: 1, quantity: 1 }]);
  const copy = restored(dongle, backup(dongle), 'memory and anchor');
  copy.parts.env.random(64);
  goOn(dongle, 101);
  goOn(copy, 102);
  const show = (it: TestContainer) => codeOf(() => apply(device, only(transitTo(it, device))));
  return { dongle, copy, device, itemId, show };
}

/** Commits something that has nothing to do with anybody here. */
function goOn(it: TestContainer, firmCode: number): void {
  contextFor(it, new TestFirm(firmCode));
}

function transitTo(it: TestContainer, { key }: TestContainer): readonly Uint8Array[] {
  return it.container.run('transit', { target: key }).updates;
}

describe('a partner that was proven to be there twice', () => {
  it('is believed nothing any more, whichever of the two it is and however far that one goes on', () => {
    const { dongle, copy, show } = copied();
    expect([show(dongle), show(copy)]).toEqual(['nothing', 'PARTNER_ROLLED_BACK']);
    goOn(copy, 103);
    goOn(dongle, 104);
    expect([show(copy), show(dongle)]).toEqual(['PARTNER_ROLLED_BACK', 'PARTNER_ROLLED_BACK']);
  });

  it('gives nothing, and gets nothing back, also after a restart', () => {
    const { dongle, copy, device, itemId, show } = copied();
    for (const one of [dongle, copy]) show(one);
    goOn(copy, 103);
    reopen(device);
    const { updates } = order(copy, device, [{ holding: holdingId(copy), quantity: 4 }]);
    expect(codeOf(() => apply(device, only(updates)))).toBe('PARTNER_ROLLED_BACK');
    const back = () => order(device, copy, [{ holding: holdingId(device), quantity: 1 }]);
    expect(codeOf(back)).toBe('PARTNER_ROLLED_BACK');
    expect(seats(device, itemId)).toEqual({ held: 1, pending: 0 });
    expect(evidenceOf(device)).toEqual(['two different states have the same generation']);
  });

  it('still settles what it applied', () => {
    const { dongle, device, itemId } = loaded();
    apply(device, only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates));
    const copy = restored(device, backup(device), 'memory and anchor');
    copy.parts.env.random(64);
    goOn(device, 101);
    goOn(copy, 102);
    const words = [contextFor(device, dongle), contextFor(copy, dongle)];
    order(dongle, device, [{ holding: 1, quantity: 1 }]);
    const [update] = transitTo(dongle, device);
    for (const context of words) settle(dongle, context);
    expect(evidenceOf(dongle)).toEqual(['two different states have the same generation']);
    settle(dongle, apply(device, update as Uint8Array).receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 2, pending: 0 });
  });
});

describe('a partner that was put back for a while', () => {
  it('is believed again in its latest state', () => {
    const { firm, dongle, device } = loaded();
    contextFor(device, dongle);
    const before = backup(device);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const twin = restored(device, before, 'memory and anchor');
    load(firm, twin, {});
    load(firm, twin, {});
    settle(dongle, contextFor(twin, dongle));
    expect(evidenceOf(dongle)).toEqual(['a newer state has applied less']);
    expect(codeOf(() => move(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('nothing');
  });
});

describe('the anchor', () => {
  it('locks a container whose memory alone was set back: it lists, gives a locked context, and does nothing else', () => {
    const { firm, dongle, device } = loaded();
    contextFor(dongle, device);
    const before = backup(dongle);
    move(dongle, device, [{ holding: 1, quantity: 1 }]);
    const twin = restored(dongle, before, 'memory');
    expect(twin.container.locked).toBe(true);
    expect(twin.container.run('list', {}).locked).toBe(true);
    const hash = hashOf(twin);
    const receipt = contextFor(device, dongle);
    const works = [
      () => apply(twin, firm.update(twin)),
      () =>
        twin.container.run('issue', issueRequest({ context: receipt, first: 1, parts: [{ holding: 1, quantity: 1 }] })),
      () => settle(twin, receipt),
      () => twin.container.run('cancel', { target: device.key, sequences: [1] }),
      () => twin.container.run('transit', { target: device.key }),
      () => twin.container.run('write-data', { holding: 1, userData: new Uint8Array(1), customerInfo: null }),
      () => twin.container.run('check', { firmCode: 6000010, productCode: 1001, releaseDate: null }),
    ];
    expect(new Set(works.map(codeOf))).toEqual(new Set(['CONTAINER_LOCKED']));
    contextFor(twin, makeContainer('soft', 4));
    expect(hashOf(twin)).toBe(hash);
  });

  it('locks an issuer: not even an order that it remembers is answered', () => {
    const { dongle, device } = loaded();
    const context = contextFor(device, dongle);
    const again = issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] });
    dongle.container.run('issue', again);
    const before = backup(dongle);
    dongle.container.run('write-data', { holding: 1, userData: new Uint8Array(1), customerInfo: null });
    expect(dongle.container.run('issue', again).repeated).toBe(true);
    const twin = restored(dongle, before, 'memory');
    expect(() => twin.container.run('issue', again)).toThrow(
      expect.objectContaining({ code: 'CONTAINER_LOCKED', details: { here: '3-1' } }),
    );
  });

  it('locks a target: what is asked of its issuer anew is refused, what was issued is still answered', () => {
    const { firm, dongle, device, itemId } = loaded();
    const before = backup(device);
    const issued = order(dongle, device, [{ holding: 1, quantity: 1 }]);
    load(firm, device, {});
    const twin = restored(device, before, 'memory');
    const context = contextFor(twin, dongle);
    const hash = hashOf(dongle);
    const issue = (first: number) =>
      dongle.container.run('issue', issueRequest({ context, first, parts: [{ holding: 1, quantity: 1 }] }));
    expect(() => issue(2)).toThrow(expect.objectContaining({ code: 'TARGET_LOCKED', details: { target: '130-2' } }));
    expect(hashOf(dongle)).toBe(hash);
    expect(issue(1)).toMatchObject({ repeated: true, last: issued.last });
    expect(seats(dongle, itemId)).toEqual({ held: 4, pending: 1 });
  });

  it('that is missing or of another history locks', () => {
    const { dongle } = loaded();
    const parts = { ...dongle.parts, anchor: new MemoryAnchor() };
    expect(Container.open(parts).locked).toBe(true);
    const now = dongle.parts.anchor.read();
    const forged = new MemoryAnchor({ generation: now?.generation ?? 0, stateHash: new Uint8Array(32) });
    expect(Container.open({ ...dongle.parts, anchor: forged }).locked).toBe(true);
  });

  it('one chained record behind is brought up to date, two behind lock', () => {
    const { firm, dongle } = loaded();
    const before = dongle.parts.anchor.read();
    load(firm, dongle, {});
    const behind = new MemoryAnchor(before);
    expect(Container.open({ ...dongle.parts, anchor: behind }).locked).toBe(false);
    expect(behind.read()).toEqual(dongle.parts.anchor.read());
    load(firm, dongle, {});
    expect(Container.open({ ...dongle.parts, anchor: new MemoryAnchor(before) }).locked).toBe(true);
  });

  it('ahead of the memory by one record locks as well', () => {
    const { firm, dongle } = loaded();
    const before = backup(dongle);
    load(firm, dongle, {});
    expect(restored(dongle, before, 'memory').container.locked).toBe(true);
  });
});
