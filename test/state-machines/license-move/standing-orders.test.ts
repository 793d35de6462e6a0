import { describe, expect, it } from 'vitest';
import type { OrderId, PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { hasWrittenOff, type IssuerListing, inTransitOf, isOver, isUnissued } from '../../../state-machines/index.ts';
import type { LicenseMoveContext } from '../../../state-machines/license-move/license-move-context.ts';
import { TARGET_KEY } from '../fake-parties.ts';

const OTHER_KEY = 'cc'.repeat(32) as PublicKey;
const PARTS = [
  { holding: 1, quantity: 2 },
  { holding: 2, quantity: 3 },
];
const UNPLANNED: LicenseMoveContext = {
  order: { kind: 'all' },
  isNew: false,
  planned: null,
  context: null,
  issued: null,
  answered: null,
  entries: [],
  deferral: null,
  failure: null,
};
const plan = { targetKey: TARGET_KEY, first: 3, last: null, parts: PARTS };
const planned = { plan, orderId: '0d'.repeat(16) as OrderId, certificate: 'ab'.repeat(32) };
/** Planned for sequence 3 on; whether it was issued was not heard. */
const PLANNED: LicenseMoveContext = { ...UNPLANNED, planned };
/** Issued as 3 and 4. */
const ISSUED: LicenseMoveContext = { ...PLANNED, issued: { first: 3, last: 4, updates: [] } };
/** Found in transit as 3 and 4, of which this run has issued nothing. */
const DELIVERY: LicenseMoveContext = { ...PLANNED, planned: { ...planned, plan: { ...plan, last: 4, parts: [] } } };

type Transit = IssuerListing['transit'][number];

const entry = (sequence: number, other: Partial<Transit> = {}): Transit => ({
  target: TARGET_KEY,
  serial: serialFromParts(130, 1),
  sequence,
  firmCode: 10,
  cancelled: false,
  writtenOff: false,
  holdings: [1],
  quantities: [2],
  ...other,
});
const channel = (issued: number, partner = TARGET_KEY) => ({ partner, name: '130-1', applied: 0, issued, settled: 0 });
const listing = (channels: IssuerListing['channels'], ...transit: Transit[]) => ({ channels, transit });

describe('what is in transit of an order', () => {
  it.each([
    ['was issued', ISSUED],
    ['is only delivered', DELIVERY],
  ])('that %s is what has its sequences, ascending', (_, context) => {
    const transit = [entry(5), entry(4, { holdings: [9] }), entry(3), entry(2), entry(4, { target: OTHER_KEY })];
    expect(inTransitOf({ transit }, context)).toEqual([3, 4]);
  });

  it('is nothing of what was written off, and nothing before it was planned', () => {
    expect(inTransitOf({ transit: [entry(3, { writtenOff: true }), entry(4)] }, ISSUED)).toEqual([4]);
    expect(inTransitOf({ transit: [entry(3)] }, UNPLANNED)).toEqual([]);
  });

  it.each<[string, Partial<Transit>, boolean]>([
    ['takes one of its parts', {}, true],
    ['takes all of its parts', { holdings: [1, 2], quantities: [2, 3] }, true],
    ['takes another quantity', { quantities: [3] }, false],
    ['takes from another holding', { holdings: [7] }, false],
    ['takes something else as well', { holdings: [1, 7], quantities: [2, 3] }, false],
    ['came before it', { sequence: 2 }, false],
  ])('is, where it was not heard whether it was issued, an entry that %s: %o', (_, other, isOwn) => {
    const transit = [entry(3, other)];
    expect(inTransitOf({ transit }, PLANNED)).toHaveLength(isOwn ? 1 : 0);
  });
});

describe('an order is over', () => {
  it.each<[string, ReturnType<typeof listing>, LicenseMoveContext, boolean]>([
    ['when it was issued and is in transit no more', listing([]), ISSUED, true],
    ['when it was to be delivered and is in transit no more', listing([]), DELIVERY, true],
    ['when its sequence was issued and nothing is in transit', listing([channel(3)]), PLANNED, true],
    ['when all of it was written off', listing([], entry(3, { writtenOff: true })), ISSUED, true],
    ['not before it was planned', listing([]), UNPLANNED, false],
    ['not before anything was issued to the target', listing([]), PLANNED, false],
    ['not before its sequence was issued', listing([channel(2)]), PLANNED, false],
    ['not for what others got', listing([channel(9, OTHER_KEY), channel(2)]), PLANNED, false],
    ['not while a part of it is in transit', listing([channel(4)], entry(4)), ISSUED, false],
    ['not while it may be what is in transit', listing([channel(3)], entry(3)), PLANNED, false],
  ])('%s', (_, shown, context, expected) => {
    expect(isOver(shown, context)).toBe(expected);
  });
});

describe('an order was never issued', () => {
  it.each<[string, IssuerListing['channels'], LicenseMoveContext, boolean]>([
    ['where its sequence is still free', [channel(9, OTHER_KEY), channel(2)], PLANNED, true],
    ['where the target never got anything', [], PLANNED, true],
    ['but not where its sequence is taken', [channel(3)], PLANNED, false],
    ['but not where it says that it was, whatever is shown', [channel(2)], ISSUED, false],
    ['but not where it was in transit already', [channel(2)], DELIVERY, false],
    ['but not where it was not even planned', [], UNPLANNED, false],
  ])('%s', (_, channels, context, expected) => {
    expect(isUnissued({ channels }, context)).toBe(expected);
  });
});

it('an order has what was written off when one of its own entries was', () => {
  const writtenOff = (sequence: number, other: Partial<Transit> = {}) =>
    entry(sequence, { writtenOff: true, ...other });
  expect(hasWrittenOff({ transit: [entry(3), writtenOff(4)] }, ISSUED)).toBe(true);
  expect(hasWrittenOff({ transit: [entry(3), writtenOff(5), writtenOff(4, { target: OTHER_KEY })] }, ISSUED)).toBe(
    false,
  );
  expect(hasWrittenOff({ transit: [] }, ISSUED)).toBe(false);
});
