import { describe, expect, it } from 'vitest';
import { CATALOGUE, type ErrorCode } from '../../../container/errors.ts';
import { encodeEntry } from '../../../container/files/entries.ts';
import { sealEnvelope, signedEnvelope } from '../../../container/files/envelope.ts';
import type { Grant } from '../../../container/files/grant.ts';
import { type MovedItem, transferRecord } from '../../../container/files/transfer-record.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import {
  crypto,
  load,
  makeContainer,
  move,
  order,
  seats,
  seededEnv,
  type TestContainer,
  TestFirm,
} from '../../world/parties.ts';
import { apply, codeOf, HandContainer, holdingId, only, reasons, settle } from './scene.ts';

const firm = new TestFirm();
const terms = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 3,
} as const;

function granted(holder: { readonly key: PublicKey }, options: Partial<Grant> = {}) {
  const { grant, raw } = firm.grant(holder.key, { terms, ...options });
  const moved: MovedItem = { itemId: grant.itemId, quantity: 2, units: grant.unitCounter, usageStart: null };
  return { grant: raw, itemId: grant.itemId, moved };
}

/** How the last entry of a hand-made sender ends at a target. */
function ends(target: TestContainer, sender: HandContainer, ...certificates: Uint8Array[]): ErrorCode | 'applied' {
  const number = reasons(apply(target, sender.update(target, [firm.certificate, ...certificates]))).at(-1);
  const codes = Object.keys(CATALOGUE) as ErrorCode[];
  return codes.find((code) => CATALOGUE[code].number === number) ?? 'applied';
}

/** The seed of the key of a container that was made under that name. */
const seedOf = (name: string): Uint8Array => seededEnv(name).random(32);

let number = 1000;
function cast() {
  number += 10;
  return {
    device: makeContainer('soft', number),
    first: new HandContainer(number + 1),
    second: new HandContainer(number + 2),
  };
}

describe('a transfer from a sender that bends the rules', () => {
  it('is taken when nothing is bent', () => {
    const { device, first } = cast();
    first.transfer(device, [granted(first)]);
    expect(ends(device, first)).toBe('applied');
  });

  it.each([
    ['is meant for another container', { to: '11'.repeat(32) as PublicKey }, 'CUSTODY_WRONG'],
    ['has another sequence', { sequence: 7 }, 'CUSTODY_WRONG'],
    ['names another sender', { from: '11'.repeat(32) as PublicKey }, 'CUSTODY_WRONG'],
    ['names another firm', { firmCode: 7 }, 'CUSTODY_WRONG'],
  ] as const)('is refused when its transfer record %s', (_, record, code) => {
    const { device, first } = cast();
    first.transfer(device, [granted(first)], { record });
    expect(ends(device, first)).toBe(code);
  });

  it('is refused when its transfer record is unsigned, signed by another, unreadable or lists other items', () => {
    const { device, first } = cast();
    const one = granted(first);
    const refused = (change: Parameters<HandContainer['transfer']>[2], items = [one]) => {
      first.transfer(device, items, change);
      return ends(device, first);
    };
    expect(refused({ signature: null })).toBe('CUSTODY_WRONG');
    expect(refused({ signature: new Uint8Array(64) })).toBe('CUSTODY_WRONG');
    expect(refused({ part: new Uint8Array([0x90]) })).toBe('ENTRY_MALFORMED');
    expect(refused({ record: { items: [one.moved, granted(first).moved] } })).toBe('ENTRY_MALFORMED');
    expect(refused({}, [one, one])).toBe('ENTRY_MALFORMED');
    expect(refused({ carried: { custody: [3] } })).toBe('ENTRY_MALFORMED');
    expect(refused({ carried: { units: 3 } })).toBe('CUSTODY_WRONG');
    expect(refused({ carried: { usageStart: 3 } })).toBe('CUSTODY_WRONG');
    expect(refused({ record: { items: [granted(first).moved] } })).toBe('CUSTODY_WRONG');
    expect(refused({})).toBe('applied');
  });

  it('is refused when it passes on, as its own, what another sender has signed for the same place in its channel', () => {
    const { device, first, second } = cast();
    first.transfer(device, [granted(first)]);
    second.entries.push(only(first.entries));
    expect(ends(device, second, first.certificate)).toBe('CUSTODY_WRONG');
    expect(ends(device, first)).toBe('applied');
  });

  it('is refused when its transfer record lists its items in another order', () => {
    const { device, first } = cast();
    const [one, other] = [granted(first), granted(first)];
    const more = { ...other, moved: { ...other.moved, quantity: 5 } };
    first.transfer(device, [one, more], { record: { items: [more.moved, one.moved] } });
    expect(ends(device, first)).toBe('CUSTODY_WRONG');
    first.transfer(device, [one, more]);
    expect(ends(device, first)).toBe('applied');
  });

  it('is refused when more seats or units move than were granted, or units appear from nowhere', () => {
    const { device, first } = cast();
    const plain = granted(first);
    const counted = granted(first, { unitCounter: 10, quantity: 2 });
    const refused = (item: typeof plain, moved: Partial<MovedItem>) => {
      first.transfer(device, [{ ...item, moved: { ...item.moved, ...moved } }]);
      return ends(device, first);
    };
    expect(refused(plain, { quantity: 6 })).toBe('CUSTODY_WRONG');
    expect(refused(plain, { units: 4 })).toBe('CUSTODY_WRONG');
    expect(refused(counted, { units: 11 })).toBe('CUSTODY_WRONG');
    expect(refused(counted, { units: null })).toBe('CUSTODY_WRONG');
    expect(refused(counted, { quantity: 1, units: 10 })).toBe('TERMS_FORBID');
    expect(refused(counted, { units: 9 })).toBe('applied');
  });

  it('is refused when all seats together exceed the License Quantity', () => {
    const { device, first } = cast();
    const item = granted(first);
    const moved = { ...item.moved, quantity: 3 };
    first.transfer(device, [{ ...item, moved }]);
    first.transfer(device, [{ ...item, moved }]);
    expect(ends(device, first)).toBe('QUANTITY_EXCEEDED');
    expect(seats(device, item.itemId).held).toBe(3);
  });

  it.each([
    ['none', { type: 'none' }, 'TERMS_FORBID'],
    ['complete', { type: 'complete' }, 'TERMS_FORBID'],
    ['kinds', { targetKinds: ['dongle'] }, 'TARGET_NOT_ALLOWED'],
    ['keys', { targetKeys: ['11'.repeat(32) as PublicKey] }, 'TARGET_NOT_ALLOWED'],
    ['most per target', { mostPerTarget: 1 }, 'TARGET_LIMIT'],
    ['depth', { depth: 0 }, 'DEPTH_EXCEEDED'],
  ] as const)('is refused when the terms forbid it: %s', (_, change, code) => {
    const { device, first } = cast();
    first.transfer(device, [granted(first, { terms: { ...terms, ...change } })]);
    expect(ends(device, first)).toBe(code);
  });

  it('is refused when it is not signed by its firm, or the firm is not certified in the file', () => {
    const { device, first } = cast();
    const item = granted(first);
    first.transfer(device, [{ ...item, grant: item.grant.with(-1, 3) }]);
    expect(ends(device, first)).toBe('GRANT_WRONG');
    first.transfer(device, [item]);
    expect(reasons(apply(device, first.update(device, []))).at(-1)).toBe(CATALOGUE.GRANT_WRONG.number);
  });

  it('is refused when the sender may only return, or may issue nothing, at any hop', () => {
    const { device } = cast();
    const returner = new HandContainer(number + 3, 'return');
    returner.transfer(device, [granted(returner)]);
    expect(ends(device, returner)).toBe('SENDER_MAY_NOT_ISSUE');
    const mute = new HandContainer(number + 4, 'nothing');
    const next = new HandContainer(number + 5);
    const item = granted(mute);
    const { raw } = mute.record({ to: next.key, sequence: 1, firmCode: 6000010, items: [item.moved] });
    next.transfer(device, [{ ...item, custody: [0] }], { records: [raw] });
    expect(ends(device, next, mute.certificate)).toBe('SENDER_MAY_NOT_ISSUE');
  });

  it('does not carry entries of a firm, and a firm does not transfer', () => {
    const { device } = cast();
    const holdings = [{ ...granted(device), units: null, usageStart: null, custody: [] }].map(({ grant }) => ({
      grant,
      units: null,
      usageStart: null,
      userData: new Uint8Array(),
      customerInfo: new Uint8Array(),
      custody: [],
    }));
    const vendor = new TestFirm();
    vendor.issue(device, { kind: 'transferIn', record: new Uint8Array(1), records: [], holdings });
    expect(reasons(apply(device, vendor.update(device)))).toEqual([CATALOGUE.ENTRY_MALFORMED.number]);
    const { moved } = granted(device);
    const content = { from: vendor.key, to: device.key, sequence: 2, firmCode: 6000010, items: [moved] };
    vendor.issue(device, { kind: 'transferIn', record: transferRecord.encode(content), records: [], holdings });
    expect(reasons(apply(device, vendor.update(device))).at(-1)).toBe(CATALOGUE.ENTRY_MALFORMED.number);
    const dongle = new HandContainer(number + 6);
    dongle.entries.push({ entry: vendorEntry(device), signature: null });
    expect(ends(device, dongle)).toBe('ENTRY_MALFORMED');
  });
});

function vendorEntry(device: TestContainer): Uint8Array {
  return encodeEntry({ kind: 'add', grants: [granted(device).grant] }, new Uint8Array(16));
}

describe('the way of an item over several containers', () => {
  function twoHops(change: { to?: PublicKey; quantity?: number; usageStart?: number; firmCode?: number } = {}) {
    const { device, first, second } = cast();
    const item = granted(first, { quantity: 5 });
    const { to = second.key, firmCode = 6000010, ...moved } = change;
    const { raw, part } = first.record({ to, sequence: 1, firmCode, items: [{ ...item.moved, ...moved }] });
    return { device, first, second, item, raw, part };
  }

  it('is taken when every hop follows from the one before', () => {
    const { device, first, second, item, raw } = twoHops();
    second.transfer(device, [{ ...item, custody: [0] }], { records: [raw] });
    expect(ends(device, second, first.certificate)).toBe('applied');
    expect(only(device.container.run('list', {}).holdings)).toMatchObject({ hops: 2, quantity: 2 });
  });

  it.each([
    ['it leads elsewhere', { to: '22'.repeat(32) as PublicKey }],
    ['the quantity grew', { quantity: 1 }],
    ['the usage period begins again', { usageStart: 5 }],
    ['it belongs to another firm', { firmCode: 7 }],
  ])('is refused when %s', (_, change) => {
    const { device, first, second, item, raw } = twoHops(change);
    second.transfer(device, [{ ...item, custody: [0] }], { records: [raw] });
    expect(ends(device, second, first.certificate)).toBe('CUSTODY_WRONG');
  });

  it('is refused when it still has a return within it, by which the next hop would pass for a return, too', () => {
    const { device, first } = cast();
    const { moved, ...item } = granted(first, { terms: { ...terms, mostPerTarget: 1 } });
    const one = { ...item, moved: { ...moved, quantity: 1 } };
    const there = first.record({ to: device.key, sequence: 1, firmCode: 6000010, items: [one.moved] }).raw;
    const part = transferRecord.encode({
      from: device.key,
      to: first.key,
      sequence: 1,
      firmCode: 6000010,
      items: [one.moved],
    });
    const back = sealEnvelope(crypto, seedOf(`soft-${number}`), 'transferRecord', [part]);
    first.transfer(device, [one]);
    expect(ends(device, first)).toBe('applied');
    first.transfer(device, [{ ...one, custody: [0, 1] }], { records: [there, back] });
    expect(ends(device, first)).toBe('CUSTODY_WRONG');
    expect(seats(device, one.itemId).held).toBe(1);
  });

  it('is refused when a hop is left out, forged, unreadable, of an uncertified holder, or of another item', () => {
    const { device, first, second, item, raw } = twoHops();
    const refused = (record: Uint8Array, custody: number[], ...certificates: Uint8Array[]) => {
      second.transfer(device, [{ ...item, custody }], { records: [record] });
      return ends(device, second, ...certificates);
    };
    const other = first.record({ to: second.key, sequence: 1, firmCode: 6000010, items: [granted(first).moved] });
    expect(refused(raw, [], first.certificate)).toBe('CUSTODY_WRONG');
    expect(refused(raw.with(-1, 9), [0], first.certificate)).toBe('CUSTODY_WRONG');
    expect(refused(new Uint8Array(64), [0], first.certificate)).toBe('CUSTODY_WRONG');
    const garbled = signedEnvelope.encode({
      kind: 'transferRecord',
      version: 1,
      parts: [new Uint8Array([0x90])],
      signature: new Uint8Array(64),
    });
    expect(refused(garbled, [0], first.certificate)).toBe('CUSTODY_WRONG');
    expect(refused(raw, [0])).toBe('CUSTODY_WRONG');
    expect(refused(other.raw, [0], first.certificate)).toBe('CUSTODY_WRONG');
    expect(refused(raw, [0], first.certificate)).toBe('applied');
  });

  it('is refused when an earlier holder in the middle of it shows no certificate of a container', () => {
    const { device, first, second, item } = twoHops();
    const way = first.record({ to: firm.key, sequence: 1, firmCode: 6000010, items: [item.moved] });
    second.transfer(device, [{ ...item, custody: [0] }], { records: [way.raw] });
    expect(ends(device, second, first.certificate)).toBe('CUSTODY_WRONG');
  });
});

describe('an item that comes back to where it was', () => {
  function ring() {
    const a = makeContainer('dongle', 1);
    const b = makeContainer('dongle', 2);
    const c = makeContainer('dongle', 3);
    const vendor = new TestFirm();
    const { itemId } = only(load(vendor, a, { terms }));
    return { a, b, c, vendor, itemId };
  }

  it('over a third container, before the receipt did, can be sent on and leaves nothing behind', () => {
    const { a, b, c, vendor, itemId } = ring();
    const { receipt } = apply(b, only(order(a, b, [{ holding: 1, quantity: 2 }]).updates));
    move(b, c, [{ holding: holdingId(b), quantity: 2 }]);
    move(c, a, [{ holding: holdingId(c), quantity: 2 }]);
    settle(a, receipt);
    const back = a.container.run('list', {}).holdings.find(({ hops }) => hops === 3);
    expect(seats(a, itemId)).toEqual({ held: 5, pending: 0 });
    expect(codeOf(() => move(a, c, [{ holding: back?.id ?? 0, quantity: 2 }]))).toBe('nothing');
    expect(only(c.container.run('list', {}).holdings)).toMatchObject({ hops: 2, quantity: 2 });
    expect(vendor.firmCode).toBe(6000010);
  });

  it('over a third container, after the receipt did, can be sent on as well', () => {
    const { a, b, c, itemId } = ring();
    move(a, b, [{ holding: 1, quantity: 2 }]);
    move(b, c, [{ holding: holdingId(b), quantity: 2 }]);
    move(c, a, [{ holding: holdingId(c), quantity: 2 }]);
    const back = a.container.run('list', {}).holdings.find(({ hops }) => hops === 3);
    move(a, c, [{ holding: back?.id ?? 0, quantity: 1 }]);
    expect([seats(a, itemId).held, seats(c, itemId).held]).toEqual([4, 1]);
  });

  it('enters the history of both, for their firm', () => {
    const { a, b } = ring();
    move(a, b, [{ holding: 1, quantity: 2 }]);
    move(b, a, [{ holding: holdingId(b), quantity: 2 }]);
    const way = (it: TestContainer) =>
      it.container.run('history', {}).transfers.map(({ fromName, toName, sequence }) => [fromName, toName, sequence]);
    expect(way(a)).toEqual([
      ['3-1', '3-2', 1],
      ['3-2', '3-1', 1],
    ]);
    expect(way(b)).toEqual(way(a));
  });
});
